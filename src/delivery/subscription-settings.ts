/**
 * The settings of a webhook and their rules (contract 04, sections 2 to 4 and 7), checked as a whole after
 * every change. Pure: a function passed in says whether an address may be reached.
 */

import { RUN_STATES } from '../core/automation/run-state.ts'
import { type FilterRules, type ParsedFilter, parseFilter } from '../core/filter-parse.ts'
import { APP_USAGES } from '../core/records.ts'
import { dataAttributes } from '../event/data-attributes.ts'
import {
  ATTEMPT_EVENT_TYPE,
  AUTOMATION_RUN_TYPE,
  EVENT_TYPES,
  FINISHED_EVENT_TYPE,
} from '../event/event-types.ts'
import type { AbuseProtection, ContentMode } from '../event/subscription.ts'
import { checkHeaders } from './header-rules.ts'
import type { SettingsFault } from './settings-fault.ts'

export const NAME_MAX_CHARACTERS = 512
export const URL_MAX_CHARACTERS = 2048
export const DESCRIPTION_MAX_CHARACTERS = 1024
export const SECRET_MIN_CHARACTERS = 32
export const SECRET_MAX_CHARACTERS = 64
export const SENDS_PER_MINUTE_MAX = 6000

export interface SubscriptionSettings {
  readonly name: string
  readonly url: string
  readonly description: string
  readonly eventTypes: readonly string[]
  readonly enabled: boolean
  readonly filter?: string
  readonly level: 'tenant' | 'user'
  readonly headers: Readonly<Record<string, string>>
  /** Plain text, sealed only after these checks. */
  readonly encryptedHeaders: Readonly<Record<string, string>>
  readonly secret?: string
  readonly checkCertificateRevocation: boolean
  readonly contentMode: ContentMode
  readonly abuseProtection: AbuseProtection
  readonly sendsPerMinute?: number
}

/**
 * Returns all faults in the order of the fields; empty if the settings may be saved.
 * @param urlFault returns why an address may not be a target; undefined if it may
 */
export function checkSettings(
  settings: SubscriptionSettings,
  urlFault: (url: string) => string | undefined,
): SettingsFault[] {
  return [
    ...checkTexts(settings, urlFault),
    ...checkEventTypes(settings.eventTypes),
    ...checkFilter(settings),
    ...checkHeaders(settings.headers, settings.encryptedHeaders),
    ...checkSecret(settings.secret),
  ]
}

/**
 * Checks the filter of a webhook; the event types decide which attributes it may name (contract 04, section
 * 4).
 */
export function parseSubscriptionFilter(text: string, eventTypes: readonly string[]): ParsedFilter {
  return parseFilter(text, filterRules(eventTypes))
}

export function filterRules(eventTypes: readonly string[]): FilterRules {
  const only = eventTypes.length === 1 ? eventTypes[0] : undefined
  return {
    attributes: { id: 'any', spaceId: 'any', topLevelResourceId: 'any', ...resultAttributes(only) },
    operators: ['eq', 'ne'],
  }
}

/** Of one type of event those of its schema; some have fewer values than the schema tells. */
function resultAttributes(onlyType: string | undefined): FilterRules['attributes'] {
  if (onlyType === undefined) return {}
  const all = dataAttributes(onlyType)
  switch (onlyType) {
    case FINISHED_EVENT_TYPE:
      return { ...all, 'data.appUsage': APP_USAGES }
    case ATTEMPT_EVENT_TYPE:
      return { ...all, 'data.usage': APP_USAGES }
    case AUTOMATION_RUN_TYPE:
      return {
        ...all,
        'data.status': RUN_STATES.filter((state) => state !== 'queued' && state !== 'running'),
      }
    default:
      return all
  }
}

function checkTexts(
  { name, url, description }: SubscriptionSettings,
  urlFault: (url: string) => string | undefined,
): SettingsFault[] {
  const faults: SettingsFault[] = []
  if (name.trim() === '' || name.length > NAME_MAX_CHARACTERS) {
    faults.push({ pointer: '/name', detail: `name must have 1 to ${NAME_MAX_CHARACTERS} characters` })
  }
  const badUrl =
    url.length > URL_MAX_CHARACTERS ? `url must have at most ${URL_MAX_CHARACTERS} characters` : urlFault(url)
  if (badUrl !== undefined) faults.push({ pointer: '/url', detail: badUrl })
  if (description.length > DESCRIPTION_MAX_CHARACTERS) {
    faults.push({
      pointer: '/description',
      detail: `description must have at most ${DESCRIPTION_MAX_CHARACTERS} characters`,
    })
  }
  return faults
}

function checkEventTypes(eventTypes: readonly string[]): SettingsFault[] {
  const known = EVENT_TYPES.map(({ name }) => name)
  return eventTypes.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [{ pointer: `/eventTypes/${index}`, detail: `an event type must be one of ${known.join(', ')}` }],
  )
}

function checkFilter({ filter, eventTypes }: SubscriptionSettings): SettingsFault[] {
  if (filter === undefined) return []
  const parsed = parseSubscriptionFilter(filter, eventTypes)
  return parsed.kind === 'fault' ? [{ pointer: '/filter', detail: `filter: ${parsed.detail}` }] : []
}

/** Refuses non-ASCII, so that the bytes of the key are the characters that were typed. */
export function checkSecret(secret: string | undefined): SettingsFault[] {
  if (secret === undefined) return []
  if (secret.length < SECRET_MIN_CHARACTERS || secret.length > SECRET_MAX_CHARACTERS) {
    return [
      {
        pointer: '/secret',
        detail: `secret must have ${SECRET_MIN_CHARACTERS} to ${SECRET_MAX_CHARACTERS} characters`,
      },
    ]
  }
  return /^[\x20-\x7e]*$/.test(secret)
    ? []
    : [{ pointer: '/secret', detail: 'secret must be printable ASCII characters' }]
}
