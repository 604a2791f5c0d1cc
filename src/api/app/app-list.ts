/**
 * Apps as a list of their own. Qlik has none: its list are the items. Public scripts ask for one all the same
 * (contract 07, row 11), so the same apps are answered here in the shape of an app.
 */
import { Type } from 'typebox'
import { readableApps } from '../../catalog/standing.ts'
import { all, contains, is } from '../../store/port/condition.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { Links, pageLinks, pageParameters, readPage } from '../http/page.ts'
import { problems } from '../http/problem.ts'
import { standings } from '../http/rights.ts'
import { NxApp, nxAppIn } from './nx-app.ts'

const LIST = {
  fields: ['createdAt', 'name', 'updatedAt'],
  defaultSort: { field: 'createdAt', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
} as const

export function registerAppList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/apps',
    {
      schema: {
        operationId: 'getApps',
        tags: ['apps'],
        summary: 'Lists the apps that the caller may read',
        description: 'Extension: Qlik lists apps as items only.',
        querystring: Type.Object({
          ...pageParameters(LIST),
          name: Type.Optional(Type.String({ description: 'The whole name, in any case' })),
          query: Type.Optional(Type.String({ description: 'Part of the name, in any case' })),
          spaceId: Type.Optional(Type.String({ description: 'Id of a space, or `personal`' })),
          ownerId: Type.Optional(Type.String()),
        }),
        response: { 200: Type.Object({ data: Type.Array(NxApp), links: Links }), ...problems(400) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { name, query: part, spaceId, ownerId } = request.query
      const query = readPage(deps, request, request.query, LIST, { name, part, spaceId, ownerId })
      const spaces = await standings(deps, caller)
      const listed = await deps.store.list('apps', {
        tenantId: caller.tenantId,
        where: all(
          readableApps(caller.user, spaces),
          name === undefined ? undefined : { kind: 'among', field: 'name', values: [name], anyCase: true },
          part === undefined ? undefined : contains('name', part),
          spaceId === undefined ? undefined : is('spaceId', spaceId === 'personal' ? null : spaceId),
          ownerId === undefined ? undefined : is('ownerId', ownerId),
        ),
        sort: query.sort,
        page: query.page,
      })
      return {
        data: listed.rows.map((app) => nxAppIn(app.spaceId && spaces.get(app.spaceId), caller, app)),
        links: pageLinks(deps, request, query, listed, (app) => positionOf('apps', app, query.sort.field)),
      }
    },
  )
}
