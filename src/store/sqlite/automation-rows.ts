/** Automations and their runs as rows and back. */
import type { SQLInputValue } from 'node:sqlite'
import { type Automation, dueAt } from '../../core/automation/automation.ts'
import {
  type AutomationRun,
  type AutomationRunHead,
  awaitedBy,
  headOf,
  wakeAt,
} from '../../core/automation/run.ts'
import type { Row } from './row.ts'

export const AUTOMATION_COLUMNS = 'id, tenant_id, owner_id, created_at, listens, due_at, record'

export function automationValues(row: Automation): readonly SQLInputValue[] {
  const { id, tenantId, ownerId, createdAt, enabled, document } = row
  const listens = enabled && document.trigger.kind === 'event' ? 1 : 0
  return [id, tenantId, ownerId, createdAt, listens, dueAt(row) ?? null, JSON.stringify(row)]
}

export const AUTOMATION_RUN_COLUMNS =
  'id, tenant_id, automation_id, key, state, created_at, ended_at, wake_at, awaits, held, record, work'

export function automationRunValues(run: AutomationRun): readonly SQLInputValue[] {
  const { id, tenantId, automationId, key, state, createdAt, endedAt = null } = run
  const { steps, input, results, sealedSecret } = run
  const moments = [createdAt, endedAt, wakeAt(run) ?? null, awaitedBy(run) ?? null, run.held ? 1 : 0]
  const work = JSON.stringify({ steps, input, results, sealedSecret })
  return [id, tenantId, automationId, key, state, ...moments, JSON.stringify(headOf(run)), work]
}

export function runOf(row: Row | undefined): AutomationRun | undefined {
  if (row === undefined) return undefined
  const head = JSON.parse(row.record as string) as AutomationRunHead
  return { ...head, ...(JSON.parse(row.work as string) as Omit<AutomationRun, keyof AutomationRunHead>) }
}
