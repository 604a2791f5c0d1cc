/**
 * The memory for large bodies: each takes its size before it is read and gives it back when its request is
 * over. A tenant that has used up its share is refused, so that it can neither fill the memory nor hold up
 * the others.
 */
import type { TenantId } from '../../core/ids.ts'
import type { Limits } from '../../core/limits.ts'
import { refuse } from './problem.ts'

/** Bodies of the largest size that may be under way at the same time. */
const LARGEST_PER_TENANT = 2
const LARGEST_OF_ALL = 8

export class BodyRoom {
  readonly #tenantMaxBytes: number
  readonly #allMaxBytes: number
  readonly #taken = new Map<TenantId, number>()
  #allTaken = 0

  constructor(largestBytes: number) {
    this.#tenantMaxBytes = LARGEST_PER_TENANT * largestBytes
    this.#allMaxBytes = LARGEST_OF_ALL * largestBytes
  }

  /**
   * @returns gives the room back
   * @throws refusal 429 when the tenant has no room left, 503 when nobody has
   */
  take(tenant: TenantId, bytes: number): () => void {
    const taken = this.#taken.get(tenant) ?? 0
    const headers = { 'retry-after': '5' }
    if (taken + bytes > this.#tenantMaxBytes) {
      const detail = `large bodies of your tenant under way have at most ${this.#tenantMaxBytes} bytes together`
      throw refuse('busy', { detail: `${detail}: send this one again later`, headers })
    }
    if (this.#allTaken + bytes > this.#allMaxBytes) {
      throw refuse('unavailable', {
        detail: 'too many large bodies are under way: send it again later',
        headers,
      })
    }
    this.#add(tenant, bytes)
    return () => this.#add(tenant, -bytes)
  }

  #add(tenant: TenantId, bytes: number): void {
    this.#allTaken += bytes
    const taken = (this.#taken.get(tenant) ?? 0) + bytes
    if (taken === 0) this.#taken.delete(tenant)
    else this.#taken.set(tenant, taken)
  }
}

/**
 * Bytes of a JSON body that may hold a script of the largest size: JSON writes one byte as at most six
 * ("\u0000").
 */
export function scriptBodyBytes({ scriptBytes, requestBodyBytes }: Limits): number {
  return 6 * scriptBytes + requestBodyBytes
}
