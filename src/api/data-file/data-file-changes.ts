/**
 * Adds, replaces, renames, moves and deletes data files and folders, one change of a place at a time. The
 * content on disk changes first, then its record. Spooled content that was not used is always discarded.
 */
import type { Static } from 'typebox'
import {
  baseNameOf,
  checkFileName,
  checkFolderPath,
  foldersAbove,
  isFolderName,
  type NameRefusal,
} from '../../catalog/file-name.ts'
import type { Caller, DataFile, FilePlace } from '../../catalog/records.ts'
import type { DataFileId } from '../../core/ids.ts'
import { newDataFile, recordFolders } from '../../files/connections.ts'
import type { Place, Spooled } from '../../files/local/file-store.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse } from '../http/problem.ts'
import { dataFileFor, placeFor, placeOf, samePlace } from './data-file-place.ts'
import type { FileChange, NewFile, Upload } from './data-file-upload.ts'

const CONNECTION = { pointer: '/connectionId' }

/** Takes the upload: adds the file or folder that it wishes for. */
export async function addDataFile(
  deps: ApiDeps,
  caller: Caller,
  upload: Upload<Static<typeof NewFile>>,
): Promise<DataFile> {
  return withContent(deps, caller, upload, async (content) => {
    const { wish } = upload
    const place = await placeFor(deps, caller, wish.connectionId, 'write-files', CONNECTION)
    const folder = wish.folder === true
    const name = (await parentName(deps, caller, place, wish.folderId)) + wish.name + (folder ? '/' : '')
    checkName(name)
    if (folder && content !== undefined) throw kindsDiffer('a folder takes no content')
    if (!folder && content === undefined) {
      throw refuse('badRequest', { detail: 'the part File or the field sourceId is required' })
    }
    const at = { tenantId: caller.tenantId, place }
    return deps.files.alone([at], async () => {
      await requireFree(deps, at, name)
      if (content === undefined) await deps.files.makeFolder(at, name)
      else await deps.files.put(content, at, name)
      const made = newDataFile(deps.world, { ...at, ownerId: caller.user.id }, name)
      return save(deps, { ...made, bytes: content?.bytes ?? 0 })
    })
  })
}

/** Takes the upload: replaces content, renames, moves; what the wish leaves out stays. */
export async function changeDataFile(
  deps: ApiDeps,
  caller: Caller,
  id: string,
  upload: Upload<FileChange>,
): Promise<DataFile> {
  return withContent(deps, caller, upload, async (content) => {
    const { wish } = upload
    const seen = await dataFileFor(deps, caller, id, 'write-files')
    const folder = isFolderName(seen.name)
    if (folder && content !== undefined) throw kindsDiffer('a folder takes no content')
    if (wish.folder !== undefined && wish.folder !== folder) {
      throw kindsDiffer(`the id names a ${folder ? 'folder' : 'file'}`)
    }
    const place =
      wish.connectionId === undefined
        ? placeOf(seen)
        : await placeFor(deps, caller, wish.connectionId, 'write-files', CONNECTION)
    const name = await newName(deps, caller, seen, place, wish)
    checkName(name)
    const from = { tenantId: caller.tenantId, place: placeOf(seen) }
    const to = { tenantId: caller.tenantId, place }
    return deps.files.alone([from, to], async () => {
      const file = await dataFileFor(deps, caller, id, 'write-files')
      if (file.name !== seen.name || !samePlace(placeOf(file), from.place)) {
        throw refuse('conflict', { detail: 'the file was moved meanwhile: read it again' })
      }
      const moves = name !== file.name || !samePlace(from.place, place)
      if (moves && folder && samePlace(from.place, place) && name.startsWith(file.name)) {
        throw refuse('dataFileFolderInItself', {
          detail: 'a folder cannot move into itself',
          pointer: '/name',
        })
      }
      if (moves) await requireFree(deps, to, name)
      if (folder) return moves ? moveFolder(deps, caller, file, from, to, name) : file
      return saveFile(deps, caller, file, { from, to, name, moves, content })
    })
  })
}

/** Deletes a file, or a folder with all that it holds. */
export async function removeDataFile(deps: ApiDeps, file: DataFile): Promise<void> {
  const at = { tenantId: file.tenantId, place: placeOf(file) }
  await deps.files.alone([at], async () => {
    await deps.files.remove(at, file.name)
    for (const row of await withContained(deps, at, file)) {
      await deps.store.removeDataFile(file.tenantId, row.id)
    }
  })
}

interface FileMove {
  readonly from: Place
  readonly to: Place
  readonly name: string
  readonly moves: boolean
  readonly content: Spooled | undefined
}

async function saveFile(deps: ApiDeps, caller: Caller, file: DataFile, move: FileMove): Promise<DataFile> {
  const { from, to, name, moves, content } = move
  if (content !== undefined) await deps.files.put(content, to, name)
  else if (moves) await deps.files.move(from, file.name, to, name)
  const saved = await save(deps, {
    ...relocated(file, to.place, caller),
    name,
    bytes: content?.bytes ?? file.bytes,
    modifiedAt: deps.world.clock.now(),
  })
  if (content !== undefined && moves) await deps.files.remove(from, file.name)
  return saved
}

async function moveFolder(
  deps: ApiDeps,
  caller: Caller,
  folder: DataFile,
  from: Place,
  to: Place,
  name: string,
): Promise<DataFile> {
  const rows = await withContained(deps, from, folder)
  await deps.files.move(from, folder.name, to, name)
  for (const row of rows) {
    await save(deps, { ...relocated(row, to.place, caller), name: name + row.name.slice(folder.name.length) })
  }
  return { ...relocated(folder, to.place, caller), name }
}

