/** The short form of `npm run schedules`: some days, and the planted bugs. */
import { expect, test } from 'vitest'
import { SCHEDULE_CANARIES } from './canaries.ts'
import { simulateSchedules } from './simulation.ts'

const DAYS = 8
const LONG = { timeout: 60_000 }

test('days of schedules in six zones, with crashes, stalls and clocks that are set', LONG, async () => {
  const { fault, tally, crashes } = await simulateSchedules(4, DAYS)
  expect(fault).toBeUndefined()
  expect(crashes).toBeGreaterThan(0)
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(0)
})

test.each(SCHEDULE_CANARIES.map((canary) => [canary.name, canary.plants, canary] as const))(
  '%s is found: %s',
  LONG,
  async (_name, _plants, canary) => {
    const { fault } = await simulateSchedules(4, DAYS, canary)
    expect(fault).toMatch(canary.foundAs)
  },
)
