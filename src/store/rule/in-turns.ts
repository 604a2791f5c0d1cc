/** What is due of several tenants, so that none waits for another's many. */
import type { TenantId } from '../../core/ids.ts'

export interface Due {
  readonly tenantId: TenantId
  readonly id: string
  /** Epoch ms. */
  readonly due: number
}

/**
 * In rounds: the first one of each tenant, then the second one of each. Within a tenant and within a round
 * the earliest first, of equals the lower id.
 */
export function inTurns<Row extends Due>(rows: readonly Row[], max: number): Row[] {
  const taken = new Map<TenantId, number>()
  const placed = rows.toSorted(byDue).map((row) => {
    const round = taken.get(row.tenantId) ?? 0
    taken.set(row.tenantId, round + 1)
    return { row, round }
  })
  return placed
    .sort((left, right) => left.round - right.round)
    .slice(0, max)
    .map(({ row }) => row)
}

function byDue(left: Due, right: Due): number {
  return left.due - right.due || (left.id < right.id ? -1 : 1)
}
