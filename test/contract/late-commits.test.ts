/**
 * The contract with a store of several processes: it holds one that numbers events at their commit, and finds
 * one that numbers them when they are inserted and commits late. Nothing but the numbering tells the two
 * apart.
 */
import { describe, expect, it } from 'vitest'
import { EVENT_ORDER, Writers } from './event-order.ts'
import { lateStore } from './late-store.ts'
import { exerciseStore } from './store-contract.ts'
import { Given } from './store-records.ts'

exerciseStore(lateStore('at commit'))

describe('a store that numbers events at insert and commits late', () => {
  it.each(EVENT_ORDER)('is found: $name', async ({ run }) => {
    const kind = lateStore('at insert')
    const database = await kind.create()
    const store = await database.open()
    const writers = await Writers.of({ kind, database, store }, await Given.of(store))
    await expect(run(writers)).rejects.toThrow('events that were read')
  })
})
