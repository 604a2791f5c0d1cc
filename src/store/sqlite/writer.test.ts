/** Which commits are synced: all, but for groups of nothing but what is done again after a power cut. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type Safety, Writer } from './writer.ts'

const NORMAL = 1
const FULL = 2

function writerUnderTest() {
  const db = new DatabaseSync(':memory:')
  const writer = new Writer(
    db,
    () => {},
    () => {},
  )
  const synchronous = () => db.prepare('PRAGMA synchronous').get()!.synchronous
  /** How the commits of these writes, asked for in one turn, are made. */
  return (...writes: Safety[]) => Promise.all(writes.map((safety) => writer.write(synchronous, safety)))
}

test('a group is synced when one of its writes is, whatever came before', async () => {
  const made = writerUnderTest()
  expect(await made('synced')).toEqual([FULL])
  expect(await made('lost with the power', 'lost with the power')).toEqual([NORMAL, NORMAL])
  expect(await made('lost with the power', 'synced')).toEqual([FULL, FULL])
  expect(await made('lost with the power')).toEqual([NORMAL])
  expect(await made('synced')).toEqual([FULL])
})
