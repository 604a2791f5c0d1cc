import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defined } from '../core/defined.ts'
import type { DataVersion } from '../core/ids.ts'
import { chooseSize, databaseBytes, defaultLadder, engineSize, parseLadder } from './sizes.ts'

const GIB = 1024 ** 3
const DATA = { version: 'v' as DataVersion, engineTime: 1, tables: [] }
const names = (ladder: ReturnType<typeof parseLadder>) =>
  typeof ladder === 'string' ? ladder : ladder.map((size) => size.poolName)

describe('the ladder', () => {
  test.each<[number, string[]]>([
    [0.25, ['engine-256m']],
    [1, ['engine-512m']],
    [2, ['engine-1g']],
    [8, ['engine-1g', 'engine-2g', 'engine-4g']],
    [24, ['engine-1g', 'engine-2g', 'engine-4g', 'engine-8g', 'engine-16g']],
  ])('of a machine with %d GiB stays within three quarters of it', (gib, ladder) => {
    expect(names(defaultLadder(gib * GIB, 4))).toEqual(ladder)
  })

  test('gives a small engine few threads and never more than there are processors', () => {
    expect(defaultLadder(8 * GIB, 4).map((size) => size.threads)).toEqual([2, 4, 4])
    expect(defaultLadder(0.25 * GIB, 4)[0]!.threads).toBe(1)
  })

  test('is read from configuration', () => {
    expect(names(parseLadder('512m, 4G,16g', 8))).toEqual(['engine-512m', 'engine-4g', 'engine-16g'])
    expect(parseLadder('300m', 8)).toEqual([
      { poolName: 'engine-300m', memoryBytes: 300 * 1024 ** 2, threads: 1 },
    ])
  })

  test.each([
    ['', 'write sizes like'],
    ['4', 'write sizes like'],
    ['4g,', 'write sizes like'],
    ['-1g', 'write sizes like'],
    ['100m', 'at least 256m'],
    ['4g,2g', 'rising order'],
    ['4g,4096m', 'rising order'],
  ])('refuses "%s" and says why', (text, why) => {
    expect(parseLadder(text, 8)).toContain(why)
  })
})

test.each([
  [256, 96],
  [300, 140],
  [512, 307.2],
  [4096, 2457.6],
])(
  'the database of an engine of %d MiB gets %d MiB, so that the process stays below its ceiling',
  (size, mib) => {
    expect(databaseBytes(engineSize(size * 1024 ** 2, 1))).toBe(Math.floor(mib * 1024 ** 2))
  },
)

describe('the size of an attempt', () => {
  const ladder = parseLadder('1g,2g,4g', 8)
  if (typeof ladder === 'string') throw new Error(ladder)

  const fileOf = (fileBytes: number, peakMemoryBytes?: { full?: number; partial?: number }) => ({
    data: { ...DATA, fileBytes, ...defined({ peakMemoryBytes }) },
  })
  const placed = (minEngineSize: string, fileBytes?: number) => ({
    placement: { minEngineSize, createdAt: 0 },
    ...(fileBytes === undefined ? {} : fileOf(fileBytes)),
  })
  const full = (climbedIndex: number) => ({ partial: false, climbedIndex })
  const partial = (climbedIndex: number) => ({ partial: true, climbedIndex })

  test.each([
    ['an app without data', {}, full(0), 0, 'no_metadata'],
    ['a small app', fileOf(1), full(0), 0, 'standard_calculation'],
    ['four times the file fits exactly', fileOf(GIB / 4), full(0), 0, 'standard_calculation'],
    ['one byte more', fileOf(GIB / 4 + 1), full(0), 1, 'standard_calculation'],
    ['an app above the ladder', fileOf(9 * GIB), full(0), 2, 'standard_calculation'],
    [
      'a small file that took much memory',
      fileOf(1, { full: 1.5 * GIB }),
      full(0),
      1,
      'standard_calculation',
    ],
    [
      'a large file that took little memory',
      fileOf(GIB, { full: GIB / 2 }),
      full(0),
      0,
      'standard_calculation',
    ],
    ['the last peak without headroom', fileOf(1, { full: 0.9 * GIB }), full(0), 1, 'standard_calculation'],
    ['a peak above the ladder', fileOf(1, { full: 9 * GIB }), full(0), 2, 'standard_calculation'],
    ['the peak of the other kind', fileOf(1, { full: 2 * GIB }), partial(0), 0, 'standard_calculation'],
    ['a partial reload', fileOf(9, { full: 1, partial: 3 * GIB }), partial(0), 2, 'standard_calculation'],
    ['out of memory without data', {}, full(1), 1, 'app_crash'],
    ['out of memory above the calculated size', fileOf(GIB / 4 + 1), full(2), 2, 'app_crash'],
    ['out of memory above the last peak', fileOf(1, { full: 9 }), full(1), 1, 'app_crash'],
    ['a climb that the calculation has overtaken', fileOf(GIB / 2 + 1), full(1), 2, 'standard_calculation'],
    ['a climb above a ladder that has shrunk', {}, full(7), 2, 'app_crash'],
    ['an app that is placed', placed('2'), full(0), 1, 'pinned'],
    ['an app that is placed between two sizes', placed('3'), full(0), 2, 'pinned'],
    ['an app that is placed above the ladder', placed('40'), full(0), 2, 'pinned'],
    ['an app that needs as much as it is placed on', placed('2', GIB / 4 + 1), full(0), 1, 'pinned'],
    ['an app that needs more', placed('2', GIB), full(0), 2, 'standard_calculation'],
    ['out of memory on what an app is placed on', placed('2'), full(2), 2, 'app_crash'],
  ])('%s', (_label, app, reload, index, reason) => {
    expect(chooseSize(ladder, app, reload)).toEqual({ index, reason })
  })

  test('is always on the ladder', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.option(fc.maxSafeNat()), fc.nat(20), (fileBytes, peak, climbed) => {
        const app = fileOf(fileBytes, peak === null ? undefined : { full: peak })
        expect(ladder[chooseSize(ladder, app, full(climbed)).index]).toBeDefined()
      }),
    )
  })

  test('does not creep up: a run that used all that its database may use fits its size again', () => {
    const all = parseLadder('256m,512m,1g,2g,4g,8g,16g,32g', 8)
    if (typeof all === 'string') throw new Error(all)
    all.forEach((size, index) => {
      const peak = databaseBytes(size) + 100 * 1024 ** 2
      expect(chooseSize(all, fileOf(1, { full: peak }), full(0)).index).toBe(index)
    })
  })
})
