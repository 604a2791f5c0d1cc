/**
 * Where data files lie, as the API names it: a connection per place, with an id that is derived from the
 * place and so needs no record, and the caller's rights there. Personal files are their owner's alone.
 */
import { createHash } from 'node:crypto'
import type { Caller, DataFile, FilePlace, Space } from '../../catalog/records.ts'
import { mayUseSpace } from '../../catalog/rights.ts'
import type { DataFileId } from '../../core/ids.ts'
import { OWN_CONNECTION } from '../../files/connections.ts'
import { all, type Condition, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse } from '../http/problem.ts'
import { standingIn, standings } from '../http/rights.ts'

export interface Connection {
  readonly id: string
  readonly place: FilePlace
  /** Absent for personal files. */
  readonly space?: Space
}

export type FileRight = 'read-files' | 'write-files'

/** Connections of all places that the caller may read, personal files first. */
export async function connectionsOf(deps: ApiDeps, caller: Caller): Promise<Connection[]> {
  const spaces = [...(await standings(deps, caller)).values()]
    .filter((standing) => mayUseSpace(caller.user, standing, 'read-files'))
    .map(({ space }) => connectionTo(caller, space))
  return [personalConnection(caller), ...spaces]
}

export function personalConnection(caller: Caller): Connection {
  const place = { ownerId: caller.user.id }
  return { id: connectionId(caller, place), place }
}

function connectionTo(caller: Caller, space: Space): Connection {
  const place = { spaceId: space.id }
  return { id: connectionId(caller, place), place, space }
}

/** The name that load scripts use in `lib://`: of another space than the app's own. */
export function connectionName({ space }: Connection): string {
  return space === undefined ? OWN_CONNECTION : `${space.name}:${OWN_CONNECTION}`
}

/** The place that a connectionId of a request names; absent or null means personal files. */
export async function placeFor(
  deps: ApiDeps,
  caller: Caller,
  id: string | null | undefined,
  right: FileRight,
  source: { readonly pointer?: string; readonly parameter?: string },
): Promise<FilePlace> {
  if (id === undefined || id === null) return { ownerId: caller.user.id }
  const found = (await connectionsOf(deps, caller)).find((connection) => connection.id === id)
  if (found === undefined) {
    throw refuse('dataFileConnectionNotFound', { detail: 'there is no connection with this id', ...source })
  }
  await requireRight(deps, caller, found.place, right)
  return found.place
}

/** @throws refusal DF-013 when the caller may see the space but not do this with its files */
async function requireRight(
  deps: ApiDeps,
  caller: Caller,
  place: FilePlace,
  right: FileRight,
): Promise<void> {
  if (await mayUsePlace(deps, caller, place, right)) return
  throw refuse('dataFileSpaceForbidden', { detail: `the ${right} right in the space is missing` })
}

export async function mayUsePlace(
  deps: ApiDeps,
  caller: Caller,
  place: FilePlace,
  right: FileRight,
): Promise<boolean> {
  if ('ownerId' in place) return place.ownerId === caller.user.id
  const standing = await standingIn(deps, caller, place.spaceId)
  return standing !== undefined && mayUseSpace(caller.user, standing, right)
}

/** The file of a path: 404 when the caller may not read its place, DF-013 when it may only read. */
export async function dataFileFor(
  deps: ApiDeps,
  caller: Caller,
  id: string,
  right: FileRight,
): Promise<DataFile> {
  const file = await deps.store.dataFile(caller.tenantId, id as DataFileId)
  if (file === undefined || !(await mayUsePlace(deps, caller, placeOf(file), 'read-files'))) {
    throw refuse('notFound', { detail: 'there is no data file with this id', parameter: 'id' })
  }
  await requireRight(deps, caller, placeOf(file), right)
  return file
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

/** A UUID (version 8, RFC 9562) made of the place. */
function connectionId({ tenantId }: Caller, place: FilePlace): string {
  const key = 'spaceId' in place ? `space ${place.spaceId}` : `user ${place.ownerId}`
  const hex = createHash('sha256').update(`${tenantId} ${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
