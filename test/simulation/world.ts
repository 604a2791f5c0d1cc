/**
 * What all parts of one simulation share: virtual time, chance, the trace, the faults that are on, the engines' and the
 * receivers' truth, and the first violation.
 */
import type { Random } from '../../src/core/ports.ts'
import { START_MS, seededRandom } from '../support/records.ts'
import { Receivers } from './channel.ts'
import { EngineTruth } from './engine.ts'
import type { SimNode } from './node.ts'
import { Scheduler } from './scheduler.ts'

/** A promise of ARCHITECTURE.md, section 1, was broken. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

export interface StoreFate {
  readonly requestMs: number
  readonly answerMs: number
  readonly fails?: 'before' | 'after'
}

const TRACE_TAIL = 60

/** Verbs of the store that change nothing: not worth a line of the trace or a look of the auditor. */
const READS = new Set([
  'expiredLeases',
  'overdueReloads',
  'nextDueAt',
  'nextDeliveryAt',
  'reload',
  'activeReloadOf',
  'app',
  'send',
  'event',
  'subscription',
])

export class World {
  readonly seed: number
  readonly scheduler = new Scheduler(START_MS)
  readonly engines = new EngineTruth()
  readonly receivers = new Receivers()
  /** Faults happen: the safety phase. */
  faults = true
  /** Share of store calls that fail; of those that are slow. Drawn per seed. */
  readonly storeFails: number
  readonly storeSlow: number
  /** A store call, or something else that the auditor looks at, happened since it looked last. */
  changed = true
  readonly trace: string[] = []
  readonly #random: Random
  readonly #print: ((line: string) => void) | undefined
  violation: Violation | undefined

  constructor(seed: number, print?: (line: string) => void) {
    this.seed = seed
    this.#random = seededRandom(seed)
    this.#print = print
    this.storeFails = this.pick([0, 0.01, 0.05, 0.15])
    this.storeSlow = this.pick([0, 0.01, 0.05])
  }

  uniform = (): number => this.#random.uniform()
  chance = (share: number): boolean => this.#random.uniform() < share
  /** A whole number from low to high. */
  between = (low: number, high: number): number => low + Math.floor(this.#random.uniform() * (high - low + 1))

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random.uniform() * from.length)]!
  }

  /** The share of a fault: as given while faults are on, 0 after. */
  faulty(share: number): number {
    return this.faults ? share : 0
  }

  after(ms: number, act: () => boolean): void {
    this.scheduler.at(this.scheduler.now + ms, act)
  }

  drawStoreFate(): StoreFate {
    const slow = this.chance(this.faulty(this.storeSlow))
    const requestMs = slow ? this.between(100, 12_000) : this.between(0, 5)
    const answerMs = slow ? this.between(10, 3000) : this.between(0, 5)
    if (!this.chance(this.faulty(this.storeFails))) return { requestMs, answerMs }
    return { requestMs, answerMs, fails: this.chance(0.5) ? 'before' : 'after' }
  }

  /** Undefined: the notice gets lost. */
  drawNoticeMs(): number | undefined {
    return this.chance(this.faulty(0.3)) ? undefined : this.between(0, 10)
  }

  reached(node: SimNode, verb: string): void {
    if (READS.has(verb)) return
    this.changed = true
    this.tell(node, verb)
  }

  /** The store's own assertions are never to be met by the loops. */
  storeRefused(node: SimNode, verb: string, error: unknown): void {
    this.violate(`the store refused ${verb} of ${node.name}: ${String(error)}`)
  }

  tell(node: SimNode | undefined, what: string): void {
    const seconds = ((this.scheduler.now - START_MS) / 1000).toFixed(3).padStart(9)
    const line = `${seconds} ${(node?.name ?? 'world').padEnd(10)} ${what}`
    this.#print?.(line)
    this.trace.push(line)
    if (this.trace.length > 2 * TRACE_TAIL) this.trace.splice(0, TRACE_TAIL)
  }

  violate(rule: string): void {
    this.violation ??= new Violation(rule)
    this.tell(undefined, `VIOLATION ${rule}`)
  }
}
