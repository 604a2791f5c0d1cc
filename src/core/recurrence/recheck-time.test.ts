/** When schedules are to be computed anew. */
import { beforeEach, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../units.ts'
import { RecheckTime } from './recheck-time.ts'

let monotonic = 0
let wall = 0
let recheckTime: RecheckTime

beforeEach(() => {
  monotonic = 0
  wall = Date.UTC(2026, 10, 2)
  recheckTime = new RecheckTime({ now: () => wall, monotonic: () => monotonic })
})

function pass(ms: number): void {
  monotonic += ms
  wall += ms
}

/** @returns what the recheck was told; undefined when it was not time */
async function looked(): Promise<boolean | undefined> {
  let told: boolean | undefined
  await recheckTime.whenDue(async (clockWasSet) => {
    told = clockWasSet
  })
  return told
}

it('is at the start, and then once a day', async () => {
  expect(await looked()).toBe(false)
  pass(DAY - 1)
  expect(await looked()).toBeUndefined()
  pass(1)
  expect(await looked()).toBe(false)
  expect(await looked()).toBeUndefined()
})

it.each([-HOUR, -1001, 1001, HOUR])('is when the clock was set by %d ms, once', async (ms) => {
  await looked()
  pass(MINUTE)
  wall += ms
  expect(await looked()).toBe(true)
  expect(await looked()).toBeUndefined()
})

it('is not when a clock is slewed, however far in the end', async () => {
  await looked()
  for (let minute = 0; minute < 60; minute += 1) {
    pass(MINUTE)
    wall += 100
    expect(await looked()).toBeUndefined()
  }
})

it('stays due after a recheck that failed', async () => {
  await looked()
  wall -= HOUR
  const failing = async () => {
    throw new Error('the store is out of reach')
  }
  await expect(recheckTime.whenDue(failing)).rejects.toThrow('out of reach')
  pass(MINUTE)
  expect(await looked()).toBe(true)
})
