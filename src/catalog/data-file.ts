/**
 * What uploads do: add, replace, rename, move, delete data files and folders. Record and content change
 * together, one change of a place at a time: content first, so that a record never promises what is not
 * there; then all records in one commit. Spooled content that is not used is discarded, whatever happens.
 */

import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { baseNameOf, checkFileName, checkFolderPath, isFolderName } from '../core/file-name.ts'
import type { Limits } from '../core/limits.ts'
import type { DataFile, FilePlace } from '../core/records.ts'
import type { DataRules } from '../core/task/data-change.ts'
import type { Change, DataFileView } from '../store/port/change.ts'
import {
  adding,
  asking,
  changing,
  type DecidedFile,
  type FileMove,
  newDataFile,
  removing,
} from './data-file-steps.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import type { FileStore, Spooled } from './file-contents.ts'
import { findDataFile, placeOf, samePlace } from './file-place.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { findTempContent, type TempContents } from './temp-contents.ts'

export interface FileDeps extends CatalogDeps {
  readonly files: FileStore
  readonly tempContents: Pick<TempContents, 'find' | 'read'>
  readonly limits: Pick<Limits, 'dataFileBytes' | 'dataRefreshDelayMs'>
}

/** What is asked of a file or folder; what a change leaves out stays. */
export interface FileWish {
  readonly name?: string
  readonly folder?: boolean
  readonly folderId?: string | null
  readonly sourceId?: string | null
  /** A temporary content of the caller. */
  readonly tempContentFileId?: string | null
  readonly appId?: string | null
}

/** The place that the wish names, asked for when its turn has come; undefined: none is named. */
export type WishedPlace = () => Promise<FilePlace | Refused | undefined>

export interface FileUpload<Wish extends FileWish = FileWish> {
  readonly wish: Wish
  readonly place: WishedPlace
  /** The use case owns it: puts it into its place or discards it. */
  readonly content?: Spooled
}

/** Adds the file or folder that is wished for; a personal one where no place is named. */
export async function addDataFile(
  deps: FileDeps,
  caller: Caller,
  upload: FileUpload<FileWish & { readonly name: string }>,
): Promise<DataFile | Refused> {
  const { wish } = upload
  return withContent(deps, caller, upload, async (content) => {
    const named = await upload.place()
    if (isRefused(named)) return named
    const place = named ?? { ownerId: caller.user.id }
    const folder = wish.folder === true
    const parent = await parentName(deps, caller, place, wish.folderId)
    if (isRefused(parent)) return parent
    const name = parent + wish.name + (folder ? '/' : '')
    const wrong = refuseShape(name)
    if (wrong !== undefined) return wrong
    if (folder && content !== undefined) return kindsDiffer('a folder takes no content')
    if (!folder && content === undefined) {
      return refused('badRequest', 'the part File or the field sourceId is required')
    }
    const at = { tenantId: caller.tenantId, place }
    const made = newDataFile(deps.world, { ...at, ownerId: caller.user.id }, name)
    const change = fileChange(
      made,
      { place, name },
      adding(rulesOf(deps), { ...made, bytes: content?.bytes ?? 0 }),
    )
    return deps.files.alone([at], () =>
      saveWithContent(deps, change, async () => {
        if (content === undefined) await deps.files.makeFolder(at, name)
        else await deps.files.put(content, at, name)
      }),
    )
  })
}

/** Replaces content, renames, moves. */
export async function changeDataFile(
  deps: FileDeps,
  caller: Caller,
  id: string,
  upload: FileUpload,
): Promise<DataFile | Refused> {
  const { wish } = upload
  return withContent(deps, caller, upload, async (content) => {
    const seen = await findDataFile(deps.store, caller.user, id, 'write-files')
    if (isRefused(seen)) return seen
    const folder = isFolderName(seen.name)
    if (folder && content !== undefined) return kindsDiffer('a folder takes no content')
    if (wish.folder !== undefined && wish.folder !== folder) {
      return kindsDiffer(`the id names a ${folder ? 'folder' : 'file'}`)
    }
    const named = await upload.place()
    if (isRefused(named)) return named
    const place = named ?? placeOf(seen)
    const name = await newName(deps, caller, seen, place, wish)
    if (isRefused(name)) return name
    const wrong = refuseShape(name)
    if (wrong !== undefined) return wrong
    return moveContent(deps, seen, { place, name, movedBy: caller.user.id }, content)
  })
}

/** Moves a file or folder that the caller may move there, and gives it new content. */
export async function moveContent(
  deps: FileDeps,
  seen: DataFile,
  { place, name, movedBy }: Pick<FileMove, 'place' | 'name' | 'movedBy'>,
  content?: Spooled,
): Promise<DataFile | Refused> {
  const from = { tenantId: seen.tenantId, place: placeOf(seen) }
  const to = { tenantId: seen.tenantId, place }
  const moves = name !== seen.name || !samePlace(from.place, place)
  const move = { seen, place, name, movedBy, ...defined({ bytes: content?.bytes }) }
  const change = fileChange(seen, { place, name }, changing(rulesOf(deps), move))
  return deps.files.alone([from, to], async () => {
    const saved = await saveWithContent(deps, change, async () => {
      if (content !== undefined) await deps.files.put(content, to, name)
      else if (moves) await deps.files.move(from, seen.name, to, name)
    })
    if (!isRefused(saved) && content !== undefined && moves) await deps.files.remove(from, seen.name)
    return saved
  })
}

