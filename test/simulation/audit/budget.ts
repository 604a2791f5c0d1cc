/**
 * Audits of workers that are short of memory: what they run at once, and for whom they keep it: invariant 8.
 */
import type { LeaseToken } from '../../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts'
import type { Claimed } from '../../../src/store/port/queue.ts'
import type { SeenClaim } from '../claims-seen.ts'
import { type EngineRoom, type SessionTruth, SIZES } from '../engine.ts'
import type { SimNode } from '../node.ts'
import type { World } from '../world.ts'
import type { Copy } from './copy.ts'

/** A reload that was passed over for so long has memory kept for it, ms. */
const KEPT_AFTER_MS = 60_000

/** For so long at its end a lease is trusted no more. */
const UNTRUSTED_MS = DEFAULT_LIMITS.leaseDurationMs - DEFAULT_LIMITS.leaseTrustMs

interface Want {
  readonly bytes: number
  readonly since: number
}

export class BudgetAudit {
  readonly #world: World
  readonly #copy: Copy
  readonly #memoryBytes: number
  /** By machine: reloads that it had no memory for, since when. */
  readonly #wants = new Map<SimNode, ReadonlyMap<string, Want>>()
  /** By machine: attempts that it claimed, with the end of the lease that it knows of. */
  readonly #claimed = new Map<SimNode, Map<LeaseToken, number>>()

  constructor(world: World, copy: Copy, { memoryBytes }: EngineRoom) {
    this.#world = world
    this.#copy = copy
    this.#memoryBytes = memoryBytes
  }

  look(): void {
    for (const claim of this.#world.claims.splice(0)) this.#claimSeen(claim)
    for (const { node, lease, leaseExpiresAt } of this.#world.renewals.splice(0)) {
      const held = this.#claimed.get(node)
      const knownEnd = held?.get(lease)
      // It may have been given up before the answer came.
      if (knownEnd !== undefined && isTrusted(knownEnd, node)) held!.set(lease, leaseExpiresAt)
    }
  }

  /** Of all sessions that run on its machine. */
  sessionStarted({ node }: SessionTruth): void {
    let bytes = 0
    for (const one of this.#world.engines.running) if (one.node === node) bytes += one.size.memoryBytes
    if (bytes <= this.#memoryBytes) return
    this.#world.violate(
      'engine-memory',
      `${node.name} runs engines of ${bytes} of ${this.#memoryBytes} bytes`,
    )
  }

  #claimSeen({ node, askedAt, refused, claimed, complete }: SeenClaim): void {
    const before = this.#wants.get(node) ?? new Map<string, Want>()
    const held = this.#claimed.get(node) ?? new Map<LeaseToken, number>()
    this.#claimed.set(node, held)
    for (const { attempt } of claimed) held.set(attempt.leaseToken, attempt.leaseExpiresAt)
    this.#isKept(node, before, claimed, askedAt)
    const wants = new Map(complete ? [] : before)
    for (const [id, sizeIndex] of refused) {
      wants.set(id, { bytes: SIZES[sizeIndex]!.memoryBytes, since: before.get(id)?.since ?? askedAt })
    }
    for (const { reload } of claimed) wants.delete(reload.id)
    this.#wants.set(node, wants)
  }

  /** What others took leaves as much as the one needs that waits longest, and too long. */
  #isKept(
    node: SimNode,
    wants: ReadonlyMap<string, Want>,
    claimed: readonly Claimed[],
    askedAt: number,
  ): void {
    const [first] = [...wants].toSorted(([, left], [, right]) => left.since - right.since)
    if (first === undefined || claimed.length === 0) return
    const [id, { bytes, since }] = first
    if (askedAt - since < KEPT_AFTER_MS || claimed.some(({ reload }) => reload.id === id)) return
    if (this.#freeBytes(node) >= bytes) return
    this.#world.violate(
      'memory-kept',
      `${node.name} had no memory for ${id} for ${askedAt - since} ms and gives others what it needs`,
    )
  }

  /** At least what the worker may count as free: an attempt that is closed may still hold its engine. */
  #freeBytes(node: SimNode): number {
    let bytes = this.#memoryBytes
    const held = this.#claimed.get(node)!
    const open = new Map([...this.#copy.openAttempts.values()].map((one) => [one.leaseToken, one]))
    for (const [lease, knownEnd] of held) {
      const attempt = open.get(lease)
      if (attempt === undefined) held.delete(lease)
      // One whose lease is trusted no more may have been given up.
      else if (isTrusted(knownEnd, node)) bytes -= SIZES[attempt.sizeIndex]!.memoryBytes
    }
    return bytes
  }
}

function isTrusted(leaseExpiresAt: number, { clock }: SimNode): boolean {
  return leaseExpiresAt - UNTRUSTED_MS > clock.now()
}

/** Not every slot can have the largest engine. */
export function isShort({ slots, memoryBytes }: EngineRoom): boolean {
  return memoryBytes < slots * SIZES.at(-1)!.memoryBytes
}

/** An active reload needs more than the smallest engine. */
export function needsMuch({ openReloads }: Copy): boolean {
  for (const { sizeIndex } of openReloads.values()) if (sizeIndex > 0) return true
  return false
}
