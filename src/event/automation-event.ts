/** The event that tells how a run of an automation ended; ours. */
import { type AutomationRun, isOver } from '../core/automation/run.ts'
import type { EventId } from '../core/ids.ts'
import { cleanText } from '../core/plain-text.ts'
import type { Tenant } from '../core/records.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent } from './cloud-event.ts'
import { AUTOMATION_EVENT_SOURCE, AUTOMATION_RUN_TYPE } from './event-types.ts'
import type { EventDraft } from './stored-event.ts'

/** @param run one that is over */
export function automationRunEvent(
  tenant: Tenant,
  run: AutomationRun,
  id: EventId,
  time: number,
): EventDraft {
  if (!isOver(run)) throw new Error(`run ${run.id} is not over`)
  const { automationId, ownerId, startedAt, endedAt } = run
  const text = (at: number | undefined) => (at === undefined ? undefined : timeText(at))
  return {
    id,
    tenantId: run.tenantId,
    type: AUTOMATION_RUN_TYPE,
    time,
    userId: ownerId,
    resourceId: automationId,
    topLevelResourceId: automationId,
    uniqueKey: run.id,
    body: cloudEvent({
      id,
      type: AUTOMATION_RUN_TYPE,
      source: AUTOMATION_EVENT_SOURCE,
      time,
      tenantId: run.tenantId,
      attributes: {
        host: tenant.hostnames[0],
        userid: ownerId,
        ownerid: ownerId,
        toplevelresourceid: automationId,
      },
      data: {
        id: automationId,
        name: cleanText(run.automationName),
        runId: run.id,
        status: run.state,
        trigger: run.cause.kind,
        ownerId,
        createdAt: timeText(run.createdAt),
        startedAt: text(startedAt),
        endedAt: text(endedAt),
        error: run.error && cleanText(run.error),
      },
    }),
  }
}
