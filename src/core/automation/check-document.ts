/**
 * The document of an automation as it is sent, checked as a whole: all that is wrong with it, each by its
 * JSON pointer; else the document as it is kept. Total: every JSON value yields one of the two.
 */

import { defined } from '../defined.ts'
import { type FilterRules, type ParsedFilter, parseFilter } from '../filter-parse.ts'
import { isDeeperThan, LEVELS_MAX } from '../json-depth.ts'
import { VARIABLE_VALUE_MAX_CHARACTERS, VARIABLES_MAX_COUNT, WEIGHT_MAX, WEIGHT_MIN } from '../limits.ts'
import { SECOND } from '../units.ts'
import { utf8Bytes } from '../utf8.ts'
import type {
  AutomationDocument,
  AutomationTrigger,
  Filter,
  ReloadStep,
  Step,
  StepBasis,
  WaitStep,
} from './automation.ts'
import { type CallRules, readCall } from './check-call.ts'
import { type NotifyRules, readNotify } from './check-notify.ts'
import { readSchedules, type ScheduleRules } from './check-schedules.ts'
import { checkTemplate } from './check-templates.ts'
import {
  DOCUMENT_MAX_BYTES,
  DOCUMENT_STEPS_MAX,
  STEP_ID_MAX_CHARACTERS,
  TEMPLATE_MAX_CHARACTERS,
  WAIT_MAX_MS,
} from './limits.ts'
import { type DocumentFault, type Members, Reading } from './reading.ts'
import { STEP_STATES } from './run.ts'
import { isObject, STATUS } from './scope.ts'
import { parsePath } from './template.ts'

/** What the checks ask of others. */
export interface DocumentRules extends ScheduleRules, CallRules, NotifyRules {
  readonly eventTypes: readonly string[]
  readonly parseEventFilter: (text: string, eventTypes: readonly string[]) => ParsedFilter
}

export type CheckedDocument =
  | { readonly kind: 'document'; readonly document: AutomationDocument }
  | { readonly kind: 'faults'; readonly faults: readonly DocumentFault[] }

const ID_MAX_CHARACTERS = 128
const STEP_KINDS = ['reload', 'task', 'call', 'notify', 'wait'] as const satisfies readonly Step['kind'][]
const TRIGGER_KINDS = [
  'manual',
  'webhook',
  'schedule',
  'event',
] as const satisfies readonly AutomationTrigger['kind'][]

/** As it stands in the body of a request. */
export interface SentDocument {
  /** Version, trigger and steps. */
  readonly workspace?: unknown
  /** Of one that a schedule starts, at most one. */
  readonly schedules?: unknown
}

export function checkDocument(sent: SentDocument, rules: DocumentRules): CheckedDocument {
  const reading = new Reading()
  const document = readDocument(reading, sent, rules)
  return document === undefined || reading.faults.length > 0
    ? { kind: 'faults', faults: reading.faults }
    : { kind: 'document', document }
}

function readDocument(
  reading: Reading,
  { workspace: sent, schedules }: SentDocument,
  rules: DocumentRules,
): AutomationDocument | undefined {
  const pointer = '/workspace'
  if (isDeeperThan(sent, LEVELS_MAX)) {
    return reading.fault(pointer, `must not be nested more than ${LEVELS_MAX} levels deep`)
  }
  if (utf8Bytes(JSON.stringify(sent) ?? '') > DOCUMENT_MAX_BYTES) {
    return reading.fault(pointer, `must have at most ${DOCUMENT_MAX_BYTES} bytes as JSON`)
  }
  const known = isObject(sent) && sent.version === 1 ? ['version', 'trigger', 'steps'] : undefined
  const members = reading.object(sent, pointer, known)
  if (members === undefined) return undefined
  if (known === undefined) {
    return members.fault(
      'version',
      'must be 1: documents of this service have a version, a trigger and steps; a workspace of another editor cannot run here',
    )
  }
  const scheduled = readSchedules(reading, schedules, '/schedules', rules)
  const trigger = readTrigger(reading, members, scheduled, rules)
  const sentSteps = members.list('steps', DOCUMENT_STEPS_MAX) ?? []
  const steps: Step[] = []
  for (const [index, sentStep] of sentSteps.entries()) {
    const step = readStep(reading, sentStep, `${members.at('steps')}/${index}`, steps, rules)
    if (step !== undefined) steps.push(step)
  }
  return trigger && { version: 1, trigger, steps }
}

/** Who sends a schedule need not say that it is the trigger. */
function readTrigger(
  reading: Reading,
  document: Members,
  scheduled: ReturnType<typeof readSchedules>,
  rules: DocumentRules,
): AutomationTrigger | undefined {
  const sent = document.get('trigger')
  if (sent === undefined)
    return scheduled === undefined ? { kind: 'manual' } : { kind: 'schedule', ...scheduled }
  const trigger = reading.object(sent, document.at('trigger'))
  const kind = trigger?.needed('kind', trigger.oneOf('kind', TRIGGER_KINDS))
  if (trigger === undefined || kind === undefined) return undefined
  const known = kind === 'event' ? ['kind', 'eventTypes', 'filter'] : ['kind']
  reading.object(sent, document.at('trigger'), known)
  if (scheduled !== undefined && kind !== 'schedule') {
    return reading.fault('/schedules', `does not go with the trigger ${kind}: leave one of both out`)
  }
  if (kind === 'event') return readEventTrigger(trigger, rules)
  if (kind !== 'schedule') return { kind }
  if (scheduled !== undefined) return { kind, ...scheduled }
  return reading.faults.length > 0
    ? undefined
    : reading.fault('/schedules', 'is needed for the trigger schedule')
}

