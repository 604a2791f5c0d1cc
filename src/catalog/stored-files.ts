/**
 * What becomes of the records when a reload's stores are published: part of the step that settles it, so that
 * outcome, app data and data files change in one commit.
 */
import type { AppId } from '../core/ids.ts'
import { placedKey } from '../core/placed-name.ts'
import type { Publication } from '../core/publication.ts'
import type { App, DataFile } from '../core/records.ts'
import { type DataRules, runsOfChange } from '../core/task/data-change.ts'
import type { StoresSaving, StoresView } from '../store/port/publications.ts'
import { unmarkedReaders } from './crash-marks.ts'
import { fileOnTheWay, missingFolders, newDataFile } from './data-file-steps.ts'
import { placeOf } from './file-place.ts'

/**
 * Each file gets a record or keeps the one it has, and a record for each folder above it.
 * @param app the app that was reloaded: its owner owns what is new, and its own marks are its reload's affair
 * @param through apps whose reloads led to it, with this one last
 * @returns what is to be saved; a text for people when a name cannot be used any more
 */
export function publishing(
  rules: DataRules,
  app: Pick<App, 'id' | 'ownerId'>,
  publication: Publication,
  view: StoresView,
  through: readonly AppId[],
): StoresSaving | string {
  const [placeless] = view.placeless
  if (placeless !== undefined) return `cannot store '${placeless.name}': its space was deleted`
  const { tenantId } = publication
  const records = new Map(
    view.onTheWay.map((file) => [placedKey({ place: placeOf(file), name: file.name }), file]),
  )
  const saved = new Map<string, DataFile>()
  const modifiedAt = rules.clock.now()
  for (const { place, name, bytes } of publication.files) {
    const has = (wanted: string) => records.has(placedKey({ place, name: wanted }))
    const put = (file: DataFile) => {
      const key = placedKey({ place, name: file.name })
      records.set(key, file)
      saved.set(key, file)
    }
    if (has(`${name}/`)) return `cannot store '${name}': there is a folder of this name now`
    const into = { tenantId, ownerId: app.ownerId, place }
    const inTheWay = fileOnTheWay(name, has)
    if (inTheWay !== undefined) return `cannot store '${name}': '${inTheWay}' is a file now`
    for (const folder of missingFolders(rules, into, name, has)) put(folder)
    const file = records.get(placedKey({ place, name })) ?? newDataFile(rules, into, name)
    put({ ...file, bytes, modifiedAt })
  }
  const dataFiles = [...saved.values()]
  const apps = unmarkedReaders(view.marked, dataFiles).filter(({ id }) => id !== app.id)
  const files = publication.files.map(({ place, name }) => ({ place, name }))
  return { dataFiles, apps, taskRuns: runsOfChange(rules, view, { files, through }), publication }
}