/** Files that become personal belong to whoever made them so. */
function relocated(file: DataFile, place: FilePlace, caller: Caller): DataFile {
  const { spaceId: _before, ...rest } = file
  if ('spaceId' in place) return { ...rest, spaceId: place.spaceId }
  return { ...rest, ownerId: caller.user.id }
}

/** The file, or the folder and all rows below it; parents before what they hold. */
async function withContained(deps: ApiDeps, at: Place, file: DataFile): Promise<DataFile[]> {
  if (!isFolderName(file.name)) return [file]
  const peers = await deps.store.dataFiles(at.tenantId, at.place)
  const contained = peers.filter((row) => row.name.startsWith(file.name))
  return contained.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Saves a record and those of the folders above it. */
async function save(deps: ApiDeps, file: DataFile): Promise<DataFile> {
  const into = { tenantId: file.tenantId, ownerId: file.ownerId, place: placeOf(file) }
  await recordFolders(deps.store, deps.world, into, file.name)
  if ((await deps.store.saveDataFile(file)) === 'name-taken') throw taken()
  return file
}

/** Runs `work` with the content of the part File or a copy of sourceId; discards what is left of it. */
async function withContent<Result>(
  deps: ApiDeps,
  caller: Caller,
  { wish, content }: Upload<FileChange>,
  work: (content: Spooled | undefined) => Promise<Result>,
): Promise<Result> {
  let spooled = content
  try {
    if (typeof wish.tempContentFileId === 'string') {
      throw refuse('dataFileTemporaryNotFound', {
        detail: 'temporary contents are not offered: send the part File',
        pointer: '/tempContentFileId',
      })
    }
    if (typeof wish.appId === 'string') {
      throw refuse('badRequest', { detail: 'files bound to an app are not offered', pointer: '/appId' })
    }
    if (typeof wish.sourceId === 'string') {
      if (spooled !== undefined) throw kindsDiffer('send the part File or sourceId, not both')
      spooled = await copyOf(deps, caller, wish.sourceId)
    }
    return await work(spooled)
  } finally {
    if (spooled !== undefined) await deps.files.discard(spooled)
  }
}

async function copyOf(deps: ApiDeps, caller: Caller, sourceId: string): Promise<Spooled> {
  const source = await dataFileFor(deps, caller, sourceId, 'read-files').catch(() => undefined)
  if (source === undefined) {
    throw refuse('dataFileSourceNotFound', {
      detail: 'there is no data file with this id',
      pointer: '/sourceId',
    })
  }
  if (isFolderName(source.name)) throw kindsDiffer('the source is a folder: only files are copied')
  return deps.files.spoolCopy({ tenantId: source.tenantId, place: placeOf(source) }, source.name)
}

async function newName(
  deps: ApiDeps,
  caller: Caller,
  file: DataFile,
  place: FilePlace,
  wish: FileChange,
): Promise<string> {
  if (wish.name === undefined && wish.folderId === undefined) return file.name
  const parent = await parentName(deps, caller, place, wish.folderId)
  return parent + (wish.name ?? baseNameOf(file.name)) + (isFolderName(file.name) ? '/' : '')
}

/** Record name of the folder that folderId names; "" when there is none. */
async function parentName(
  deps: ApiDeps,
  caller: Caller,
  place: FilePlace,
  folderId: string | null | undefined,
): Promise<string> {
  if (folderId === undefined || folderId === null) return ''
  const pointer = '/folderId'
  const folder = await dataFileFor(deps, caller, folderId as DataFileId, 'read-files').catch(() => undefined)
  if (folder === undefined) {
    throw refuse('dataFileFolderNotFound', { detail: 'there is no folder with this id', pointer })
  }
  if (!isFolderName(folder.name)) {
    throw refuse('dataFileFolderExpected', { detail: 'the id names a file', pointer })
  }
  if (!samePlace(placeOf(folder), place)) {
    throw refuse('dataFileFolderElsewhere', {
      detail: 'the folder is not in the place of connectionId',
      pointer,
    })
  }
  return folder.name
}

function checkName(name: string): void {
  const refusal: NameRefusal | undefined = isFolderName(name)
    ? checkFolderPath(name.slice(0, -1))
    : checkFileName(name)
  if (refusal !== undefined) throw refuse(refusal.refused, { detail: refusal.detail, pointer: '/name' })
}

/** No file or folder has the name, and no file has the name of a folder above it. */
async function requireFree(deps: ApiDeps, at: Place, name: string): Promise<void> {
  const other = isFolderName(name) ? name.slice(0, -1) : `${name}/`
  for (const candidate of [name, other]) {
    if ((await deps.store.dataFileByName(at.tenantId, at.place, candidate)) !== undefined) throw taken()
  }
  for (const folder of foldersAbove(name)) {
    const file = folder.slice(0, -1)
    if ((await deps.store.dataFileByName(at.tenantId, at.place, file)) !== undefined) {
      throw refuse('dataFileParentNotMade', { detail: `"${file}" is a file`, pointer: '/name' })
    }
  }
}

function taken(): Error {
  return refuse('conflict', { detail: 'a file or folder of this name is there already', pointer: '/name' })
}

function kindsDiffer(detail: string): Error {
  return refuse('dataFileKindsDiffer', { detail })
}
