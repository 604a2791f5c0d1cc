/** Automations and their runs as the JSON that clients use (@qlik/api), with our extensions told as such. */
import { type Static, Type } from 'typebox'
import { type Automation, RUN_MODES } from '../../core/automation/automation.ts'
import { documentRecord } from '../../core/automation/document-record.ts'
import { CONCURRENT_RUNS_MAX } from '../../core/automation/limits.ts'
import { type AutomationRun, type AutomationRunHead, STEP_STATES } from '../../core/automation/run.ts'
import { RUN_STATES, type RunState } from '../../core/automation/run-state.ts'
import { defined } from '../../core/defined.ts'
import { timeText } from '../../core/time-text.ts'

export const TAGS = ['automations']
export const AUTOMATIONS_PATH = '/api/v1/automations'
export const AUTOMATION_NAME_MAX_CHARACTERS = 256
const AUTOMATION_DESCRIPTION_MAX_CHARACTERS = 4096

const Time = Type.String({ format: 'date-time' })
export const ById = Type.Object({ id: Type.String() })
export const ByRunId = Type.Object({ id: Type.String(), runId: Type.String() })

export const Schedule = Type.Object(
  {
    interval: Type.Optional(Type.Integer({ description: 'Seconds' })),
    recurrence: Type.Optional(Type.String({ description: 'RRULE; wins over interval' })),
    startAt: Type.Optional(Type.String()),
    stopAt: Type.Optional(Type.String()),
    timezone: Type.Optional(Type.String()),
    nextRunAt: Type.Optional(Time),
  },
  { title: 'AutomationSchedule' },
)

const writable = {
  description: Type.Optional(Type.String({ maxLength: AUTOMATION_DESCRIPTION_MAX_CHARACTERS })),
  maxConcurrentRuns: Type.Optional(Type.Integer({ minimum: 1, maximum: CONCURRENT_RUNS_MAX })),
  spaceId: Type.Optional(Type.String({ description: 'Where it is listed; no right follows from it' })),
  schedules: Type.Optional(Type.Unknown({ description: 'At most one; makes its runs scheduled' })),
  workspace: Type.Optional(
    Type.Unknown({
      description: 'The document: version 1, trigger and steps (docs/guides/automations.md)',
      examples: [
        {
          version: 1,
          trigger: { kind: 'webhook' },
          steps: [
            {
              id: 'tell',
              kind: 'notify',
              mail: { to: ['ops@example.com'] },
              subject: 'Called with {{input.mode}}',
              text: 'By {{automation.name}}',
            },
          ],
        },
      ],
    }),
  ),
  secret: Type.Optional(
    Type.String({
      description: 'Extension. Key of the signatures of its calls, 32 to 64 characters; never shown',
    }),
  ),
}

const Name = Type.String({ minLength: 1, maxLength: AUTOMATION_NAME_MAX_CHARACTERS })
export const NewAutomation = Type.Object({ name: Name, ...writable }, { title: 'NewAutomation' })
/** What is left out stays as it is. */
export const AutomationChange = Type.Object(
  { name: Type.Optional(Name), ...writable },
  { title: 'AutomationChange' },
)

const RUN_STATUSES = [...RUN_STATES, 'must stop'] as const
/** Of the last run of an automation; what has not begun has a word of its own there. */
export const LAST_STATUSES = ['not started', ...RUN_STATUSES.filter((status) => status !== 'queued')] as const
const STATES = ['available', 'disabled'] as const
const CONTEXTS = ['api_async', 'webhook'] as const
const MODES = Object.values(RUN_MODES)

const LastRun = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum(LAST_STATUSES),
    startTime: Type.Optional(Time),
    stopTime: Type.Optional(Time),
  },
  { title: 'LastAutomationRun' },
)

export const AutomationRow = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    description: Type.String(),
    ownerId: Type.String(),
    spaceId: Type.Optional(Type.String()),
    state: Type.Enum(STATES),
    runMode: Type.Enum(MODES),
    maxConcurrentRuns: Type.Integer(),
    createdAt: Time,
    updatedAt: Time,
    lastRun: Type.Optional(LastRun),
    lastRunAt: Type.Optional(Type.String({ format: 'date-time', description: 'When it ended' })),
    lastRunStatus: Type.Optional(Type.Enum(LAST_STATUSES)),
  },
  { title: 'AutomationSummary' },
)

export const AutomationRecord = Type.Object(
  {
    ...AutomationRow.properties,
    schedules: Type.Array(Schedule),
    workspace: Type.Unknown({ description: 'The document, secrets left out' }),
    secretAdded: Type.Boolean({ description: 'Extension. Calls are signed' }),
    executionToken: Type.Optional(
      Type.String({ description: 'Only in the answer that made it: the token of the trigger address' }),
    ),
  },
  { title: 'Automation' },
)

