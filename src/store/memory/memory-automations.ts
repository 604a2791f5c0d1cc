/** Automations of the memory store. */
import { type Automation, dueAt } from '../../core/automation/automation.ts'
import { WAIT_MAX_MS } from '../../core/automation/limits.ts'
import { type AutomationRun, awaitedBy, wakeAt } from '../../core/automation/run.ts'
import { defined } from '../../core/defined.ts'
import type { AutomationId, AutomationRunId, TenantId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import type {
  AutomationRef,
  AutomationRunRef,
  AutomationStore,
  ListeningAutomation,
  ScheduledAutomation,
} from '../port/automations.ts'
import { inTurns } from '../rule/in-turns.ts'
import { MemoryTasks } from './memory-tasks.ts'
import { compare, type OwnedRow, own } from './tables.ts'

export class MemoryAutomations extends MemoryTasks implements AutomationStore {
  async automation(tenantId: TenantId, id: AutomationId): Promise<Automation | undefined> {
    return own(this.tables.automations.get(id), tenantId)
  }

  async automationOfAnyTenant(id: AutomationId): Promise<Automation | undefined> {
    return this.tables.automations.get(id)
  }

  async automationRun(tenantId: TenantId, id: AutomationRunId): Promise<AutomationRun | undefined> {
    return own(this.tables.automationRuns.get(id), tenantId)
  }

  async dueAutomationRuns(now: number, max: number): Promise<AutomationRunRef[]> {
    const due = this.tables.automationRuns.where((run) => this.isPresent(run) && this.#isDue(run, now))
    return inTurns(due.map(byIdAlone), max).map(({ tenantId, automationId, id: runId }) => ({
      tenantId,
      automationId,
      runId,
    }))
  }

  async dueAutomations(now: number, max: number): Promise<AutomationRef[]> {
    const due = this.tables.automations.where(
      (row) => this.isPresent(row) && (dueAt(row) ?? Number.POSITIVE_INFINITY) <= now,
    )
    return inTurns(due.map(byIdAlone), max).map(({ tenantId, id: automationId }) => ({
      tenantId,
      automationId,
    }))
  }

  #isDue(run: AutomationRun, now: number): boolean {
    const awaited = awaitedBy(run)
    if (awaited !== undefined) {
      const reload = this.tables.reloads.get(awaited)
      return reload === undefined || isOutcome(reload.state)
    }
    const at = wakeAt(run)
    return at !== undefined && (at <= now || at > now + WAIT_MAX_MS)
  }

  async nextAutomationAt(now: number): Promise<number | undefined> {
    const moments = [
      ...this.tables.automationRuns.rows().map(wakeAt),
      ...this.tables.automations.rows().map(dueAt),
    ]
    const later = moments.filter((at) => at !== undefined && at > now) as number[]
    return later.length === 0 ? undefined : Math.min(...later)
  }

  async listeningAutomations(): Promise<ListeningAutomation[]> {
    const present = this.tables.automations.where((row) => this.isPresent(row))
    const rows = present.sort((left, right) => compare(left.id, right.id))
    return rows.flatMap(({ tenantId, id: automationId, enabled, document: { trigger }, heardUpTo = 0 }) =>
      enabled && trigger.kind === 'event' ? [{ tenantId, automationId, trigger, heardUpTo }] : [],
    )
  }

  async scheduledAutomations(): Promise<ScheduledAutomation[]> {
    const rows = this.tables.automations.rows().sort((left, right) => compare(left.id, right.id))
    return rows.flatMap(({ tenantId, id: automationId, enabled, document: { trigger }, nextInstant }) =>
      enabled && trigger.kind === 'schedule'
        ? [{ tenantId, automationId, schedule: trigger.schedule, ...defined({ nextInstant }) }]
        : [],
    )
  }
}

/** Of a tenant the oldest first, whenever it was due. */
function byIdAlone<Row extends OwnedRow>(row: Row): Row & { readonly due: number } {
  return { ...row, due: 0 }
}
