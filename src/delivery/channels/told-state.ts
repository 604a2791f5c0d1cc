/** Whether a broker takes events, logged on each change with its reason. */
import type { Log } from '../../core/ports.ts'

export class ToldState {
  readonly #log: Log
  readonly #broker: string
  readonly #place: Readonly<Record<string, string>>
  /** Undefined: nothing was told yet. */
  #told: { readonly reason: string | undefined } | undefined

  /** @param place stream or topic, told with each change */
  constructor(log: Log, broker: string, place: Readonly<Record<string, string>>) {
    this.#log = log
    this.#broker = broker
    this.#place = place
  }

  get isKnown(): boolean {
    return this.#told !== undefined
  }

  /** What was told last. */
  get reason(): string | undefined {
    return this.#told?.reason
  }

  /** @param reason why events wait, without the name of a single event; undefined: they go */
  tell(reason: string | undefined): void {
    if (this.#told !== undefined && reason === this.#told.reason) return
    this.#told = { reason }
    if (reason === undefined) this.#log.info(`events go to ${this.#broker}`, this.#place)
    else this.#log.warn(`${this.#broker} does not take events; they wait`, { ...this.#place, reason })
  }
}
