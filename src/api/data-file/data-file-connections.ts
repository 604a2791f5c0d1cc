/**
 * DataFiles connections: the places of data files, by which uploads name a space (contract 05, section 3).
 */

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

const TAGS = ['data-files']

const ConnectionRecord = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    spaceId: Type.Optional(Type.String({ description: 'Absent for personal files' })),
    type: Type.String(),
    connectStatement: Type.String({ description: 'How load scripts of other spaces name it' }),
  },
  { title: 'DataFileConnection' },
)

const LIST = {
  fields: ['spaceId'],
  defaultSort: { field: 'spaceId', descending: false },
  defaultLimit: 20,
  maxLimit: 1000,
} as const

export function registerDataFileConnections(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/data-files/connections',
    {
      schema: {
        tags: TAGS,
        operationId: 'getDataFilesConnections',
        summary: 'Lists the places whose data files the caller may read',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.maxLimit })),
          page: Type.Optional(CursorPage),
          sort: Type.Optional(Type.String()),
          appId: Type.Optional(Type.String({ description: 'Only the place of this app' })),
          name: Type.Optional(Type.String()),
          personal: Type.Optional(Type.Boolean({ description: 'Only personal files' })),
          spaceId: Type.Optional(Type.String()),
        }),
        response: {
          200: pageSchema('DataFileConnections', ConnectionRecord),
          ...problems(400, 403, 404),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { appId, name, personal, spaceId } = request.query
      const selection = { appId, name, personal, spaceId }
      const query = readNamedPage(deps, request, request.query, LIST, selection, {
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
          (ofApp === undefined || samePlace(place, ofApp)),
      )
      const position = ({ space, id }: Connection) => ({ value: space?.id ?? null, id })
      const page = pageOfRows(rows, query, position)
      return {
        data: page.rows.map(connectionRecord),
        links: namedLinks(deps, request, query, page, position),
      }
    },
  )
  registerConnectionRead(server, deps)
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
