/** Parses ISO 8601 timestamps to UTC (SEMANTICS L20). */
import { dayNumber, daysInMonth } from './calendar.ts'

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:(Z)|([+-])(\d\d):?(\d\d)?)?)?$/

/**
 * Returns the serial number in UTC; a text without an offset is taken as UTC. NaN for an invalid timestamp.
 */
export function readIsoTimestamp(text: string): number {
  const found = ISO.exec(text)
  if (found === null) return Number.NaN
  const part = (index: number) => Number(found[index] ?? 0)
  const [year, month, day] = [part(1), part(2), part(3)]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN
  if (part(4) > 23 || part(5) > 59 || part(6) > 59) return Number.NaN
  const seconds = part(4) * 3600 + part(5) * 60 + part(6) + Number(`0.${found[7] ?? 0}`)
  const offset = (part(10) * 60 + part(11)) * 60 * (found[9] === '-' ? -1 : 1)
  return dayNumber(year, month, day) + (seconds - offset) / 86_400
}
