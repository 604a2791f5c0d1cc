/**
 * Reads the events of a request in any content mode: one JSON object (`application/json`, or CloudEvents
 * structured mode), a batch, or CloudEvents binary mode with its attributes in `ce-` headers, which are
 * percent-decoded exactly once (CloudEvents HTTP binding, section 3.1.3.2).
 */
import type { HeaderLookup } from './verify-signature.ts'

/** Any CloudEvent. */
export interface AnyEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly type: string
  readonly source: string
  readonly data?: unknown
  readonly [attribute: string]: unknown
}

/** @returns the events, or a text that says why there are none */
export function decodeEvents(
  header: HeaderLookup,
  headerNames: Iterable<string>,
  body: Uint8Array,
): readonly AnyEvent[] | string {
  const mediaType = (header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  let content: unknown
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return 'the body is not JSON in UTF-8'
  }
  if (header('ce-specversion') !== undefined) return checked([binaryEvent(header, headerNames, content)])
  if (mediaType === 'application/cloudevents-batch+json') {
    return Array.isArray(content) ? checked(content) : 'the body of a batch is not an array'
  }
  return checked([content])
}

function binaryEvent(header: HeaderLookup, headerNames: Iterable<string>, data: unknown): unknown {
  const event: Record<string, unknown> = {}
  for (const name of headerNames) {
    const lower = name.toLowerCase()
    if (lower.startsWith('ce-')) event[lower.slice(3)] = percentDecoded(header(lower) ?? '')
  }
  event.datacontenttype = header('content-type')
  return { ...event, data }
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function checked(candidates: readonly unknown[]): readonly AnyEvent[] | string {
  return candidates.every(isEvent) ? candidates : 'the body is not a CloudEvent 1.0'
}

function isEvent(candidate: unknown): candidate is AnyEvent {
  if (typeof candidate !== 'object' || candidate === null) return false
  const { specversion, id, type, source } = candidate as Record<string, unknown>
  return specversion === '1.0' && [id, type, source].every((one) => typeof one === 'string' && one !== '')
}
