/**
 * A simulated JetStream server with one stream, as the product's own channel (src/delivery/channels/nats.ts)
 * finds it: it knows message ids for a while, stores under a condition on the last message of a subject, and
 * may be full. Requests and answers get lost, and the server is away now and then.
 */
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

const NO_ANSWER_MS = 5000
const WRONG_LAST_SEQUENCE = 10071
const STORE_FAILED = 10077
const STREAM_NOT_FOUND = 10059

export class SimApiError extends Error {
  override readonly name = 'JetStreamApiError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface Message {
  readonly seq: number
  readonly subject: string
  readonly id: string
  readonly event: CloudEvent
}

export interface Publishing {
  readonly subject: string
  readonly id: string
  /** Only if the last message of the subject has this sequence; 0: it has none. */
  readonly lastSubjectSequence: number | undefined
  readonly event: CloudEvent
}

export class Broker {
  /** Messages stored since the auditor looked last. */
  readonly stored: Message[] = []
  readonly #world: World
  readonly #windowMs: number
  readonly #bySubject = new Map<string, Message>()
  readonly #ids = new Map<string, { readonly seq: number; readonly at: number }>()
  #made = false
  #seq = 0
  #awayUntil = 0
  #fullUntil = 0
  /** One for each time that the server came back: a connection does not outlive its going. */
  #connection = {}

  constructor(world: World) {
    this.#world = world
    this.#windowMs = world.pick([120_000, 5000, 0])
  }

  /** Undefined while it is away. */
  get connection(): object | undefined {
    return this.#isOver(this.#awayUntil) ? this.#connection : undefined
  }

  goAway(ms: number): void {
    this.#awayUntil = this.#world.scheduler.now + ms
    this.#connection = {}
    this.#world.tell(undefined, `the broker is away for ${ms} ms`)
  }

  fill(ms: number): void {
    this.#fullUntil = this.#world.scheduler.now + ms
    this.#world.tell(undefined, `the stream is full for ${ms} ms`)
  }

  /** A request of a machine: it or its answer may get lost; no answer at all is an error after some time. */
  ask<Answer>(node: SimNode, work: () => Answer): Promise<Answer> {
    const { chance, faulty, between } = this.#world
    const [requestLost, answerLost] = [chance(faulty(0.03)), chance(faulty(0.1))]
    return new Promise((resolve, reject) => {
      const fail = (name: string) => reject(Object.assign(new Error('no answer'), { name }))
      node.later(NO_ANSWER_MS, () => fail('TimeoutError'))
      this.#world.after(between(1, 30), () => {
        const { connection } = this
        if (requestLost || connection === undefined) return false
        const answer = settled(work)
        if (answerLost) return true
        node.later(between(1, 30), () => {
          if (this.connection !== connection) fail('ClosedConnectionError')
          else if ('value' in answer) resolve(answer.value)
          else reject(answer.error)
        })
        return true
      })
    })
  }

  info(): { readonly config: { readonly subjects: readonly string[] } } {
    if (!this.#made) throw new SimApiError(STREAM_NOT_FOUND, 'stream not found')
    return { config: { subjects: ['reprise.>'] } }
  }

  make(): void {
    this.#made = true
  }

  last(subject: string): Message | undefined {
    return this.#bySubject.get(subject)
  }

  /** @returns the sequence of the message, also of one stored before under the same id */
  publish({ subject, id, lastSubjectSequence, event }: Publishing): number {
    const { now } = this.#world.scheduler
    const known = this.#ids.get(id)
    if (known !== undefined && now - known.at < this.#windowMs) return known.seq
    if (lastSubjectSequence !== undefined && (this.last(subject)?.seq ?? 0) !== lastSubjectSequence) {
      throw new SimApiError(WRONG_LAST_SEQUENCE, `wrong last sequence: ${this.last(subject)?.seq}`)
    }
    if (!this.#isOver(this.#fullUntil)) throw new SimApiError(STORE_FAILED, 'maximum messages exceeded')
    this.#seq += 1
    const message = { seq: this.#seq, subject, id, event }
    this.#bySubject.set(subject, message)
    this.#ids.set(id, { seq: this.#seq, at: now })
    this.stored.push(message)
    return this.#seq
  }

  #isOver(untilMs: number): boolean {
    return !this.#world.faults || this.#world.scheduler.now >= untilMs
  }
}

function settled<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() }
  } catch (error) {
    return { error }
  }
}
