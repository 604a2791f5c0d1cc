/** Exit codes of commands that tell how a reload ended. */
import type { Outcome } from '../core/outcome.ts'

export const OUTCOME_EXIT_CODES: Readonly<Record<Outcome, number>> = {
  SUCCEEDED: 0,
  FAILED: 1,
  CANCELED: 3,
  EXCEEDED_LIMIT: 4,
}
