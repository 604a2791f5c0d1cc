/**
 * What all parts of one simulation share: virtual time, chance, the trace, the faults that are on, the
 * engines' and the receivers' truth, and the first failure.
 */
import type { DataVersion, SubscriptionId } from '../../src/core/ids.ts'
import type { Random } from '../../src/core/ports.ts'
import { START_MS, seededRandom } from '../support/records.ts'
import { AUDITS, type AuditName, type Failure, failureOf } from './audit/audits.ts'
import { Broker } from './broker.ts'
import { Receivers } from './channel.ts'
import type { SeenClaim, SeenRenewal } from './claims-seen.ts'
import { Disk } from './disk.ts'
import { EngineTruth } from './engine.ts'
import { FileTruth } from './files.ts'
import type { SimNode } from './node.ts'
import type { Caller } from './observed-store.ts'
import { Scheduler } from './scheduler.ts'

/** A promise of ARCHITECTURE.md, section 1, was broken (`audit` names it), or our own code failed. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly failure: Failure
  readonly audit: AuditName | undefined

  constructor(message: string, audit?: AuditName) {
    super(message)
    this.audit = audit
    this.failure = audit === undefined ? 'crash' : failureOf(audit)
  }
}

export interface StoreFate {
  readonly requestMs: number
  readonly answerMs: number
  readonly fails?: 'before' | 'after'
}

interface Told {
  readonly at: number
  readonly who: string
  readonly what: string
}

const TRACE_TAIL = 80
/** A machine whose clock is so far behind when it pulls back cuts leases that others hold, ms. */
const CLOCK_BEHIND_MS = 20_000
/** Whoever holds one knows by its next renewal, ms. */
const CUT_KNOWN_MS = 12_000

export class World {
  readonly seed: number
  readonly scheduler = new Scheduler(START_MS)
  readonly engines = new EngineTruth()
  readonly files = new FileTruth()
  readonly receivers = new Receivers()
  /** Claims whose answers arrived since the auditor looked last. */
  readonly claims: SeenClaim[] = []
  /** Wall clocks of claims that reached the store since then. */
  readonly claimMoments: number[] = []
  /** Renewals whose answers arrived since then. */
  readonly renewals: SeenRenewal[] = []
  /** Faults happen: the safety phase. */
  faults = true
  /** Share of store calls that fail; of those that are slow, and how slow they may be. Drawn per seed. */
  readonly storeFails: number
  readonly storeSlow: number
  readonly storeSlowMs: number
  /** Share of engine processes that go silent. */
  readonly engineSilent: number
  /** One machine, short of memory, has more to do than it can for ten minutes, and little else goes wrong. */
  readonly busy: boolean
  readonly disk: Disk
  readonly broker: Broker
  readonly commitsInGroups: boolean
  /** Whose call reaches the store now. */
  caller: SimNode | undefined
  /** Share of file operations that fail. Drawn per seed. */
  readonly filesFail: number
  /** The call that reached the store last. */
  lastCall: Caller | undefined
  /** Ids of the webhooks that there are now. */
  subscriptions: () => readonly SubscriptionId[] = () => []
  /** Data files that apps point at now. */
  dataOfApps: () => readonly DataVersion[] = () => []
  /** Until then a machine may not know that another one, whose clock is behind, cut its leases. */
  leasesCutUntil = 0
  violation: Violation | undefined
  readonly #told: Told[] = []
  readonly #random: Random
  readonly #quiet: boolean
  readonly #print: ((line: string) => void) | undefined

  /** @param quiet nothing goes wrong but what is done on purpose */
  constructor(seed: number, print?: (line: string) => void, quiet = false) {
    this.seed = seed
    this.#quiet = quiet
    this.#random = seededRandom(seed)
    this.#print = print
    this.busy = !quiet && this.chance(0.05)
    this.storeFails = this.busy ? 0 : this.pick([0, 0.01, 0.05, 0.15])
    this.storeSlow = this.pick([0, 0.01, 0.05])
    this.storeSlowMs = this.pick([12_000, 40_000])
    this.engineSilent = this.pick([0, 0.02, 0.15])
    this.commitsInGroups = quiet || this.chance(0.5)
    this.disk = new Disk(this)
    this.filesFail = this.busy ? 0 : this.pick([0, 0.02, 0.3])
    this.broker = new Broker(this)
  }

  uniform = (): number => this.#random.uniform()
  chance = (share: number): boolean => this.#random.uniform() < share
  /** A whole number from low to high. */
  between = (low: number, high: number): number => low + Math.floor(this.#random.uniform() * (high - low + 1))
  pick = <T>(from: readonly T[]): T => from[Math.floor(this.#random.uniform() * from.length)]!
  /** The share of a fault: as given while faults are on, 0 after. */
  faulty = (share: number): number => (this.faults && !this.#quiet ? share : 0)

  after(ms: number, act: () => boolean): void {
    this.scheduler.at(this.scheduler.now + ms, act)
  }

  drawStoreFate(): StoreFate {
    const slow = this.chance(this.faulty(this.storeSlow))
    const requestMs = slow ? this.between(100, this.storeSlowMs) : this.between(0, 5)
    const answerMs = slow ? this.between(10, 3000) : this.between(0, 5)
    if (!this.chance(this.faulty(this.storeFails))) return { requestMs, answerMs }
    return { requestMs, answerMs, fails: this.chance(0.5) ? 'before' : 'after' }
  }

  /** Undefined: the notice gets lost. */
  drawNoticeMs(): number | undefined {
    return this.chance(this.faulty(0.3)) ? undefined : this.between(0, 10)
  }

  /** @param now by the clock of the machine that pulls back, epoch ms */
  pullsBack(now: number): void {
    if (now < this.scheduler.now - CLOCK_BEHIND_MS) this.leasesCutUntil = this.scheduler.now + CUT_KNOWN_MS
  }

  reached(node: SimNode, verb: string): void {
    this.lastCall = { node, verb }
  }

  tell = (node: SimNode | undefined, what: string): void => {
    const told = { at: this.scheduler.now, who: node?.name ?? 'world', what }
    this.#print?.(lineOf(told))
    this.#told.push(told)
    if (this.#told.length > 2 * TRACE_TAIL) this.#told.splice(0, TRACE_TAIL)
  }

  /** The last lines of the history. */
  get trace(): string[] {
    return this.#told.map(lineOf)
  }

  violate(audit: AuditName, what: string): void {
    this.#fail(new Violation(`${AUDITS[audit][0]} ${audit}: ${what}`, audit))
  }

  /**
   * Our own code failed: an assertion of the store, an error that a loop logs, a promise that nobody caught.
   */
  crashed(what: string): void {
    this.#fail(new Violation(what))
  }

  #fail(violation: Violation): void {
    this.violation ??= violation
    this.tell(undefined, `VIOLATION ${violation.message}`)
  }
}

function lineOf({ at, who, what }: Told): string {
  const seconds = ((at - START_MS) / 1000).toFixed(3).padStart(9)
  return `${seconds} ${who.padEnd(10)} ${what}`
}