function readEventTrigger(trigger: Members, rules: DocumentRules): AutomationTrigger | undefined {
  const sent = trigger.needed('eventTypes', trigger.list('eventTypes', rules.eventTypes.length))
  const eventTypes = rules.eventTypes.filter((type) => sent?.includes(type))
  if (sent !== undefined && (sent.length === 0 || eventTypes.length !== sent.length)) {
    trigger.fault('eventTypes', `must name one or more of ${rules.eventTypes.join(', ')}, each once`)
  }
  const filter = readFilter(trigger, 'filter', (text) => rules.parseEventFilter(text, eventTypes))
  return { kind: 'event', eventTypes, ...defined({ filter }) }
}

function readStep(
  reading: Reading,
  sent: unknown,
  pointer: string,
  earlier: readonly Step[],
  rules: DocumentRules,
): Step | undefined {
  const step = reading.object(sent, pointer)
  if (step === undefined) return undefined
  const kind = step.needed('kind', step.oneOf('kind', STEP_KINDS))
  const id = step.needed('id', readId(step, earlier))
  const when = readFilter(step, 'when', (text) => parseFilter(text, conditionRules(text, earlier)))
  const onFailure = step.oneOf('onFailure', ['stop', 'continue']) ?? 'stop'
  if (kind === undefined) return undefined
  reading.object(sent, pointer, ['id', 'kind', 'when', 'onFailure', ...MEMBERS[kind]])
  const basis = { id: id ?? '', onFailure, ...defined({ when }) }
  switch (kind) {
    case 'reload':
      return readReload(step, basis, earlier)
    case 'task':
      return { ...basis, kind, taskId: step.needed('taskId', step.text('taskId', ID_MAX_CHARACTERS)) ?? '' }
    case 'call':
      return readCall(reading, step, basis, earlier, rules)
    case 'notify':
      return readNotify(reading, step, basis, earlier, rules)
    case 'wait':
      return readWait(step, basis)
  }
}

const MEMBERS: Readonly<Record<Step['kind'], readonly string[]>> = {
  reload: ['appId', 'partial', 'weight', 'variables'],
  task: ['taskId'],
  call: ['method', 'url', 'headers', 'secretHeaders', 'body', 'retries'],
  notify: ['mail', 'chat', 'subject', 'text', 'retries'],
  wait: ['seconds'],
}

function readId(step: Members, earlier: readonly Step[]): string | undefined {
  const id = step.text('id', STEP_ID_MAX_CHARACTERS)
  if (id === undefined) return undefined
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(id)) {
    return step.fault('id', 'must begin with a letter and have only letters, digits, "_" and "-"')
  }
  return earlier.some((one) => one.id === id) ? step.fault('id', 'is the id of an earlier step') : id
}

function readFilter(
  members: Members,
  name: string,
  parse: (text: string) => ParsedFilter,
): Filter | undefined {
  const text = members.text(name, TEMPLATE_MAX_CHARACTERS)
  if (text === undefined) return undefined
  const parsed = parse(text)
  return parsed.kind === 'fault' ? members.fault(name, parsed.detail) : { text, node: parsed.filter }
}

/** Any path of the input; of each earlier step what the scope has. */
function conditionRules(text: string, earlier: readonly Step[]): FilterRules {
  const attributes: Record<string, readonly string[] | 'any'> = {}
  for (const { id, kind } of earlier) {
    attributes[`steps.${id}.${STATUS}`] = STEP_STATES.filter((state) => state !== 'running')
    if (kind === 'reload' || kind === 'task') attributes[`steps.${id}.outcome`] = 'any'
    if (kind === 'call') attributes[`steps.${id}.statusCode`] = 'any'
  }
  for (const [path] of text.matchAll(/\binput\.[\w.-]+/g)) {
    if (parsePath(path) !== undefined) attributes[path] = 'any'
  }
  const searchable = Object.keys(attributes)
  return {
    attributes: searchable.length === 0 ? { 'input.*': 'any' } : attributes,
    operators: ['eq', 'ne'],
    searchable,
  }
}

function readReload(step: Members, basis: StepBasis, earlier: readonly Step[]): ReloadStep {
  const appId = step.needed('appId', step.text('appId', TEMPLATE_MAX_CHARACTERS))
  checkTemplate(step, 'appId', appId, earlier)
  const variables = step.texts('variables', VARIABLES_MAX_COUNT, VARIABLE_VALUE_MAX_CHARACTERS) ?? {}
  for (const [name, value] of Object.entries(variables))
    checkTemplate(step, 'variables', value, earlier, name)
  const weight = step.integer('weight', WEIGHT_MIN, WEIGHT_MAX)
  return {
    ...basis,
    kind: 'reload',
    appId: appId ?? '',
    partial: step.flag('partial') ?? false,
    ...defined({ weight }),
    variables,
  }
}

function readWait(step: Members, basis: StepBasis): WaitStep {
  const seconds = step.needed('seconds', step.integer('seconds', 1, WAIT_MAX_MS / SECOND))
  return { ...basis, kind: 'wait', ms: (seconds ?? 1) * SECOND }
}
