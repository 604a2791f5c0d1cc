/**
 * API keys as a way in. A key is looked up by its SHA-256; the token itself is never kept, compared or
 * logged. Its last use is written beside the request, never before its answer, and at most once an hour and
 * key.
 */
import { keyUsed } from '../catalog/api-key.ts'
import { keyStatus } from '../core/key-status.ts'
import type { World } from '../core/ports.ts'
import type { ApiKey } from '../core/records.ts'
import { HOUR } from '../core/units.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { tokenHash } from './token-hash.ts'
import { type BearerWay, notIn } from './way-in.ts'

export interface KeyDeps {
  readonly store: Pick<PeopleStore, 'keyByHash'> & ChangeStore
  readonly world: Pick<World, 'clock' | 'log'>
}

/** @param uses told of each key that was good */
export function apiKeyWay({ store, world }: KeyDeps, uses: KeyUses): BearerWay {
  return async (token) => {
    const found = await store.keyByHash(tokenHash(token))
    if (found === undefined) return notIn('the API key is not known')
    const { key, user } = found
    const status = keyStatus(key, world.clock.now())
    if (status === 'revoked') return notIn('the API key was revoked')
    if (status === 'expired') return notIn('the API key has expired')
    if (user.status !== 'active') return notIn('the user of the API key is not active')
    uses.note(key)
    const claims = { sub: user.id, subType: 'user' }
    return { tenantId: key.tenantId, user, credential: { kind: 'key', keyId: key.id }, claims }
  }
}

/** Keys whose writing is remembered, so that a store that fails is not asked again with each request. */
const KEYS_REMEMBERED_MAX = 10_000

/** Writes the last use of keys, an hour exact. */
export class KeyUses {
  readonly #deps: KeyDeps
  /** When the use of a key was last sent to the store, monotonic ms, the longest ago first. */
  readonly #sentAt = new Map<ApiKey['id'], number>()
  readonly #writing = new Set<Promise<void>>()

  constructor(deps: KeyDeps) {
    this.#deps = deps
  }

  /** Returns at once. */
  note(key: ApiKey): void {
    const { clock } = this.#deps.world
    if (key.lastUsedAt !== undefined && Math.abs(clock.now() - key.lastUsedAt) < HOUR) return
    const at = clock.monotonic()
    const sentAt = this.#sentAt.get(key.id)
    if (sentAt !== undefined && at - sentAt < HOUR) return
    this.#sentAt.delete(key.id)
    this.#sentAt.set(key.id, at)
    if (this.#sentAt.size > KEYS_REMEMBERED_MAX) this.#sentAt.delete(this.#sentAt.keys().next().value!)
    const writing = this.#write(key).finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing)
  }

  async #write({ tenantId, id }: ApiKey): Promise<void> {
    const { store, world } = this.#deps
    try {
      await keyUsed(store, tenantId, id, world.clock.now())
    } catch (error) {
      world.log.warn('the last use of an API key was not written', { keyId: id, error })
    }
  }
}
