/**
 * Builds the CloudEvents 1.0 envelope (contract 06, section 2). Id and time are given, never drawn here: an
 * event keeps both on every channel and send. What is unknown is left out: no null, no empty text, no epoch
 * date (contract 01, section 3.3, rule 6).
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
  /** Optional attributes in the order in which they are shown; undefined and empty ones are left out. */
  readonly attributes: Readonly<Record<string, string | undefined>>
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * An optional attribute longer than this is left out rather than cut (half a JSON text or trace state
 * misleads), so that an event stays under 64 KiB in every encoding: a byte becomes at most three in an HTTP
 * header.
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
 * A text that may be an attribute: without U+0000-001F, U+007F-009F and lone surrogates (contract 06, section
 * 2.1).
 */
export function cleanAttribute(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '').replaceAll(/\p{Surrogate}/gu, '')
}

/**
 * A text that may stand in `data`: tabs and line ends stay, other control characters and lone surrogates go.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t\r\n]/gu, '').replaceAll(/\p{Surrogate}/gu, '')
}

/** The longest beginning of the text that fits into so many UTF-8 bytes, never half a character. */
export function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0
  let end = 0
  for (const character of text) {
    bytes += utf8Bytes(character)
    if (bytes > maxBytes) return text.slice(0, end)
    end += character.length
  }
  return text
}

/** The record without what is unknown: undefined members and empty texts. */
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
