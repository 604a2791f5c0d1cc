/**
 * DataFiles connections: the places of data files, by which uploads name a space (contract 05, section 3).
 */

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { samePlace } from '../../catalog/file-place.ts'
import { defined } from '../../core/defined.ts'
import { OWN_CONNECTION } from '../../files/connections.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { CursorPage, namedLinks, readNamedPage } from '../http/named-page.ts'
import { pageOfRows, pageSchema } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'
import { type Connection, connectionName, connectionsOf } from './data-file-place.ts'
import { FolderStats, statsBelow } from './data-file-record.ts'

const TAGS = ['data-files']

const ConnectionRecord = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    spaceId: Type.Optional(Type.String({ description: 'Absent for personal files' })),
    type: Type.String(),
    connectStatement: Type.String({ description: 'How load scripts of other spaces name it' }),
    spaceStats: Type.Optional(FolderStats),
  },
  { title: 'DataFileConnection' },
)

const LIST = {
  fields: ['spaceId'],
  defaultSort: { field: 'spaceId', descending: false },
  defaultLimit: 20,
  maxLimit: 1000,
} as const

const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.maxLimit })),
  page: Type.Optional(CursorPage),
  sort: Type.Optional(Type.String({ maxLength: 32 })),
  appId: Type.Optional(Type.String({ maxLength: 64, description: 'Only the place of this app' })),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  personal: Type.Optional(Type.Boolean({ description: 'Only personal files' })),
  spaceId: Type.Optional(Type.String({ maxLength: 64 })),
  includeSpaceStats: Type.Optional(Type.Boolean({ description: 'Counts what each place holds' })),
})

const ConnectionList = pageSchema('DataFileConnections', ConnectionRecord)

const MOUNTS = [
  { prefix: '/api/v1/data-files/connections', operationId: 'getDataFilesConnections' },
  { prefix: '/api/core/data-files/connections', operationId: 'getCoreDataFilesConnections' },
] as const

export function registerDataFileConnections(server: ApiServer, deps: ApiDeps): void {
  for (const { prefix, operationId } of MOUNTS) {
    server.get(
      prefix,
      {
        schema: {
          tags: TAGS,
          operationId,
          summary: 'Lists the places whose data files the caller may read',
          querystring: ListQuery,
          response: { 200: ConnectionList, ...problems(400, 403, 404) },
        },
      },
      async (request) => listed(deps, request, request.query),
    )
  }
  server.post(
    '/api/core/data-files/connections/actions/filter',
    {
      schema: {
        tags: TAGS,
        operationId: 'filterDataFilesConnections',
        summary: 'Lists the places of some spaces whose data files the caller may read',
        querystring: Type.Object({
          limit: ListQuery.properties.limit,
          page: ListQuery.properties.page,
          sort: ListQuery.properties.sort,
        }),
        body: Type.Object({
          spaceIds: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 }),
          name: ListQuery.properties.name,
          includeSpaceStats: ListQuery.properties.includeSpaceStats,
        }),
        response: { 200: ConnectionList, ...problems(400, 403) },
      },
    },
    async (request) => listed(deps, request, { ...request.query, ...request.body }),
  )
  registerConnectionRead(server, deps)
}

type Asked = Static<typeof ListQuery> & { readonly spaceIds?: readonly string[] }

async function listed(
  deps: ApiDeps,
  request: FastifyRequest,
  asked: Asked,
): Promise<Static<typeof ConnectionList>> {
  const caller = callerOf(request)
  const { appId, name, personal, spaceId, spaceIds, includeSpaceStats } = asked
  const selection = { appId, name, personal, spaceId, spaceIds }
  const query = readNamedPage(deps, request, asked, LIST, selection, {
    next: 'page',
    prev: 'page',
    badCursor: 'dataFileCursor',
    badSort: 'dataFileSort',
  })
  const all = await connectionsOf(deps, caller)
  if (spaceId !== undefined && !all.some(({ space }) => space?.id === spaceId)) {
    throw refuse('dataFileSpaceNotFound', {
      detail: 'there is no space with this id whose files you may read',
      parameter: 'spaceId',
    })
  }
  const app = appId === undefined ? undefined : await appFor(deps, caller, appId, 'read')
  const ofApp =
    app === undefined
      ? undefined
      : app.spaceId === undefined
        ? { ownerId: app.ownerId }
        : { spaceId: app.spaceId }
  const rows = all.filter(
    ({ place, space }) =>
      (name === undefined || name === OWN_CONNECTION) &&
      (personal !== true || space === undefined) &&
      (spaceId === undefined || space?.id === spaceId) &&
      (spaceIds === undefined || (space !== undefined && spaceIds.includes(space.id))) &&
      (ofApp === undefined || samePlace(place, ofApp)),
  )
  const position = ({ space, id }: Connection) => ({ value: space?.id ?? null, id })
  const page = pageOfRows(rows, query, position)
  const show = async (connection: Connection) => ({
    ...connectionRecord(connection),
    ...(includeSpaceStats === true
      ? { spaceStats: await statsBelow(deps, caller.tenantId, connection.place, '') }
      : {}),
  })
  return {
    data: await Promise.all(page.rows.map(show)),
    links: namedLinks(deps, request, query, page, position),
  }
}

function registerConnectionRead(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/data-files/connections/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'getDataFileConnection',
        summary: 'Reads a connection',
        params: Type.Object({ id: Type.String() }),
        response: { 200: ConnectionRecord, ...problems(404) },
      },
    },
    async (request) => {
      const all = await connectionsOf(deps, callerOf(request))
      const found = all.find(({ id }) => id === request.params.id)
      if (found !== undefined) return connectionRecord(found)
      throw refuse('dataFileConnectionNotFound', {
        detail: 'there is no connection with this id',
        parameter: 'id',
      })
    },
  )
}

function connectionRecord(connection: Connection): Static<typeof ConnectionRecord> {
  return {
    id: connection.id,
    name: OWN_CONNECTION,
    ...defined({ spaceId: connection.space?.id }),
    type: 'data-files',
    connectStatement: `lib://${connectionName(connection)}`,
  }
}
