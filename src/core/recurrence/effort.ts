/** What searches for runs cost, counted for tests and benches, and the bound of each. */

/**
 * One search gives up after so many jumps: only rules that never fire, or once in centuries, take as many.
 */
export const JUMPS_MOST = 5000

export interface Effort {
  /** How often a search went on to a later time. */
  jumps: number
  /** Days that were looked at. */
  days: number
}

export function noEffort(): Effort {
  return { jumps: 0, days: 0 }
}
