/**
 * Where data files lie, and who may do what there: in a space by its roles, personal files are their owner's
 * alone.
 */
import type { DataFileId, SpaceId } from '../core/ids.ts'
import type { DataFile, FilePlace, User } from '../core/records.ts'
import { mayUseSpace } from '../core/rights.ts'
import { all, type Condition, is } from '../store/port/condition.ts'
import type { DataFileStore } from '../store/port/files.ts'
import type { FieldOf } from '../store/port/list-fields.ts'
import { type Refused, refused } from './refusal.ts'
import { type SpaceReads, standingIn } from './standing.ts'

export type FileRight = 'read-files' | 'write-files'

export async function mayUsePlace(
  store: SpaceReads,
  user: User,
  place: FilePlace,
  right: FileRight,
): Promise<boolean> {
  if ('ownerId' in place) return place.ownerId === user.id
  const standing = await standingIn(store, user, place.spaceId)
  return standing !== undefined && mayUseSpace(user, standing, right)
}

/** Undefined when the user has the right; to be asked of a place that the user may see. */
export async function refusePlace(
  store: SpaceReads,
  user: User,
  place: FilePlace,
  right: FileRight,
): Promise<Refused | undefined> {
  if (await mayUsePlace(store, user, place, right)) return undefined
  return refused('dataFileSpaceForbidden', `the ${right} right in the space is missing`)
}

/** The place of a space's files; a space that the user may not see is not found. */
export async function placeInSpace(
  store: SpaceReads,
  user: User,
  spaceId: string,
  right: FileRight,
  where: { readonly pointer: string } | { readonly parameter: string },
): Promise<FilePlace | Refused> {
  const standing = await standingIn(store, user, spaceId as SpaceId)
  if (standing === undefined || !mayUseSpace(user, standing, 'see')) {
    return refused('dataFileSpaceNotFound', 'there is no space with this id', where)
  }
  const place = { spaceId: standing.space.id }
  return (await refusePlace(store, user, place, right)) ?? place
}

/** The file: not found when the user may not read its place. */
export async function findDataFile(
  store: SpaceReads & Pick<DataFileStore, 'dataFile'>,
  user: User,
  id: string,
  right: FileRight,
): Promise<DataFile | Refused> {
  const file = await store.dataFile(user.tenantId, id as DataFileId)
  if (file === undefined || !(await mayUsePlace(store, user, placeOf(file), 'read-files'))) {
    return unknownDataFile()
  }
  return (await refusePlace(store, user, placeOf(file), right)) ?? file
}

export function unknownDataFile(): Refused {
  return refused('notFound', 'there is no data file with this id', { parameter: 'id' })
}

export function placeOf(file: DataFile): FilePlace {
  return file.spaceId === undefined ? { ownerId: file.ownerId } : { spaceId: file.spaceId }
}

/** The files of a place, as a condition of their list. */
export function inPlace(place: FilePlace): Condition<FieldOf<'dataFiles'>> {
  return 'spaceId' in place
    ? is('spaceId', place.spaceId)
    : all(is('spaceId', null), is('ownerId', place.ownerId))
}

export function samePlace(one: FilePlace, other: FilePlace): boolean {
  return 'spaceId' in one
    ? 'spaceId' in other && one.spaceId === other.spaceId
    : 'ownerId' in other && one.ownerId === other.ownerId
}
