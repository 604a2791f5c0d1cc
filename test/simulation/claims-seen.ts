/**
 * What a worker's claims were shown and what came of them, and what renewals it knows of, noted for the
 * auditor as their answers arrive.
 */
import type { LeaseToken, ReloadId } from '../../src/core/ids.ts'
import {
  type Claimed,
  type ClaimRequest,
  type LeaseAnswer,
  type LeaseRenewal,
  OVER_BUDGET,
} from '../../src/store/port/queue.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export interface SeenClaim {
  readonly node: SimNode
  /** By the machine's monotonic clock. */
  readonly askedAt: number
  /** Reloads that the worker had too little memory for, with the engine size of each. */
  readonly refused: ReadonlyMap<ReloadId, number>
  readonly claimed: readonly Claimed[]
  /** There was nothing more to show. */
  readonly complete: boolean
}

export interface SeenRenewal {
  readonly node: SimNode
  readonly lease: LeaseToken
  readonly leaseExpiresAt: number
}

export function seenRenewals(
  world: World,
  node: SimNode,
  renew: (batch: readonly LeaseRenewal[]) => Promise<LeaseAnswer[]>,
): (batch: readonly LeaseRenewal[]) => Promise<LeaseAnswer[]> {
  return async (batch) => {
    const answers = await renew(batch)
    for (const { lease, leaseExpiresAt } of batch) world.renewals.push({ node, lease, leaseExpiresAt })
    return answers
  }
}

export function seenClaim(
  world: World,
  node: SimNode,
  claim: (request: ClaimRequest) => Promise<Claimed[]>,
): (request: ClaimRequest) => Promise<Claimed[]> {
  return async (request) => {
    const askedAt = node.clock.monotonic()
    const refused = new Map<ReloadId, number>()
    const claimed = await claim({
      ...request,
      step: (view) => {
        const result = request.step(view)
        const over = 'refused' in result && result.refused === OVER_BUDGET
        if (over) refused.set(view.reload.id, view.reload.sizeIndex)
        else refused.delete(view.reload.id)
        return result
      },
    })
    world.claims.push({ node, askedAt, refused, claimed, complete: claimed.length < request.max })
    return claimed
  }
}
