import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseSize, databaseBytes, defaultLadder, engineSize, parseLadder } from './sizes.ts'

const GIB = 1024 ** 3
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

  test.each([
    ['an app without data', undefined, 0, 0, 'no_metadata'],
    ['a small app', 1, 0, 0, 'standard_calculation'],
    ['four times the file fits exactly', GIB / 4, 0, 0, 'standard_calculation'],
    ['one byte more', GIB / 4 + 1, 0, 1, 'standard_calculation'],
    ['an app above the ladder', 9 * GIB, 0, 2, 'standard_calculation'],
    ['out of memory without data', undefined, 1, 1, 'app_crash'],
    ['out of memory above the calculated size', GIB / 4 + 1, 2, 2, 'app_crash'],
    ['a climb that the calculation has overtaken', GIB / 2 + 1, 1, 2, 'standard_calculation'],
    ['a climb above a ladder that has shrunk', undefined, 7, 2, 'app_crash'],
  ])('%s', (_label, fileBytes, climbedIndex, index, reason) => {
    const app = fileBytes === undefined ? { climbedIndex } : { fileBytes, climbedIndex }
    expect(chooseSize(ladder, app)).toEqual({ index, reason })
  })

  test('is always on the ladder', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(20), (fileBytes, climbedIndex) => {
        const { index } = chooseSize(ladder, { fileBytes, climbedIndex })
        expect(ladder[index]).toBeDefined()
      }),
    )
  })
})
