/** Times as people write them: by the clocks of some zone, or with an offset as an instant. */
import { HOUR, MINUTE, SECOND } from '../units.ts'
import type { WrittenTime } from './rule.ts'

/**
 * Reads `2026-03-29T02:30:00`, with an offset (`Z`, `+02:00`) an instant; seconds may be left out, and
 * fractions of them are cut off.
 * @returns undefined for other texts, days that do not exist, and years before 1970
 */
export function parseDateTime(text: string): WrittenTime | undefined {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|([+-])(\d\d):?(\d\d))?$/i.exec(text)
  if (parts === null) return undefined
  const wallMs = wallOf(parts.slice(1, 7))
  if (wallMs === undefined) return undefined
  const [offset, sign, hours, minutes] = parts.slice(7)
  if (offset === undefined) return { kind: 'local', wallMs }
  const ahead = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE
  const instantMs = sign === '-' ? wallMs + ahead : wallMs - ahead
  return instantMs < 0 ? undefined : { kind: 'instant', instantMs }
}

/**
 * Reads UNTIL: `20260329T023000`, with `Z` an instant. A date alone means the end of that day: it is
 * inclusive.
 * @returns undefined for other texts, days that do not exist, and years before 1970
 */
export function parseUntil(text: string): WrittenTime | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i.exec(text)
  if (parts === null) return undefined
  const isDate = parts[4] === undefined
  const wallMs = wallOf(isDate ? [...parts.slice(1, 4), '23', '59', '59'] : parts.slice(1, 7))
  if (wallMs === undefined) return undefined
  return parts[7] === undefined ? { kind: 'local', wallMs } : { kind: 'instant', instantMs: wallMs }
}

function wallOf(texts: readonly (string | undefined)[]): number | undefined {
  const [year, month, day, hour, minute, second] = texts.map((text) => Number(text ?? 0))
  if (year! < 1970 || hour! > 23 || minute! > 59 || second! > 59) return undefined
  const midnight = Date.UTC(year!, month! - 1, day!)
  const date = new Date(midnight)
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day!) return undefined
  return midnight + hour! * HOUR + minute! * MINUTE + second! * SECOND
}
