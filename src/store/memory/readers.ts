/** Who may be able to read an app, for steps whose events go out to users. */
import { defined } from '../../core/defined.ts'
import type { App } from '../../core/records.ts'
import type { Readers } from '../../event/fan-out.ts'
import type { Subscription } from '../../event/subscription.ts'
import { readersAsked } from '../rule/readers.ts'
import { byAge, own, type Tables } from './tables.ts'

export function readersOf(
  { users, spaces, assignments }: Tables,
  app: App | undefined,
  subscriptions: readonly Subscription[],
): Readers | undefined {
  const asked = readersAsked(app, subscriptions)
  if (app === undefined || asked === undefined) return undefined
  const space = asked.spaceId && own(spaces.get(asked.spaceId), app.tenantId)
  return {
    users: asked.userIds.flatMap((id) => own(users.get(id), app.tenantId) ?? []),
    ...defined({ space }),
    assignments: space === undefined ? [] : byAge(assignments.where((row) => row.spaceId === space.id)),
  }
}
