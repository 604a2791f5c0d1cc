/** Where clients, receivers and the killer write down what they see: the history that the checker judges. */
import { createHash } from 'node:crypto'
import type { Entry } from './checker/history.ts'

/** An entry without its time, if its kind has one. */
type Unstamped = Entry extends infer One
  ? One extends { readonly at: number }
    ? Omit<One, 'at'> & { readonly at?: number }
    : One
  : never

const OUTCOMES: readonly string[] = ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT']
const TIMELESS: readonly string[] = ['app', 'place', 'receiver', 'listed']

export class Diary {
  readonly entries: Entry[] = []
  /** Reloads that were seen ended: the killer keeps pace with it. */
  ended = 0
  readonly #statuses = new Map<string, string>()

  write(entry: Unstamped): void {
    const stamped = TIMELESS.includes(entry.kind) ? entry : { at: Date.now(), ...entry }
    this.entries.push(stamped as Entry)
  }

  /** Writes only what is new. */
  seen(reload: string, status: string): void {
    if (this.#statuses.get(reload) === status) return
    this.#statuses.set(reload, status)
    if (OUTCOMES.includes(status)) this.ended += 1
    this.write({ kind: 'seen', reload, status })
  }
}

/** Differs when a body does. */
export function bodyMark(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}
