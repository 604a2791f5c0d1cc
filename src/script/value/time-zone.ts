/**
 * The UTC offset of a place at a moment: `GMT+02:00`, a zone name such as `Europe/Paris`, or a place name of
 * ConvertToLocalTime. Daylight saving follows the engine's own time zone data.
 */
import { DAY_MS, dayNumber } from './calendar.ts'
import { PLACES } from './time-zone-places.ts'

/** Minutes to add to UTC; `withoutSaving` asks for standard time. */
export type ZoneOffset = (utcSerial: number, withoutSaving: boolean) => number

/** Returns undefined for an unknown place. */
export function zoneOffset(place: string): ZoneOffset | undefined {
  const given = place.trim()
  const fixed = /^(?:GMT|UTC)(?:([+-])(\d{1,2})(?::?(\d\d))?)?$/i.exec(given)
  if (fixed !== null) {
    const minutes = Number(fixed[2] ?? 0) * 60 + Number(fixed[3] ?? 0)
    return () => (fixed[1] === '-' ? -minutes : minutes)
  }
  const zone = PLACES.get(given.toLowerCase()) ?? (given.includes('/') ? given : undefined)
  const format = zone === undefined ? undefined : offsetFormat(zone)
  if (format === undefined) return undefined
  const at = (serial: number) => offsetMinutes(format, serial)
  return (serial, withoutSaving) => {
    if (!withoutSaving) return at(serial)
    const year = new Date((serial - UNIX_EPOCH_DAY) * DAY_MS).getUTCFullYear()
    return Math.min(at(dayNumber(year, 1, 1)), at(dayNumber(year, 7, 1)))
  }
}

const UNIX_EPOCH_DAY = dayNumber(1970, 1, 1)

function offsetFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function offsetMinutes(format: Intl.DateTimeFormat, utcSerial: number): number {
  const parts = format.formatToParts(new Date(Math.round((utcSerial - UNIX_EPOCH_DAY) * DAY_MS)))
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const found = /([+-])(\d\d):(\d\d)/.exec(name)
  if (found === null) return 0
  const minutes = Number(found[2]) * 60 + Number(found[3])
  return found[1] === '-' ? -minutes : minutes
}
