/**
 * Tickets for clients that can send no header, as `EventSource` of browsers: whoever may follow events gets
 * a text that opens the stream once, within a minute, with the rights of whoever asked for it. An address is
 * kept in logs and histories, so nothing that lasts may stand in it.
 */
import type { Clock, Random } from '../core/ports.ts'
import { SECOND } from '../core/units.ts'
import { base64url } from './session-token.ts'
import { tokenHash } from './token-hash.ts'
import type { Asked } from './way-in.ts'

export const TICKET_LIFE_MS = 60 * SECOND

/** Beyond so many the oldest is void. */
const TICKETS_MAX = 10_000

interface Ticket {
  /** What the one who asked for it came with: asked again as long as the stream lasts. */
  readonly asked: Asked
  /** Monotonic, ms. */
  readonly until: number
}

export class Tickets {
  readonly #world: { readonly clock: Pick<Clock, 'monotonic'>; readonly random: Random }
  /** By the hash of their text, the oldest first. */
  readonly #tickets = new Map<string, Ticket>()

  constructor(world: { readonly clock: Pick<Clock, 'monotonic'>; readonly random: Random }) {
    this.#world = world
  }

  issue(asked: Asked): string {
    const now = this.#world.clock.monotonic()
    const text = base64url(this.#world.random.bytes(32))
    this.#tickets.set(tokenHash(text), { asked, until: now + TICKET_LIFE_MS })
    for (const [key, { until }] of this.#tickets) {
      if (this.#tickets.size <= TICKETS_MAX && until > now) break
      this.#tickets.delete(key)
    }
    return text
  }

  /** Takes the ticket: it opens nothing a second time. */
  redeem(text: string): Asked | undefined {
    const key = tokenHash(text)
    const ticket = this.#tickets.get(key)
    this.#tickets.delete(key)
    return ticket !== undefined && this.#world.clock.monotonic() < ticket.until ? ticket.asked : undefined
  }
}
