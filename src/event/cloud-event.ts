/**
 * Room `event`: records of events, subscriptions and deliveries, and the envelopes and schemas that receivers
 * see. Shapes, their encoding and who is told enter; when they are sent is decided elsewhere.
 *
 * Builds the CloudEvents 1.0 envelope (contract 06, section 2). Id and time are passed in: an event keeps
 * both on every channel and send. Unknown values are omitted: no null, no empty text, no epoch date (contract
 * 01, section 3.3, rule 6).
 */
import type { TenantId } from '../core/ids.ts'
import { timeText } from '../core/time-text.ts'
import { utf8Bytes } from '../core/utf8.ts'
import type { CloudEvent } from './stored-event.ts'

export interface EnvelopeFacts {
  readonly id: string
  readonly type: string
  readonly source: string
  /** Epoch ms. */
  readonly time: number
  readonly tenantId: TenantId
  /** Optional attributes in the order of output; undefined and empty ones are omitted. */
  readonly attributes: Readonly<Record<string, string | undefined>>
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * An optional attribute longer than this is omitted, not cut (half a JSON text or trace state would mislead).
 * So an event stays under 64 KiB in every encoding: a byte becomes at most three in an HTTP header.
 */
export const ATTRIBUTE_MAX_BYTES = 2048

export function cloudEvent(facts: EnvelopeFacts): CloudEvent {
  return {
    specversion: '1.0',
    id: facts.id,
    type: facts.type,
    source: facts.source,
    time: timeText(facts.time),
    datacontenttype: 'application/json',
    ...attributes(facts.attributes),
    tenantid: facts.tenantId,
    data: present(facts.data),
  }
}

/**
 * Removes what an attribute may not hold: U+0000-001F, U+007F-009F and lone surrogates (contract 06, section
 * 2.1).
 */
export function cleanAttribute(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '').replaceAll(/\p{Surrogate}/gu, '')
}

/** Returns the record without undefined members and empty texts. */
export function present(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== ''))
}

function attributes(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const clean = cleanAttribute(value ?? '')
    if (clean !== '' && utf8Bytes(clean) <= ATTRIBUTE_MAX_BYTES) kept[name] = clean
  }
  return kept
}
