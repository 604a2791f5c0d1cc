/**
 * A person is forgotten: the user is removed and its record becomes a pseudonym, and then, window by window,
 * what its reloads and events tell of the person is taken out. The record says so in the commit that makes it
 * a pseudonym: whoever is killed on the way leaves it to the next start.
 */
import type { Caller } from '../core/caller.ts'
import type { TenantId, UserId } from '../core/ids.ts'
import type { User } from '../core/records.ts'
import { is } from '../store/port/condition.ts'
import type { Erased, HistoryStore } from '../store/port/history.ts'
import { everyRow } from '../store/port/lists.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused } from './refusal.ts'
import { deleteUser } from './user.ts'

const ERASED_AT_ONCE = 200

export interface ForgetDeps extends CatalogDeps {
  readonly store: CatalogDeps['store'] & Pick<HistoryStore, 'erase'>
}

/** How many records were changed. */
export interface ForgottenUser {
  readonly id: UserId
  readonly events: number
  readonly reloads: number
}

/** Also of a user that was removed before; doing it again changes nothing. */
export async function forgetUser(
  deps: ForgetDeps,
  caller: Caller,
  id: string,
): Promise<ForgottenUser | Refused> {
  const user = await deleteUser(deps, caller, id, { pseudonymise: true })
  return isRefused(user) ? user : eraseUser(deps.store, user)
}

/** Goes on with those whom somebody was killed over. */
export async function resumeForgetting(store: ForgetDeps['store']): Promise<number> {
  let count = 0
  for (const { id: tenantId } of await store.tenants()) {
    for (const user of await everyRow(store, 'users', { tenantId, where: is('erasing', 1) })) {
      await eraseUser(store, user)
      count += 1
    }
  }
  return count
}

async function eraseUser(store: ForgetDeps['store'], { tenantId, id }: User): Promise<ForgottenUser> {
  let last: Erased = { eventsUpTo: 0, reloadsUpTo: '', events: 0, reloads: 0, isDone: false }
  let [events, reloads] = [0, 0]
  while (!last.isDone) {
    const { eventsUpTo, reloadsUpTo } = last
    last = await store.erase({ tenantId, userId: id, eventsUpTo, reloadsUpTo, max: ERASED_AT_ONCE })
    events += last.events
    reloads += last.reloads
  }
  await erased(store, tenantId, id)
  return { id, events, reloads }
}

async function erased(store: ForgetDeps['store'], tenantId: TenantId, id: UserId): Promise<void> {
  await changeOne(store, {
    kind: 'user',
    tenantId,
    id,
    step: ({ user }) => {
      if (user?.erasing === undefined) return { answer: undefined }
      const { erasing: _over, ...after } = user
      return { answer: undefined, put: { users: [after] } }
    },
  })
}
