/**
 * Data files that other programs put into the folders of the service: the port to these folders, and the
 * record that such a file gets.
 */
import { isFolderName } from '../core/file-name.ts'
import type { UserId } from '../core/ids.ts'
import type { DataFile } from '../core/records.ts'
import type { DataRules } from '../core/task/data-change.ts'
import type { CatalogStore } from '../store/port/store.ts'
import { adopting, type DecidedFile, fileOnTheWay } from './data-file-steps.ts'
import type { Place } from './file-contents.ts'
import { refused } from './refusal.ts'

/** A regular file of a place, as the file system tells it; nobody looked into it. */
export interface FoundFile {
  /** Canonical (core/file-name.ts). */
  readonly name: string
  readonly bytes: number
  /** Epoch ms by the file system at which its content was last written. */
  readonly writtenAt: number
  /** Another text whenever the file is another one or was written again. */
  readonly print: string
}

export interface FoundFiles {
  readonly files: readonly FoundFile[]
  /** What has no name that a record can have, and what is beyond the bounds of a look. */
  readonly leftAlone: number
}

/** Told of what may have changed: a file or folder by its name, or anything in the place, or among places. */
export type Changed = (place?: Place, name?: string) => void

export interface PlaceFolders {
  /** Folders that look like those of places; whether a place exists is for the caller to find out. */
  places(): Promise<readonly Place[]>
  /** All files of the place. From then on its changes are told, as far as the system can. */
  look(place: Place): Promise<FoundFiles>
  /** Undefined when there is no regular file of the name, reached without a link; a folder is told apart. */
  at(place: Place, name: string): Promise<FoundFile | 'folder' | undefined>
}

/** Whose a file is that somebody puts there; undefined when the place is no place of the tenant. */
export async function ownerOfPlace(
  store: CatalogStore,
  { tenantId, place }: Place,
): Promise<UserId | undefined> {
  if ((await store.tenant(tenantId))?.removedAt !== undefined) return undefined
  if ('spaceId' in place) return (await store.space(tenantId, place.spaceId))?.ownerId
  const user = await store.user(tenantId, place.ownerId)
  return user?.status === 'deleted' ? undefined : user?.id
}

/** Whether a record tells of the file as it is: by its size, and written before the record was. */
export function isRecorded(record: DataFile | undefined, { bytes, writtenAt }: FoundFile): boolean {
  return record?.bytes === bytes && Math.floor(writtenAt) <= record.modifiedAt
}

/** Records the file as it is; refused while a record stands in its way. */
export function recordingFound(
  rules: DataRules,
  file: DataFile,
  { bytes }: FoundFile,
): (view: Parameters<ReturnType<typeof adopting>>[0]) => DecidedFile {
  const adopt = adopting(rules, file, bytes)
  return (view) => {
    const names = new Set(view.onTheWay.map(({ name }) => name))
    const has = (name: string) => names.has(name)
    const inTheWay = has(`${file.name}/`) ? `${file.name}/` : fileOnTheWay(file.name, has)
    if (inTheWay === undefined) return adopt(view)
    const what = isFolderName(inTheWay) ? 'folder' : 'file'
    return { answer: refused('conflict', `the ${what} '${inTheWay}' has a record`) }
  }
}
