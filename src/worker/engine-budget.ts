/**
 * The engine budget of a worker: its slots, and the memory that the engines of its attempts share. A claim
 * takes only reloads that fit. Memory that becomes free is reserved for a reload that was passed over for
 * longer than `PASSED_OVER_MAX_MS`, so that small reloads cannot starve a big one. Whoever needs an engine
 * beside the reloads borrows from it, never during a claim, which was told already what is free.
 */
import type { LeaseToken, ReloadId } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import { newSignal, type Signal } from '../core/signal.ts'
import type { EngineLoan } from '../engine/engine-loans.ts'

/** How long a reload may be passed over for want of memory before memory is reserved for it, ms. */
export const PASSED_OVER_MAX_MS = 60_000

export interface FreeBudget {
  readonly slots: number
  readonly memoryBytes: number
}

/** A loan that is asked for, or runs. */
interface Asked {
  readonly bytes: number
  readonly granted: Signal
}

interface Want {
  readonly bytes: number
  /** Monotonic time of the first claim that had too little memory for it. */
  readonly since: number
}

export class EngineBudget {
  readonly #clock: Clock
  readonly #whole: FreeBudget
  /** By attempt: one that lost its lease may still be ending while its successor runs. */
  readonly #taken = new Map<LeaseToken | Asked, number>()
  /** In the order in which they came. */
  readonly #asked = new Set<Asked>()
  #isClaiming = false
  #wants = new Map<ReloadId, Want>()

  /** @param whole the whole budget; its memory holds at least one engine of the largest size */
  constructor(clock: Clock, whole: FreeBudget) {
    this.#clock = clock
    this.#whole = whole
  }

  free(): FreeBudget {
    return {
      slots: this.#whole.slots - this.#taken.size,
      memoryBytes: this.#whole.memoryBytes - total(this.#taken),
    }
  }

  take(attempt: LeaseToken, bytes: number): void {
    this.#taken.set(attempt, bytes)
  }

  release(attempt: LeaseToken): void {
    this.#taken.delete(attempt)
    this.#grant()
  }

  /**
   * As `EngineLoans` has it.
   * @param freed called once the loan is given back
   */
  async lend(bytes: number, withdrawn: Signal, freed: () => void): Promise<EngineLoan | undefined> {
    const asked: Asked = { bytes, granted: newSignal() }
    this.#asked.add(asked)
    this.#grant()
    await Promise.race([asked.granted.done, withdrawn.done])
    this.#asked.delete(asked)
    if (!asked.granted.fired) return undefined
    return {
      giveBack: () => {
        if (!this.#taken.delete(asked)) return
        this.#grant()
        freed()
      },
    }
  }

  #grant(): void {
    if (this.#isClaiming) return
    for (const asked of this.#asked) {
      const { slots, memoryBytes } = this.free()
      if (slots < 1 || memoryBytes < asked.bytes) continue
      this.#asked.delete(asked)
      this.#taken.set(asked, asked.bytes)
      asked.granted.fire()
    }
  }

  /** The budget of one claim, as of now. */
  share(): Share {
    const now = this.#clock.monotonic()
    this.#isClaiming = true
    const { memoryBytes } = this.free()
    const claimOver = (refused: ReadonlyMap<ReloadId, number>, claimed: readonly ReloadId[], all: boolean) =>
      this.#remember(refused, claimed, all, now)
    return new Share(memoryBytes, this.#longestRefused(now), claimOver)
  }

  /** The reload that waits longest, if it waits too long. */
  #longestRefused(now: number): { readonly id: ReloadId; readonly bytes: number } | undefined {
    const [first] = [...this.#wants].toSorted(([, left], [, right]) => left.since - right.since)
    if (first === undefined || now - first[1].since < PASSED_OVER_MAX_MS) return undefined
    return { id: first[0], bytes: first[1].bytes }
  }

  /** A reload that a complete claim did not show no longer waits. */
  #remember(
    refused: ReadonlyMap<ReloadId, number>,
    claimed: readonly ReloadId[],
    all: boolean,
    now: number,
  ): void {
    const wants = new Map(all ? [] : this.#wants)
    for (const [id, bytes] of refused) wants.set(id, { bytes, since: this.#wants.get(id)?.since ?? now })
    for (const id of claimed) wants.delete(id)
    this.#wants = wants
    this.#isClaiming = false
    this.#grant()
  }
}

type ClaimOver = (refused: ReadonlyMap<ReloadId, number>, claimed: readonly ReloadId[], all: boolean) => void

/** The budget of one claim. The store may show the same reload twice. */
class Share {
  readonly #freeBytes: number
  readonly #reserved: { readonly id: ReloadId; readonly bytes: number } | undefined
  readonly #over: ClaimOver
  readonly #granted = new Map<ReloadId, number>()
  readonly #refused = new Map<ReloadId, number>()

  constructor(
    freeBytes: number,
    reserved: { readonly id: ReloadId; readonly bytes: number } | undefined,
    over: ClaimOver,
  ) {
    this.#freeBytes = freeBytes
    this.#reserved = reserved
    this.#over = over
  }

  fits(id: ReloadId, bytes: number): boolean {
    this.#granted.delete(id)
    const reservedBytes = this.#reserved === undefined || this.#reserved.id === id ? 0 : this.#reserved.bytes
    const fits = bytes <= this.#freeBytes - total(this.#granted) - reservedBytes
    if (fits) this.#granted.set(id, bytes)
    else this.#refused.set(id, bytes)
    return fits
  }

  /**
   * Ends the claim.
   * @param all true if there was nothing more to show
   */
  over(claimed: readonly ReloadId[], all: boolean): void {
    this.#over(this.#refused, claimed, all)
  }
}

function total(bytes: ReadonlyMap<unknown, number>): number {
  let sum = 0
  for (const one of bytes.values()) sum += one
  return sum
}
