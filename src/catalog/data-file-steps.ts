/**
 * What becomes of the records when data files are added, changed and removed: steps over what is stored
 * (store/port/change.ts). A file has a record for each folder above it, and whatever changes what a marked
 * app may read clears its marks.
 */

import { foldersAbove, isFolderName } from '../core/file-name.ts'
import { type AppId, newUuid, type ReloadId, type TenantId, type UserId } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import type { DataFile, FilePlace } from '../core/records.ts'
import { type DataRules, runsOfChange, throughReload } from '../core/task/data-change.ts'
import type { DataFileView, Decided } from '../store/port/change.ts'
import { unmarkedReaders } from './crash-marks.ts'
import { placeOf, samePlace, unknownDataFile } from './file-place.ts'
import { isRefused, type Refused, refused } from './refusal.ts'

export type Made = Pick<World, 'clock' | 'random'>
export type DecidedFile = Decided<DataFile | Refused>

/** A place, and whose the files are that are made there. */
export interface Into {
  readonly tenantId: TenantId
  readonly ownerId: UserId
  readonly place: FilePlace
}

export function newDataFile(
  { clock, random }: Made,
  { tenantId, ownerId, place }: Into,
  name: string,
): DataFile {
  const now = clock.now()
  return {
    id: newUuid(random),
    tenantId,
    ownerId: 'ownerId' in place ? place.ownerId : ownerId,
    ...('spaceId' in place ? { spaceId: place.spaceId } : {}),
    name,
    bytes: 0,
    createdAt: now,
    modifiedAt: now,
  }
}

/** Adds a file or folder whose name must be free. */
export function adding(rules: DataRules, file: DataFile): (view: DataFileView) => DecidedFile {
  return (view) => {
    const refusal = refuseName(view, file.name)
    return refusal === undefined ? saving(rules, view, [file], [file]) : { answer: refusal }
  }
}

/**
 * Makes the record agree with the content that is at the name, whatever was there.
 * @param by the reload that stored it
 */
export function adopting(
  rules: DataRules,
  file: DataFile,
  bytes: number,
  by?: { readonly appId: AppId; readonly reloadId: ReloadId },
): (view: DataFileView) => DecidedFile {
  return (view) => {
    const adopted = { ...(view.file ?? file), bytes, modifiedAt: rules.clock.now() }
    const through = by === undefined ? [] : throughReload(by.appId, view.runOf(by.reloadId))
    return saving(rules, view, [adopted], [adopted], { through })
  }
}

export interface FileMove {
  /** The file as the caller has seen it. */
  readonly seen: DataFile
  readonly place: FilePlace
  readonly name: string
  /** Bytes of its new content, when it gets one. */
  readonly bytes?: number
  /** Files that become personal belong to whoever made them so. */
  readonly movedBy: UserId
}

/** Moves a file, or a folder with all that it holds, and notes new content. */
export function changing(rules: DataRules, move: FileMove): (view: DataFileView) => DecidedFile {
  return (view) => {
    const { file } = view
    const { place, name } = move
    if (file === undefined) return { answer: unknownDataFile() }
    if (file.name !== move.seen.name || !samePlace(placeOf(file), placeOf(move.seen))) {
      return { answer: refused('conflict', 'the file was moved meanwhile: read it again') }
    }
    const folder = isFolderName(file.name)
    const stays = samePlace(placeOf(file), place)
    const moves = !stays || name !== file.name
    if (folder && !moves) return { answer: file }
    if (folder && stays && name.startsWith(file.name)) {
      const detail = 'a folder cannot move into itself'
      return { answer: refused('dataFileFolderInItself', detail, { pointer: '/name' }) }
    }
    const refusal = moves ? refuseName(view, name) : undefined
    if (refusal !== undefined) return { answer: refusal }
    const after = { ...relocated(file, move), name }
    const { bytes = file.bytes } = move
    const changed = folder ? after : { ...after, bytes, modifiedAt: rules.clock.now() }
    const below = view.below.map((row) => ({
      ...relocated(row, move),
      name: name + row.name.slice(file.name.length),
    }))
    const rows = [changed, ...below] as const
    const renewed = moves ? rows : move.bytes === undefined ? [] : [changed]
    return saving(rules, view, rows, renewed, { before: [file, ...view.below] })
  }
}

/** Removes a file, or a folder with all that it holds. */
export function removing({ file, below, marked }: DataFileView): DecidedFile {
  if (file === undefined) return { answer: unknownDataFile() }
  const rows = [file, ...below]
  return {
    answer: file,
    put: { apps: unmarkedReaders(marked, rows) },
    remove: { dataFiles: rows.map(({ id }) => id) },
  }
}

/** Nothing has the name, and no file has the name of a folder above it. */
function refuseName({ onTheWay }: DataFileView, name: string): Refused | undefined {
  const has = (wanted: string) => onTheWay.some((row) => row.name === wanted)
  const other = isFolderName(name) ? name.slice(0, -1) : `${name}/`
  const where = { pointer: '/name' }
  if (has(name) || has(other)) {
    return refused('conflict', 'a file or folder of this name is there already', where)
  }
  const inTheWay = fileOnTheWay(name, has)
  if (inTheWay === undefined) return undefined
  return refused('dataFileParentNotMade', `"${inTheWay}" is a file`, where)
}

/** Whether something has a name in the place. */
type Has = (name: string) => boolean

/** The file that has the name of a folder above. */
export function fileOnTheWay(name: string, has: Has): string | undefined {
  return foldersAbove(name)
    .map((folder) => folder.slice(0, -1))
    .find(has)
}

/** Records of the folders above a name that have none. */
export function missingFolders(world: Made, into: Into, name: string, has: Has): DataFile[] {
  return foldersAbove(name)
    .filter((folder) => !has(folder))
    .map((folder) => newDataFile(world, into, folder))
}

/**
 * Saves the first and the rows that go with it, the folders above it, the apps that now read another, and the
 * runs that wait because of it.
 * @param renewed rows that have another content under their names
 */
function saving(
  rules: DataRules,
  view: DataFileView,
  rows: readonly [DataFile, ...DataFile[]],
  renewed: readonly DataFile[],
  {
    before = [],
    through = [],
  }: { readonly before?: readonly DataFile[]; readonly through?: readonly AppId[] } = {},
): DecidedFile {
  const [file] = rows
  const into = { tenantId: file.tenantId, ownerId: file.ownerId, place: placeOf(file) }
  const has = (folder: string) => view.onTheWay.some((row) => row.name === folder)
  const missing = missingFolders(rules, into, file.name, has)
  const apps = unmarkedReaders(view.marked, [...before, ...rows])
  const files = renewed
    .filter(({ name }) => !isFolderName(name))
    .map((row) => ({ place: placeOf(row), name: row.name }))
  const taskRuns = runsOfChange(rules, view, { files, through })
  return { answer: file, put: { dataFiles: [...missing, ...rows], apps, taskRuns } }
}

function relocated(file: DataFile, { place, movedBy }: FileMove): DataFile {
  const { spaceId: _before, ...rest } = file
  if ('spaceId' in place) return { ...rest, spaceId: place.spaceId }
  return { ...rest, ownerId: movedBy }
}

/** The step's answer alone: whether it would be refused. */
export function asking(
  step: (view: DataFileView) => DecidedFile,
): (view: DataFileView) => Decided<Refused | undefined> {
  return (view) => {
    const { answer } = step(view)
    return { answer: isRefused(answer) ? answer : undefined }
  }
}