export function automationRow(automation: Automation): Static<typeof AutomationRow> {
  const { id, name, description, ownerId, spaceId, maxConcurrentRuns, lastRun } = automation
  const lastRunStatus = lastRun && lastStatus(lastRun.state)
  return {
    id,
    name,
    description,
    ownerId,
    ...defined({ spaceId }),
    state: automation.enabled ? 'available' : 'disabled',
    runMode: RUN_MODES[automation.document.trigger.kind],
    maxConcurrentRuns,
    createdAt: timeText(automation.createdAt),
    updatedAt: timeText(automation.updatedAt),
    ...(lastRun === undefined
      ? {}
      : {
          lastRun: {
            id: lastRun.id,
            status: lastStatus(lastRun.state),
            ...times(lastRun),
          },
        }),
    ...defined({ lastRunAt: textOf(lastRun?.endedAt), lastRunStatus }),
  }
}

export function automationRecord(automation: Automation, token?: string): Static<typeof AutomationRecord> {
  const { trigger } = automation.document
  const nextRunAt = automation.enabled ? textOf(automation.nextInstant) : undefined
  return {
    ...automationRow(automation),
    schedules: trigger.kind === 'schedule' ? [{ ...trigger.sent, ...defined({ nextRunAt }) }] : [],
    workspace: documentRecord(automation.document),
    secretAdded: automation.sealedSecret !== undefined,
    ...defined({ executionToken: token }),
  }
}

export const RunRow = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum(RUN_STATUSES),
    context: Type.Enum(CONTEXTS),
    cause: Type.Object(
      { kind: Type.String(), eventType: Type.Optional(Type.String()), scheduledFor: Type.Optional(Time) },
      { title: 'AutomationRunCause', description: 'Extension. Why it began' },
    ),
    ownerId: Type.String(),
    executedById: Type.Optional(Type.String()),
    title: Type.String(),
    createdAt: Time,
    updatedAt: Time,
    startTime: Type.Optional(Time),
    stopTime: Type.Optional(Time),
    duration: Type.Optional(Type.Number({ description: 'Seconds' })),
    isTestRun: Type.Boolean(),
    isArchived: Type.Boolean(),
    error: Type.Array(Type.Object({ message: Type.String() })),
  },
  { title: 'AutomationRunSummary' },
)

export const RunRecord = Type.Object(
  {
    ...RunRow.properties,
    inputs: Type.Unknown({ description: 'Extension. What it began with' }),
    steps: Type.Array(
      Type.Object({
        id: Type.String(),
        kind: Type.String(),
        status: Type.Enum([...STEP_STATES, 'not started']),
        startTime: Type.Optional(Time),
        stopTime: Type.Optional(Time),
        tries: Type.Optional(Type.Integer()),
        sent: Type.Optional(Type.Unknown({ description: 'What went out, secrets left out' })),
        answer: Type.Optional(Type.Unknown({ description: 'What came of it; long bodies are cut' })),
        error: Type.Optional(Type.String()),
      }),
      { description: 'Extension. Its history, step by step' },
    ),
  },
  { title: 'AutomationRun' },
)

export function runRow(run: AutomationRunHead): Static<typeof RunRow> {
  const { id, cause, startedAt, endedAt, createdAt, ownerId, error } = run
  const userId = 'userId' in cause ? cause.userId : undefined
  const isStopping = run.state === 'running' && run.stopAskedAt !== undefined
  const over = startedAt === undefined || endedAt === undefined ? undefined : (endedAt - startedAt) / 1000
  return {
    id,
    status: isStopping ? 'must stop' : run.state,
    context: cause.kind === 'webhook' ? 'webhook' : 'api_async',
    cause: {
      kind: cause.kind,
      ...(cause.kind === 'event' ? { eventType: cause.eventType } : {}),
      ...(cause.kind === 'schedule' ? { scheduledFor: timeText(cause.instant) } : {}),
    },
    ownerId,
    ...defined({ executedById: userId }),
    title: run.automationName,
    createdAt: timeText(createdAt),
    updatedAt: timeText(endedAt ?? startedAt ?? createdAt),
    ...times(run),
    ...defined({ duration: over }),
    isTestRun: false,
    isArchived: false,
    error: error === undefined ? [] : [{ message: error }],
  }
}

export function runRecord(run: AutomationRun): Static<typeof RunRecord> {
  return {
    ...runRow(run),
    inputs: run.input,
    steps: run.steps.map(({ id, kind }) => {
      const result = run.results.find(({ stepId }) => stepId === id)
      if (result === undefined) return { id, kind, status: 'not started' as const }
      const { state, startedAt, endedAt, tries, sent, answer, error } = result
      return {
        id,
        kind,
        status: state,
        ...times({ startedAt, endedAt }),
        tries,
        ...defined({ sent, answer, error }),
      }
    }),
  }
}

function lastStatus(state: RunState): (typeof LAST_STATUSES)[number] {
  return state === 'queued' ? 'not started' : state
}

function times({
  startedAt,
  endedAt,
}: {
  readonly startedAt?: number | undefined
  readonly endedAt?: number | undefined
}): { startTime?: string; stopTime?: string } {
  return defined({ startTime: textOf(startedAt), stopTime: textOf(endedAt) })
}

function textOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : timeText(at)
}
