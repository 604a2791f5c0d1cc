/** Users, groups, spaces, keys, clients and tenants as commands mean them: by id, else by an exact name. */
import { ConfigError } from '../main/config.ts'
import type { Client } from './client.ts'
import { theOnly, unlessMissing } from './meant.ts'

export const PAGE_LIMIT = 100

/** A kind of thing: where it is listed, and by which fields one is meant. */
export interface Kind {
  /** Such as user. */
  readonly thing: string
  readonly path: string
  readonly id: string
  readonly names: readonly string[]
  /** What it is called where it is told of. */
  readonly title: string
}

export const KINDS = {
  user: {
    thing: 'user',
    path: '/api/v1/users',
    id: 'id',
    names: ['subject', 'email', 'name'],
    title: 'name',
  },
  group: { thing: 'group', path: '/api/v1/groups', id: 'id', names: ['name'], title: 'name' },
  space: { thing: 'space', path: '/api/v1/spaces', id: 'id', names: ['name'], title: 'name' },
  key: { thing: 'key', path: '/api/v1/api-keys', id: 'id', names: ['description'], title: 'description' },
  client: {
    thing: 'client',
    path: '/api/v1/oauth-clients',
    id: 'clientId',
    names: ['clientName'],
    title: 'clientName',
  },
} as const satisfies Readonly<Record<string, Kind>>

export type Row = Readonly<Record<string, unknown>>

export function rowsOf(client: Client, { path }: Kind): Promise<Row[]> {
  return client.rows<Row>(`${path}?limit=${PAGE_LIMIT}`)
}

const ID = /^[\w-]{20,64}$/

/** @throws ConfigError when there is none, or several of that name */
export async function meantOne(
  client: Client,
  kind: Kind,
  text: string,
): Promise<Row & { readonly id: string }> {
  const byId = ID.test(text)
    ? await unlessMissing(client.call<Row>('GET', `${kind.path}/${text}`), [404, 400])
    : undefined
  if (byId !== undefined) return withId(kind, byId)
  const rows = await rowsOf(client, kind)
  for (const name of kind.names) {
    const named = rows.filter((row) => row[name] === text && row.status !== 'deleted')
    const one = theOnly(
      named.map((row) => withId(kind, row)),
      `${kind.thing}s have the ${name} "${text}"`,
    )
    if (one !== undefined) return one
  }
  const looked = ['id', ...kind.names].join(', ')
  throw new ConfigError(
    `there is no ${kind.thing} with this ${looked}: "${text}"; see reprise ${kind.thing}s list`,
  )
}

export function withId(kind: Kind, row: Row): Row & { readonly id: string } {
  return { ...row, id: String(row[kind.id]) }
}
