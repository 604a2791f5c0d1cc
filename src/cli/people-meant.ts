/** Users, groups, spaces, keys, clients and tenants as commands mean them: by id, else by an exact name. */
import { ConfigError } from '../main/config.ts'
import { ApiError, type Client } from './client.ts'

export const PAGE_LIMIT = 100

/** A kind of thing: where it is listed, and by which fields one is meant. */
export interface Kind {
  /** Such as user. */
  readonly thing: string
  readonly path: string
  readonly id: string
  readonly names: readonly string[]
}

export const KINDS = {
  user: { thing: 'user', path: '/api/v1/users', id: 'id', names: ['subject', 'email', 'name'] },
  group: { thing: 'group', path: '/api/v1/groups', id: 'id', names: ['name'] },
  space: { thing: 'space', path: '/api/v1/spaces', id: 'id', names: ['name'] },
  key: { thing: 'key', path: '/api/v1/api-keys', id: 'id', names: ['description'] },
  client: { thing: 'client', path: '/api/v1/oauth-clients', id: 'clientId', names: ['clientName'] },
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
    ? await unlessMissing(client.call<Row>('GET', `${kind.path}/${text}`))
    : undefined
  if (byId !== undefined) return withId(kind, byId)
  const rows = await rowsOf(client, kind)
  for (const name of kind.names) {
    const [one, ...more] = rows.filter((row) => row[name] === text && row.status !== 'deleted')
    if (one === undefined) continue
    if (more.length === 0) return withId(kind, one)
    const ids = [one, ...more].map((row) => String(row[kind.id]))
    throw new ConfigError(
      `${ids.length} ${kind.thing}s have the ${name} "${text}": give one of their ids, ${ids.join(', ')}`,
    )
  }
  const looked = ['id', ...kind.names].join(', ')
  throw new ConfigError(
    `there is no ${kind.thing} with this ${looked}: "${text}"; see reprise ${kind.thing}s list`,
  )
}

export function withId(kind: Kind, row: Row): Row & { readonly id: string } {
  return { ...row, id: String(row[kind.id]) }
}

async function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return undefined
    throw error
  }
}
