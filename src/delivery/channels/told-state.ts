/** Whether a broker takes events, logged on each change with its reason. */
import type { Log } from '../../core/ports.ts'

export class ToldState {
  readonly #log: Log
  readonly #broker: string
  readonly #place: Readonly<Record<string, string>>
  /** Undefined: it takes events. */
  #reason: string | undefined = ''

  /** @param place stream or topic, told with each change */
  constructor(log: Log, broker: string, place: Readonly<Record<string, string>>) {
    this.#log = log
    this.#broker = broker
    this.#place = place
  }

  /** @param reason why events wait, without the name of a single event; undefined: they go */
  tell(reason: string | undefined): void {
    if (reason === this.#reason) return
    this.#reason = reason
    if (reason === undefined) this.#log.info(`events go to ${this.#broker}`, this.#place)
    else this.#log.warn(`${this.#broker} does not take events; they wait`, { ...this.#place, reason })
  }
}
