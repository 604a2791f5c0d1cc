/**
 * An app's incident: opened by the first reload that fails, closed by the next one that succeeds; failures
 * between, and reloads that were canceled, change nothing. What is told of it once is decided here.
 */
import type { Outcome } from './outcome.ts'

export type IncidentChange = 'opened' | 'closed'

/**
 * @param failing whether an incident of the app is open
 * @returns what the outcome of its reload does to it; undefined: nothing
 */
export function incidentChange(failing: boolean, outcome: Outcome): IncidentChange | undefined {
  switch (outcome) {
    case 'FAILED':
    case 'EXCEEDED_LIMIT':
      return failing ? undefined : 'opened'
    case 'SUCCEEDED':
      return failing ? 'closed' : undefined
    case 'CANCELED':
      return undefined
  }
}
