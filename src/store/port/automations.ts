/**
 * Automations and their runs in the store. Both change by `change` (change.ts) alone. A run that waits for a
 * reload is due as soon as that reload has its outcome, whoever settled it.
 */
import type { Automation, AutomationTrigger } from '../../core/automation/automation.ts'
import type { AutomationRun } from '../../core/automation/run.ts'
import type { AutomationId, AutomationRunId, TenantId } from '../../core/ids.ts'
import type { Schedule } from '../../core/recurrence/schedule.ts'

export interface AutomationRef {
  readonly tenantId: TenantId
  readonly automationId: AutomationId
}

export interface AutomationRunRef extends AutomationRef {
  readonly runId: AutomationRunId
}

/** An enabled automation that listens to events. */
export interface ListeningAutomation extends AutomationRef {
  readonly trigger: Extract<AutomationTrigger, { kind: 'event' }>
  /** Sequence of the newest event that it heard. */
  readonly heardUpTo: number
}

/** An enabled automation with a schedule. */
export interface ScheduledAutomation extends AutomationRef {
  readonly schedule: Schedule
  readonly nextInstant?: number
}

export interface AutomationStore {
  automation(tenantId: TenantId, id: AutomationId): Promise<Automation | undefined>
  /** Whatever tenant it is of: for callers who have nothing but its token. */
  automationOfAnyTenant(id: AutomationId): Promise<Automation | undefined>
  automationRun(tenantId: TenantId, id: AutomationRunId): Promise<AutomationRun | undefined>
  /**
   * Runs that are due at `now` (`wakeAt`), whose moment lies so far ahead that only a wrong clock can have
   * stamped it (longer than the longest wait), or whose awaited reload has its outcome or is gone: of each
   * tenant the oldest first, by id; tenants take turns, so that none waits for another's many.
   */
  dueAutomationRuns(now: number, max: number): Promise<AutomationRunRef[]>
  /**
   * Automations that are due by their schedule (`dueAt`) at `now`: of each tenant the oldest first, by id;
   * tenants take turns.
   */
  dueAutomations(now: number, max: number): Promise<AutomationRef[]>
  /** When the next automation or run becomes due after `now`, epoch ms; undefined when none will by time. */
  nextAutomationAt(now: number): Promise<number | undefined>
  /** Of all tenants, by id. */
  listeningAutomations(): Promise<ListeningAutomation[]>
  /** Of all tenants, by id. */
  scheduledAutomations(): Promise<ScheduledAutomation[]>
}
