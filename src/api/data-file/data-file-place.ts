/**
 * Where data files lie, as the API names it: a connection per place, with an id that is derived from the
 * place and so needs no record, and the caller's rights there. Personal files are their owner's alone.
 */
import { createHash } from 'node:crypto'
import { type FileRight, refusePlace } from '../../catalog/file-place.ts'
import { type Refused, refused } from '../../catalog/refusal.ts'
import type { Caller } from '../../core/caller.ts'
import type { FilePlace, Space } from '../../core/records.ts'
import { mayUseSpace } from '../../core/rights.ts'
import { OWN_CONNECTION } from '../../files/connections.ts'
import type { ApiDeps } from '../http/deps.ts'
import { standings } from '../http/rights.ts'

export interface Connection {
  readonly id: string
  readonly place: FilePlace
  /** Absent for personal files. */
  readonly space?: Space
}

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

/** The place that a connectionId of a request names; undefined when none is sent, personal files for null. */
export async function placeNamed(
  deps: ApiDeps,
  caller: Caller,
  id: string | null | undefined,
  right: FileRight,
  where: { readonly pointer: string } | { readonly parameter: string },
): Promise<FilePlace | Refused | undefined> {
  if (id === undefined) return undefined
  if (id === null) return personalConnection(caller).place
  const found = (await connectionsOf(deps, caller)).find((connection) => connection.id === id)
  if (found === undefined) {
    return refused('dataFileConnectionNotFound', 'there is no connection with this id', where)
  }
  return (await refusePlace(deps.store, caller.user, found.place, right)) ?? found.place
}

/** A UUID (version 8, RFC 9562) made of the place. */
function connectionId({ tenantId }: Caller, place: FilePlace): string {
  const key = 'spaceId' in place ? `space ${place.spaceId}` : `user ${place.ownerId}`
  const hex = createHash('sha256').update(`${tenantId} ${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
