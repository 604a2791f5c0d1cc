import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY, HOUR, SECOND } from '../core/units.ts'
import { systemZones } from './zones.ts'

const zones = systemZones()

it('knows IANA names in any case, and no offsets', () => {
  for (const name of [
    'UTC',
    'Europe/Berlin',
    'europe/berlin',
    'US/Eastern',
    'Etc/GMT+5',
    'America/Port-au-Prince',
  ]) {
    expect(zones.knows(name), name).toBe(true)
  }
  for (const name of [
    '',
    '+02:00',
    '-05',
    '+0200',
    'GMT+2',
    'Europe/Atlantis',
    'Z',
    'Europe/Berlin ',
    'null',
  ]) {
    expect(zones.knows(name), name).toBe(false)
  }
  expect(() => zones.offsetAt('Europe/Atlantis', 0)).toThrow('no time zone Europe/Atlantis')
})

it('has the offset of any zone at any time, as Intl tells it', () => {
  const names = Intl.supportedValuesOf('timeZone')
  const end = Date.parse('2040-01-01T00:00:00Z')
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.integer({ min: 0, max: end / SECOND }), (zone, seconds) => {
      const at = seconds * SECOND
      expect(zones.offsetAt(zone, at)).toBe(offsetByIntl(zone, at))
    }),
    { numRuns: 300 },
  )
})

it('changes to the second, and keeps seconds of old offsets', () => {
  const change = Date.parse('2026-03-29T01:00:00Z')
  expect(zones.offsetAt('Europe/Berlin', change - 1)).toBe(HOUR)
  expect(zones.offsetAt('Europe/Berlin', change)).toBe(2 * HOUR)
  expect(zones.offsetAt('Africa/Monrovia', 0)).toBe(-2670 * SECOND)
  const skipped = Date.parse('2011-12-30T10:00:00Z')
  expect(zones.offsetAt('Pacific/Apia', skipped) - zones.offsetAt('Pacific/Apia', skipped - 1)).toBe(DAY)
})

function offsetByIntl(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  const parts = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(at))!
  const [hours, minutes, seconds] = parts.slice(2).map((part) => Number(part ?? 0))
  return (parts[1] === '-' ? -1 : 1) * (hours! * 3600 + minutes! * 60 + seconds!) * SECOND
}
