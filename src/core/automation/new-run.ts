/** A run as it is asked for: it takes with it what an edit of its automation may change. */
import { defined } from '../defined.ts'
import type { AutomationRunId } from '../ids.ts'
import type { Automation, Json, LastRun } from './automation.ts'
import type { AutomationRun, RunCause } from './run.ts'

export interface NewRun {
  readonly id: AutomationRunId
  readonly key: string
  readonly cause: RunCause
  readonly chain?: number
  readonly input: Json
  readonly now: number
}

export function queuedRun(
  automation: Automation,
  { id, key, cause, chain = 1, input, now }: NewRun,
): AutomationRun {
  const { tenantId, name, ownerId, document, sealedSecret } = automation
  return {
    id,
    tenantId,
    automationId: automation.id,
    automationName: name,
    key,
    cause,
    chain,
    ownerId,
    steps: document.steps,
    input,
    ...defined({ sealedSecret }),
    state: 'queued',
    createdAt: now,
    results: [],
  }
}

export function lastRunOf({ id, state, startedAt, endedAt }: AutomationRun): LastRun {
  return { id, state, ...defined({ startedAt, endedAt }) }
}
