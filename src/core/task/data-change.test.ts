import { describe, expect, test } from 'vitest'
import { APP_ID, aTask, OWNER_ID, SPACE_ID } from '../../../test/support/records.ts'
import type { AppId, RunId } from '../ids.ts'
import type { FilePlace, PlacedName } from '../records.ts'
import {
  type DataChange,
  type DataReader,
  FILES_NAMED_MAX,
  hearChange,
  isCircle,
  throughEnd,
  throughReload,
} from './data-change.ts'
import type { TaskRun } from './run.ts'

const SPACE: FilePlace = { spaceId: SPACE_ID }
const [A, B] = ['app-a' as AppId, 'app-b' as AppId]
const NEW = { id: 'run-1' as RunId, now: 1000, delayMs: 60_000 }

const placed = (name: string, place: FilePlace = SPACE): PlacedName => ({ place, name })
const changeOf = (names: readonly string[], through: readonly AppId[] = []): DataChange => ({
  files: names.map((name) => placed(name)),
  through,
})

function reader(change: Partial<DataReader> = {}): DataReader {
  const task = aTask({ enabled: true, triggers: { data: { partial: false } } })
  return { task, reads: [placed('a.csv')], waiting: [], hadRun: () => false, ...change }
}

/** The run after each of the changes, as it waits. */
function waits(...changes: readonly DataChange[]): TaskRun | undefined {
  let waiting: readonly TaskRun[] = []
  for (const [at, change] of changes.entries()) {
    const made = hearChange(reader({ waiting, reads: [placed('*.csv')] }), change, { ...NEW, now: 1000 + at })
    if (made !== undefined) waiting = [made]
  }
  return waiting[0]
}

describe('a change', () => {
  test('of a file that the app read makes a run that waits, for further changes', () => {
    expect(hearChange(reader(), changeOf(['a.csv', 'b.csv']), NEW)).toMatchObject({
      appId: APP_ID,
      state: 'waiting',
      key: 'data:run-1',
      notBefore: 61_000,
      cause: { kind: 'data', files: [placed('a.csv')], count: 1, through: [] },
    })
  })

  test.each<[string, DataReader, DataChange]>([
    ['another name', reader(), changeOf(['b.csv'])],
    ['another place', reader(), { ...changeOf([]), files: [placed('a.csv', { ownerId: OWNER_ID })] }],
    [
      'a task without the trigger',
      reader({ task: aTask({ enabled: true, triggers: {} }) }),
      changeOf(['a.csv']),
    ],
    ['a task that is off', reader({ task: { ...reader().task, enabled: false } }), changeOf(['a.csv'])],
    ['a task that was replaced', reader({ task: { ...reader().task, migrated: true } }), changeOf(['a.csv'])],
  ])('of %s makes none', (_what, heard, change) => {
    expect(hearChange(heard, change, NEW)).toBeUndefined()
  })

  test('that is covered by a mask counts', () => {
    expect(hearChange(reader({ reads: [placed('*.csv')] }), changeOf(['new.csv']), NEW)).toBeDefined()
  })

  test('joins the run that waits: it is due when it was, and names what changed', () => {
    const run = waits(changeOf(['a.csv'], [A]), changeOf(['b.csv', 'a.csv'], [B]))
    expect(run).toMatchObject({
      notBefore: 61_000,
      cause: { files: [placed('a.csv'), placed('b.csv')], count: 2, through: [A, B] },
    })
    expect(hearChange(reader({ waiting: [run!] }), changeOf(['a.csv']), NEW)).toBeUndefined()
  })

  test('of very many files names the first ones and counts the rest', () => {
    const names = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `${from + at}.csv`)
    for (const run of [
      waits(changeOf(names(0, 50))),
      waits(changeOf(names(0, 10)), changeOf(names(10, 50))),
    ]) {
      expect(run?.cause).toMatchObject({
        files: names(0, FILES_NAMED_MAX).map((name) => placed(name)),
        count: 50,
      })
    }
  })

  test('does not join a run of another kind', () => {
    const other: TaskRun = { ...waits(changeOf(['a.csv']))!, cause: { kind: 'hand', userId: OWNER_ID } }
    expect(hearChange(reader({ waiting: [other] }), changeOf(['a.csv']), NEW)?.key).toBe('data:run-1')
  })
})

describe('a circle', () => {
  const circle = changeOf(['a.csv'], [APP_ID, B])

  test('is told once for the app that closes it', () => {
    const run = hearChange(reader(), circle, NEW)!
    expect(run).toMatchObject({ key: `circle:${B}`, notBefore: NEW.now, state: 'waiting' })
    expect(isCircle(run)).toBe(true)
    expect(hearChange(reader({ hadRun: (key) => key === run.key }), circle, NEW)).toBeUndefined()
  })

  test('is that of an app which reads what it stored', () => {
    expect(isCircle(hearChange(reader(), changeOf(['a.csv'], [APP_ID]), NEW)!)).toBe(true)
  })

  test('takes no other change with it', () => {
    const waiting = [hearChange(reader(), circle, NEW)!]
    const other = hearChange(reader({ waiting }), changeOf(['a.csv']), NEW)!
    expect([other.key, isCircle(other)]).toEqual(['data:run-1', false])
    expect(hearChange(reader({ waiting: [other] }), circle, NEW)?.cause).toMatchObject({
      through: [APP_ID, B],
    })
  })
})

test('who hears the end of a run is told of apps only when changed data led to it', () => {
  const run = waits(changeOf(['a.csv'], [A]))!
  expect(throughEnd(run)).toEqual([A, APP_ID])
  expect(throughEnd({ ...run, cause: { kind: 'hand', userId: OWNER_ID } })).toBeUndefined()
  expect(throughEnd({ ...run, cause: { kind: 'ends', of: [], depth: 1 } })).toBeUndefined()
})

test('what a reload makes went through its app, and through those that led to it', () => {
  const run = waits(changeOf(['a.csv'], [A]))!
  expect(throughReload(APP_ID, run)).toEqual([A, APP_ID])
  expect(throughReload(APP_ID, undefined)).toEqual([APP_ID])
  expect(throughReload(APP_ID, { cause: { kind: 'hand', userId: OWNER_ID } })).toEqual([APP_ID])
  const ends = { kind: 'ends', of: [], depth: 1 } as const
  expect(throughReload(APP_ID, { cause: { ...ends, through: [A, B] } })).toEqual([A, B, APP_ID])
  expect(throughReload(APP_ID, { cause: ends })).toEqual([APP_ID])
})
