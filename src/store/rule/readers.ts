/**
 * What a step is shown so that it can tell who reads the app: asked for only when a subscription of user
 * level listens, so that the common case costs nothing. It judges nobody; core/rights.ts does.
 */

import type { SpaceId, UserId } from '../../core/ids.ts'
import type { App } from '../../core/records.ts'
import type { Subscription } from '../../event/subscription.ts'

/** What a store reads for `ReloadView.readers`. */
export interface ReadersAsked {
  readonly userIds: readonly UserId[]
  /** With its assignments. */
  readonly spaceId: SpaceId | undefined
}

/** Undefined: the view has no readers. */
export function readersAsked(
  app: App | undefined,
  subscriptions: readonly Subscription[],
): ReadersAsked | undefined {
  if (app === undefined || !subscriptions.some(isOfUser)) return undefined
  const owners = new Set(subscriptions.filter(isOfUser).map(({ ownerId }) => ownerId))
  return { userIds: [...owners], spaceId: app.spaceId }
}

function isOfUser({ level }: Subscription): boolean {
  return level === 'user'
}
