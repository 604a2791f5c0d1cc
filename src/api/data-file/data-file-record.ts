/** A data file or folder as the API shows it (contract 05, section 3). */
import { type Static, Type } from 'typebox'
import { baseNameOf, isFolderName, parentOf } from '../../catalog/file-name.ts'
import type { DataFile } from '../../catalog/records.ts'
import { timeText } from '../../core/time-text.ts'
import type { ApiDeps } from '../http/deps.ts'
import { placeOf } from './data-file-place.ts'

const FolderStats = Type.Object({
  aggregateFileSize: Type.Integer({ description: 'Bytes of all files below' }),
  directFileCount: Type.Integer(),
  directFolderCount: Type.Integer(),
  totalFileCount: Type.Integer(),
  totalFolderCount: Type.Integer(),
})

export const DataFileRecord = Type.Object({
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
})

/** @param peers rows of the same place, when they are at hand; else the parent is looked up */
export async function dataFileRecord(
  deps: ApiDeps,
  file: DataFile,
  may: { readonly write: boolean },
  peers?: readonly DataFile[],
): Promise<Static<typeof DataFileRecord>> {
  const folderName = parentOf(file.name)
  const parent = folderName === '' ? undefined : await parentFolder(deps, file, folderName, peers)
  const folder = isFolderName(file.name)
  return {
    id: file.id,
    name: folder ? file.name.slice(0, -1) : file.name,
    baseName: baseNameOf(file.name),
    folder,
    ...(parent === undefined ? {} : { folderId: parent.id }),
    folderPath: folderName.slice(0, -1),
    size: file.bytes,
    createdDate: timeText(file.createdAt),
    modifiedDate: timeText(file.modifiedAt),
    contentUpdatedDate: timeText(file.modifiedAt),
    ownerId: file.ownerId,
    ...(file.spaceId === undefined ? {} : { spaceId: file.spaceId }),
    actions: ['read', 'list', ...(may.write ? ['update', 'delete'] : [])],
  }
}

export function folderStats(folder: DataFile, peers: readonly DataFile[]): Static<typeof FolderStats> {
  const below = peers.filter((row) => row.name !== folder.name && row.name.startsWith(folder.name))
  const direct = below.filter((row) => parentOf(row.name) === folder.name)
  const folders = (rows: readonly DataFile[]) => rows.filter((row) => isFolderName(row.name)).length
  return {
    aggregateFileSize: below.reduce((sum, row) => sum + row.bytes, 0),
    directFileCount: direct.length - folders(direct),
    directFolderCount: folders(direct),
    totalFileCount: below.length - folders(below),
    totalFolderCount: folders(below),
  }
}

async function parentFolder(
  deps: ApiDeps,
  file: DataFile,
  folderName: string,
  peers: readonly DataFile[] | undefined,
): Promise<DataFile | undefined> {
  return peers === undefined
    ? deps.store.dataFileByName(file.tenantId, placeOf(file), folderName)
    : peers.find((row) => row.name === folderName)
}
