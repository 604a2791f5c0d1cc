/**
 * Room `catalog`: what people do with apps, scripts, data files, spaces, keys and tenants. Use cases over the
 * store and the steps that they save enter; records and rights stand in `core`, and nothing of HTTP or SQL
 * enters.
 *
 * What the use cases need of the world, and how they save.
 */
import type { World } from '../core/ports.ts'
import type { Change, ChangeStore } from '../store/port/change.ts'
import type { CatalogStore } from '../store/port/store.ts'

export interface CatalogDeps {
  readonly store: CatalogStore
  readonly world: Pick<World, 'clock' | 'random'>
}

/** A batch of one. */
export async function changeOne<Answer>(store: ChangeStore, change: Change<Answer>): Promise<Answer> {
  const answers = await store.change([change])
  if (answers.length !== 1) throw new Error('the store gave no answer to a change')
  return answers[0] as Answer
}
