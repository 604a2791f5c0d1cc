/**
 * Which extra headers a webhook may send (contract 04, section 2): field names are tokens (RFC 9110, section
 * 5.6.2), unique without regard to case over plain and encrypted headers together, never one that we send
 * ourselves or that would bend the request; values are visible ASCII, so that nobody can end the header and
 * begin another request.
 */
import { pointerStep } from '../core/json-pointer.ts'
import type { SettingsFault } from './settings-fault.ts'

/** Bytes of all names and values of one map. Plain and encrypted headers are limited separately. */
export const HEADERS_MAX_BYTES = 2048

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e]*$/

const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'qlik-signature',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])
const RESERVED_PREFIXES = ['webhook-', 'ce-']

export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  encryptedHeaders: Readonly<Record<string, string>>,
): SettingsFault[] {
  const seen = new Set<string>()
  return [...checkMap(headers, '/headers', seen), ...checkMap(encryptedHeaders, '/encryptedHeaders', seen)]
}

function checkMap(map: Readonly<Record<string, string>>, path: string, seen: Set<string>): SettingsFault[] {
  const faults: SettingsFault[] = []
  let bytes = 0
  for (const [name, value] of Object.entries(map)) {
    // Valid names and values are ASCII, so characters are bytes.
    bytes += name.length + value.length
    const detail = headerFault(name, value) ?? (seen.has(name.toLowerCase()) ? 'is given twice' : undefined)
    seen.add(name.toLowerCase())
    if (detail !== undefined)
      faults.push({ pointer: `${path}/${pointerStep(name)}`, detail: `the header ${detail}` })
  }
  if (bytes > HEADERS_MAX_BYTES) {
    faults.push({
      pointer: path,
      detail: `names and values together must have at most ${HEADERS_MAX_BYTES} bytes`,
    })
  }
  return faults
}

function headerFault(name: string, value: string): string | undefined {
  const lower = name.toLowerCase()
  if (!TOKEN.test(name)) return 'name must be a token (RFC 9110)'
  if (RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    return `${lower} is set by the service and cannot be given`
  }
  return VALUE.test(value) ? undefined : 'value must be printable ASCII, without line ends'
}
