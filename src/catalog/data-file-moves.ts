/** Data files go into another space and to another owner, one by one or several at once. */
import type { Caller } from '../core/caller.ts'
import type { UserId } from '../core/ids.ts'
import type { DataFile, FilePlace, User } from '../core/records.ts'
import { isTenantAdmin } from '../core/rights.ts'
import type { DataFileView } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { changeDataFile, type FileDeps, moveContent, removeDataFile } from './data-file.ts'
import type { DecidedFile } from './data-file-steps.ts'
import { changeOne } from './deps.ts'
import { findDataFile, inPlace, placeInSpace, placeOf, samePlace, unknownDataFile } from './file-place.ts'
import { isRefused, type Refused, refused } from './refusal.ts'

type Where = { readonly pointer: string }

/** Under its name, with the folders on the way. @param spaceId null makes it a personal file of the caller */
export async function moveToSpace(
  deps: FileDeps,
  caller: Caller,
  id: string,
  spaceId: string | null,
  where: Where,
): Promise<DataFile | Refused> {
  const seen = await findDataFile(deps.store, caller.user, id, 'write-files')
  if (isRefused(seen)) return seen
  const place: FilePlace | Refused =
    spaceId === null
      ? { ownerId: caller.user.id }
      : await placeInSpace(deps.store, caller.user, spaceId, 'write-files', where)
  if (isRefused(place) || samePlace(placeOf(seen), place)) return isRefused(place) ? place : seen
  return changeDataFile(deps, caller, id, { wish: {}, place: async () => place })
}

/**
 * A file of a space gets another owner and stays. A personal one moves to the personal files of its new
 * owner, whose apps then read it: so this needs the role TenantAdmin.
 */
export async function handOverDataFile(
  deps: FileDeps,
  caller: Caller,
  id: string,
  ownerId: string,
): Promise<DataFile | Refused> {
  const { store } = deps
  const { tenantId, user } = caller
  const seen = await findDataFile(store, user, id, 'write-files')
  if (isRefused(seen)) return seen
  const owner = await store.user(tenantId, ownerId as UserId)
  if (owner?.status !== 'active') {
    const detail = 'there is no active user with this id'
    return refused('dataFileOwnerNotFound', detail, { pointer: '/ownerId' })
  }
  if (owner.id === seen.ownerId) return seen
  if (seen.spaceId !== undefined) {
    const step = (view: DataFileView) => ownedBy(view, owner)
    return changeOne<DataFile | Refused>(store, { kind: 'data-file', tenantId, id: seen.id, step })
  }
  if (!isTenantAdmin(user)) {
    return refused('forbidden', 'handing a personal file over needs the role TenantAdmin')
  }
  return moveContent(deps, seen, { place: { ownerId: owner.id }, name: seen.name, movedBy: owner.id })
}

/** A folder with all that it holds. */
function ownedBy({ file, below }: DataFileView, { id: ownerId }: User): DecidedFile {
  if (file === undefined) return { answer: unknownDataFile() }
  const after = { ...file, ownerId }
  return { answer: after, put: { dataFiles: [after, ...below.map((row) => ({ ...row, ownerId }))] } }
}

/** Deletes all files of a place, folder by folder. @returns the first refusal */
export async function emptyPlace(
  deps: FileDeps,
  caller: Caller,
  place: FilePlace,
): Promise<Refused | undefined> {
  const { tenantId } = caller
  for (;;) {
    const { rows } = await deps.store.list('dataFiles', {
      tenantId,
      where: { kind: 'all', of: [inPlace(place), is('parent', '')] },
      sort: { field: 'id', descending: false },
      page: { limit: 100 },
    })
    if (rows.length === 0) return undefined
    for (const { id } of rows) {
      const removed = await removeDataFile(deps, caller, id)
      if (isRefused(removed) && removed.reason !== 'notFound') return removed
    }
  }
}
