/** A data file or folder as the API shows it (contract 05, section 3). */

import { type Static, Type } from 'typebox'
import { inPlace, placeOf } from '../../catalog/file-place.ts'
import { defined } from '../../core/defined.ts'
import { baseNameOf, isFolderName, parentOf } from '../../core/file-name.ts'
import type { TenantId } from '../../core/ids.ts'
import type { DataFile, FilePlace } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { all, is, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import type { ApiDeps } from '../http/deps.ts'

/** There are no files bound to apps, and no internal ones. */
const NEVER = {
  aggregateAppScopedFileSize: 0,
  aggregateInternalFileSize: 0,
  directAppScopedFileCount: 0,
  directInternalFileCount: 0,
  totalAppScopedFileCount: 0,
  totalInternalFileCount: 0,
}

export const FolderStats = Type.Object(
  {
    aggregateFileSize: Type.Integer({ description: 'Bytes of all files below' }),
    directFileCount: Type.Integer(),
    directFolderCount: Type.Integer(),
    totalFileCount: Type.Integer(),
    totalFolderCount: Type.Integer(),
    aggregateAppScopedFileSize: Type.Integer(),
    aggregateInternalFileSize: Type.Integer(),
    directAppScopedFileCount: Type.Integer(),
    directInternalFileCount: Type.Integer(),
    totalAppScopedFileCount: Type.Integer(),
    totalInternalFileCount: Type.Integer(),
  },
  { title: 'FolderStats' },
)

export const DataFileRecord = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String({ description: 'Full name; "/" separates folders' }),
    baseName: Type.String(),
    folder: Type.Boolean(),
    folderId: Type.Optional(Type.String({ description: 'Id of the parent folder; absent at the top' })),
    folderPath: Type.String({ description: 'Path of the parent folder; empty at the top' }),
    size: Type.Integer({ description: 'Bytes' }),
    createdDate: Type.String({ format: 'date-time' }),
    modifiedDate: Type.String({ format: 'date-time' }),
    contentUpdatedDate: Type.String({ format: 'date-time' }),
    ownerId: Type.String(),
    spaceId: Type.Optional(Type.String({ description: 'Absent for a personal file' })),
    actions: Type.Array(Type.String()),
    folderStats: Type.Optional(FolderStats),
  },
  { title: 'DataFile' },
)

export async function dataFileRecord(
  { store }: ApiDeps,
  file: DataFile,
  may: { readonly write: boolean },
): Promise<Static<typeof DataFileRecord>> {
  const folderName = parentOf(file.name)
  const parent =
    folderName === '' ? undefined : await store.dataFileByName(file.tenantId, placeOf(file), folderName)
  const folder = isFolderName(file.name)
  return {
    id: file.id,
    name: folder ? file.name.slice(0, -1) : file.name,
    baseName: baseNameOf(file.name),
    folder,
    ...defined({ folderId: parent?.id }),
    folderPath: folderName.slice(0, -1),
    size: file.bytes,
    createdDate: timeText(file.createdAt),
    modifiedDate: timeText(file.modifiedAt),
    contentUpdatedDate: timeText(file.modifiedAt),
    ownerId: file.ownerId,
    ...defined({ spaceId: file.spaceId }),
    actions: ['read', 'list', ...(may.write ? ['update', 'delete', 'change_space', 'change_owner'] : [])],
  }
}

export function folderStats(deps: ApiDeps, folder: DataFile): Promise<Static<typeof FolderStats>> {
  return statsBelow(deps, folder.tenantId, placeOf(folder), folder.name)
}

/** @param name record name of a folder; "" for the whole place */
export async function statsBelow(
  { store }: ApiDeps,
  tenantId: TenantId,
  place: FilePlace,
  name: string,
): Promise<Static<typeof FolderStats>> {
  const inside =
    name === ''
      ? undefined
      : all<FieldOf<'dataFiles'>>({ kind: 'begins', field: 'name', text: name }, not(is('name', name)))
  const below = all(inPlace(place), inside)
  const direct = all(below, is('parent', name))
  const count = (where: typeof below, isFolder: 0 | 1) =>
    store.count('dataFiles', { tenantId, where: all(where, is('folder', isFolder)) })
  return {
    ...NEVER,
    aggregateFileSize: await store.sum('dataFiles', 'bytes', { tenantId, where: below }),
    directFileCount: await count(direct, 0),
    directFolderCount: await count(direct, 1),
    totalFileCount: await count(below, 0),
    totalFolderCount: await count(below, 1),
  }
}
