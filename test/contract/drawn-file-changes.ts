/**
 * Random changes of data files and folders of two places: added, moved with all below, removed, refused by
 * their steps; now and then with what a store must refuse after it in the same batch, so that nothing stays.
 */
import { adding, changing, newDataFile, removing } from '../../src/catalog/data-file-steps.ts'
import type { AppId, DataFileId } from '../../src/core/ids.ts'
import type { FilePlace, PlacedName, ScriptVersion } from '../../src/core/records.ts'
import type { Store } from '../../src/store/port/store.ts'
import { OWNER_ID, SPACE_ID, seededRandom, TENANT_ID } from '../support/records.ts'

export interface Drawing {
  below(count: number): number
  one<T>(of: readonly T[]): T
}

/** Its app is nowhere. */
const lostScript: ScriptVersion = {
  id: 'lost' as ScriptVersion['id'],
  appId: 'nowhere' as AppId,
  tenantId: TENANT_ID,
  script: '',
  message: '',
  modifierId: OWNER_ID,
  modifiedAt: 0,
}

const PLACES: readonly FilePlace[] = [{ ownerId: OWNER_ID }, { spaceId: SPACE_ID }]

/** What an app read of what is changed here. */
export function readsOf(app: number): PlacedName[] {
  const names = ['a.csv', 'in/*.csv', 'in/deep/c.csv'].slice(app % 2)
  return PLACES.flatMap((place) => names.map((name) => ({ place, name })))
}

export function drawFileChange(drawing: Drawing, now: number): (store: Store) => Promise<unknown> {
  const tenantId = TENANT_ID
  const name = drawing.one(['a.csv', 'in/', 'in/b.csv', 'in/deep/', 'in/deep/c.csv', 'out/'])
  const place = drawing.one(PLACES)
  const id = `f-${drawing.below(5)}` as DataFileId
  const fails = drawing.below(6) === 0
  const drawn = drawing.one(['add', 'move', 'remove'] as const)
  const seed = drawing.below(1e9)
  return async (store) => {
    const clock = { now: () => now, monotonic: () => now }
    const world = { clock, random: seededRandom(seed), dataRefreshDelayMs: 1000 }
    const file = { ...newDataFile(world, { tenantId, ownerId: OWNER_ID, place }, name), id }
    const seen = (await store.dataFile(tenantId, id)) ?? file
    const step = {
      add: adding(world, file),
      move: changing(world, { seen, place, name, movedBy: OWNER_ID }),
      remove: removing,
    }[drawn]
    const change = { kind: 'data-file', tenantId, id, wanted: { place, name }, step } as const
    const put = { scripts: [lostScript] }
    const breach = { kind: 'tenant', tenantId, step: () => ({ answer: undefined, put }) } as const
    return store.change<unknown>(fails ? [change, breach] : [change])
  }
}