/** Deletes a file, or a folder with all that it holds. */
export async function removeDataFile(
  { store, files }: FileDeps,
  { user }: Caller,
  id: string,
): Promise<DataFile | Refused> {
  const file = await findDataFile(store, user, id, 'write-files')
  if (isRefused(file)) return file
  const at = { tenantId: file.tenantId, place: placeOf(file) }
  return files.alone([at], async () => {
    await files.remove(at, file.name)
    const removed = await changeOne(store, fileChange(file, undefined, removing))
    // Gone meanwhile is gone.
    return isRefused(removed) ? file : removed
  })
}

function rulesOf({ world, limits }: FileDeps): DataRules {
  return { ...world, ...limits }
}

type FileChange<Answer> = Extract<Change<Answer>, { readonly kind: 'data-file' }>

function fileChange(
  { tenantId, id }: DataFile,
  wanted: FileChange<unknown>['wanted'],
  step: (view: DataFileView) => DecidedFile,
): FileChange<DataFile | Refused> {
  return { kind: 'data-file', tenantId, id, step, ...defined({ wanted }) }
}

/** Asks first whether the change would be refused, then moves the content, then saves the records. */
async function saveWithContent(
  { store }: FileDeps,
  change: FileChange<DataFile | Refused>,
  move: () => Promise<void>,
): Promise<DataFile | Refused> {
  const refusal = await changeOne<Refused | undefined>(store, { ...change, step: asking(change.step) })
  if (refusal !== undefined) return refusal
  await move()
  return changeOne<DataFile | Refused>(store, change)
}

/** Runs `work` with the content that came or a copy of sourceId; discards what is left of it. */
async function withContent<Result>(
  deps: FileDeps,
  caller: Caller,
  { wish, content }: FileUpload,
  work: (content: Spooled | undefined) => Promise<Result | Refused>,
): Promise<Result | Refused> {
  let spooled = content
  try {
    if (typeof wish.tempContentFileId === 'string') {
      if (spooled !== undefined) return kindsDiffer('send the part File or tempContentFileId, not both')
      const copy = await temporaryOf(deps, caller, wish.tempContentFileId)
      if (isRefused(copy)) return copy
      spooled = copy
    }
    if (typeof wish.appId === 'string') {
      return refused('badRequest', 'files bound to an app are not offered', { pointer: '/appId' })
    }
    if (typeof wish.sourceId === 'string') {
      if (spooled !== undefined) return kindsDiffer('send the part File or sourceId, not both')
      const copy = await copyOf(deps, caller, wish.sourceId)
      if (isRefused(copy)) return copy
      spooled = copy
    }
    return await work(spooled)
  } finally {
    if (spooled !== undefined) await deps.files.discard(spooled)
  }
}

/** A copy: the temporary content stays until it expires. */
async function temporaryOf(
  { files, tempContents, limits }: FileDeps,
  caller: Caller,
  id: string,
): Promise<Spooled | Refused> {
  const found = await findTempContent(tempContents, caller, id)
  if (!isRefused(found)) return files.spool(tempContents.read(found), limits.dataFileBytes)
  const detail = found.faults[0]!.detail
  return refused('dataFileTemporaryNotFound', detail, { pointer: '/tempContentFileId' })
}

async function copyOf({ store, files }: FileDeps, { user }: Caller, id: string): Promise<Spooled | Refused> {
  const source = await findDataFile(store, user, id, 'read-files')
  if (isRefused(source)) {
    return refused('dataFileSourceNotFound', 'there is no data file with this id', { pointer: '/sourceId' })
  }
  if (isFolderName(source.name)) return kindsDiffer('the source is a folder: only files are copied')
  return files.spoolCopy({ tenantId: source.tenantId, place: placeOf(source) }, source.name)
}

async function newName(
  deps: FileDeps,
  caller: Caller,
  file: DataFile,
  place: FilePlace,
  wish: FileWish,
): Promise<string | Refused> {
  if (wish.name === undefined && wish.folderId === undefined) return file.name
  const parent = await parentName(deps, caller, place, wish.folderId)
  if (isRefused(parent)) return parent
  return parent + (wish.name ?? baseNameOf(file.name)) + (isFolderName(file.name) ? '/' : '')
}

/** Record name of the folder that folderId names; "" when there is none. */
async function parentName(
  { store }: FileDeps,
  { user }: Caller,
  place: FilePlace,
  folderId: string | null | undefined,
): Promise<string | Refused> {
  if (folderId === undefined || folderId === null) return ''
  const where = { pointer: '/folderId' }
  const folder = await findDataFile(store, user, folderId, 'read-files')
  if (isRefused(folder)) {
    return refused('dataFileFolderNotFound', 'there is no folder with this id', where)
  }
  if (!isFolderName(folder.name)) return refused('dataFileFolderExpected', 'the id names a file', where)
  if (samePlace(placeOf(folder), place)) return folder.name
  return refused('dataFileFolderElsewhere', 'the folder is not in the place of connectionId', where)
}

function refuseShape(name: string): Refused | undefined {
  const wrong = isFolderName(name) ? checkFolderPath(name.slice(0, -1)) : checkFileName(name)
  return wrong && refused(wrong.refused, wrong.detail, { pointer: '/name' })
}

function kindsDiffer(detail: string): Refused {
  return refused('dataFileKindsDiffer', detail)
}
