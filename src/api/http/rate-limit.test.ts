import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateWindows } from './rate-limit.ts'

const WINDOW_MS = 300_000
const SLICE_MS = 5_000

describe('RateWindows', () => {
  it('counts as a list of the slices of the last five minutes would', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 120 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 8 }), (waits, limit) => {
        const windows = new RateWindows(10)
        let taken: number[] = []
        let now = 0
        for (const wait of waits) {
          now += wait
          const slice = Math.floor(now / SLICE_MS)
          taken = taken.filter((at) => slice - at < WINDOW_MS / SLICE_MS)
          const answer = windows.take([{ party: 'a', limit }], now)
          expect(answer === 0).toBe(taken.length < limit)
          if (answer === 0) taken.push(slice)
        }
      }),
    )
  })

  it('tells a wait after which there is room, and not before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        (waits, limit) => {
          let now = 0
          const times = waits.map((wait) => (now += wait))
          const refused = (at: number, upTo: number) => {
            const windows = new RateWindows(10)
            for (const time of times.slice(0, upTo)) windows.take([{ party: 'a', limit }], time)
            return windows.take([{ party: 'a', limit }], at)
          }
          for (const [index, time] of times.entries()) {
            const wait = refused(time, index)
            if (wait === 0) continue
            expect(wait).toBeLessThanOrEqual(WINDOW_MS)
            expect(refused(time + wait, index)).toBe(0)
            expect(refused(time + wait - 1, index)).toBeGreaterThan(0)
          }
        },
      ),
    )
  })

  it('counts for all parties or for none', () => {
    const windows = new RateWindows(10)
    const both = [
      { party: 'user', limit: 5 },
      { party: 'tenant', limit: 2 },
    ]
    expect([windows.take(both, 0), windows.take(both, 0)]).toEqual([0, 0])
    expect(windows.take(both, 0)).toBe(WINDOW_MS)
    for (let i = 0; i < 3; i++) expect(windows.take([both[0]!], 0)).toBe(0)
    expect(windows.take([both[0]!], 0)).toBeGreaterThan(0)
  })

  it('keeps a bounded number of parties, and drops those silent for a window', () => {
    const windows = new RateWindows(100)
    for (let i = 0; i < 1000; i++) windows.take([{ party: `p${i}`, limit: 1 }], 0)
    expect(windows.size).toBe(100)
    windows.take([{ party: 'later', limit: 1 }], WINDOW_MS)
    expect(windows.size).toBe(1)
  })
})
