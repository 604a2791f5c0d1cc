/**
 * Events as the bytes and headers of one HTTP request, in the content mode of its webhook (CloudEvents HTTP
 * binding 1.0.2, section 3; contract 06, section 2.3). Encoded once, so that the bytes signed are the bytes
 * sent.
 */
import { createHash } from 'node:crypto'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { ContentMode } from '../../event/subscription.ts'

export interface EncodedEvents {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /**
   * Key by which receivers de-duplicate a request: the event's id, or for a batch a text derived from its
   * ids.
   */
  readonly id: string
}

/** @param events exactly one, except for `batched`, which takes one or more */
export function encodeEvents(events: readonly CloudEvent[], mode: ContentMode): EncodedEvents {
  const event = events[0]!
  switch (mode) {
    case 'qlik':
      return encoded(event.id, 'application/json', event)
    case 'structured':
      return encoded(event.id, 'application/cloudevents+json', standard(event))
    case 'batched':
      return encoded(batchId(events), 'application/cloudevents-batch+json', events.map(standard))
    case 'binary': {
      const { data, datacontenttype, ...attributes } = standard(event)
      const content = encoded(event.id, datacontenttype, data)
      return { ...content, headers: { ...content.headers, ...attributeHeaders(attributes) } }
    }
  }
}

/** Without the attributes of the original's own form that CloudEvents forbids (contract 03, section 11). */
function standard(event: CloudEvent): CloudEvent {
  const { eventType: _name, extensions: _nested, ...attributes } = event
  return attributes as CloudEvent
}

function encoded(id: string, contentType: string, content: unknown): EncodedEvents {
  return { id, headers: { 'content-type': contentType }, body: Buffer.from(JSON.stringify(content)) }
}

/**
 * Standard Webhooks require the same id on every retry, so it is derived from the batch. It has no dot
 * because it is signed.
 */
function batchId(events: readonly CloudEvent[]): string {
  const hash = createHash('sha256')
  for (const { id } of events) hash.update(`${id} `)
  return `batch-${hash.digest('hex').slice(0, 32)}`
}

function attributeHeaders(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, percentEncoded(String(value))]),
  )
}

/** Percent-encodes blanks, `"`, `%` and everything outside U+0021 to U+007E as UTF-8, in upper-case hex. */
export function percentEncoded(value: string): string {
  return value.replaceAll(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )
}
