/**
 * What is done with items beside listing them (contract 05, section 7): they are renamed and deleted with
 * their resource. There are no collections and no usage metrics here.
 */
import { Type } from 'typebox'
import { removeAutomation, replaceAutomation } from '../../automation/automation.ts'
import { describeApp } from '../../catalog/app.ts'
import { defined } from '../../core/defined.ts'
import { deleteApp } from '../../intake/cancel.ts'
import { tokenHash } from '../../sign-in/token-hash.ts'
import { all, is } from '../../store/port/condition.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links, pageLinks, pageParameters, pageSchema, readPage } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { appFor, standings } from '../http/rights.ts'
import { ItemRecord } from './item-record.ts'
import { selectedItems } from './item-selection.ts'
import { findItem, ITEM_LIST, ItemPath, type ItemResource, shownItem, shownItems } from './items.ts'
import { AppDescription, AppName } from './nx-app.ts'

const TAGS = ['items']

const ItemChange = Type.Object({
  name: Type.Optional(AppName),
  description: Type.Optional(AppDescription),
  resourceType: Type.Optional(Type.String({ maxLength: 64, description: 'Must be that of the item' })),
  resourceId: Type.Optional(Type.String({ maxLength: 64, description: 'Must be that of the item' })),
  spaceId: Type.Optional(
    Type.String({ maxLength: 64, description: 'Must be that of the item: the resource itself is moved' }),
  ),
})

export function registerItemChanges(server: ApiServer, deps: ApiDeps): void {
  server.put(
    '/api/v1/items/:itemId',
    {
      schema: {
        tags: TAGS,
        operationId: 'updateItem',
        summary: 'Renames or describes what the item is of',
        params: ItemPath,
        body: ItemChange,
        response: { 200: ItemRecord, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const spaces = await standings(deps, caller)
      const found = await findItem(deps, caller, spaces, request.params.itemId)
      assertSame(found, request.body)
      const { name, description } = request.body
      const change = defined({ name, description })
      const show = (resource: ItemResource) => shownItem(deps, request, spaces, resource)
      if (found.kind === 'app') {
        const app = done(await describeApp(deps, caller, found.app.id, change))
        return show({ kind: 'app', app })
      }
      const uses = { ...deps, hashOf: tokenHash }
      const { automation } = done(await replaceAutomation(uses, caller, found.automation.id, change))
      return show({ kind: 'automation', automation })
    },
  )
  server.delete(
    '/api/v1/items/:itemId',
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteItem',
        summary: 'Deletes what the item is of: an app with its data, or an automation',
        params: ItemPath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const found = await findItem(deps, caller, await standings(deps, caller), request.params.itemId)
      if (found.kind === 'app') {
        const app = await appFor(deps, caller, found.app.id, 'remove')
        await deleteApp({ ...deps, ...deps.settleRules, log: deps.world.log }, caller.tenantId, app.id)
      } else {
        done(await removeAutomation(deps, caller, found.automation.id))
      }
      return reply.code(204).send(null)
    },
  )
  registerSettings(server)
  registerRelated(server, deps)
}

function registerSettings(server: ApiServer): void {
  server.get(
    '/api/v1/items/settings',
    {
      schema: {
        tags: TAGS,
        operationId: 'getItemsSettings',
        summary: 'Tells that the use of items is not measured',
        response: { 200: Type.Object({ usageMetricsEnabled: Type.Boolean() }), ...problems(500) },
      },
    },
    async () => ({ usageMetricsEnabled: false }),
  )
}

function registerRelated(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/items/:itemId/collections',
    {
      schema: {
        tags: TAGS,
        operationId: 'getItemCollections',
        summary: 'Lists the collections of an item: there are none',
        params: ItemPath,
        response: {
          200: Type.Object({ data: Type.Array(Type.Object({})), links: Links }),
          ...problems(404),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      await findItem(deps, caller, await standings(deps, caller), request.params.itemId)
      return { data: [], links: { self: { href: absoluteLink(deps, request, request.url) } } }
    },
  )
  server.get(
    '/api/v1/items/:itemId/publisheditems',
    {
      schema: {
        tags: TAGS,
        operationId: 'getPublishedItems',
        summary: 'Lists the apps that were published from the app of an item',
        params: ItemPath,
        querystring: Type.Object(pageParameters(ITEM_LIST)),
        response: {
          200: pageSchema('Items', ItemRecord),
          ...problems(400, 404),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { tenantId } = caller
      const { itemId } = request.params
      const spaces = await standings(deps, caller)
      const found = await findItem(deps, caller, spaces, itemId)
      const query = readPage(deps, request, request.query, ITEM_LIST, { itemId })
      const { apps } = await selectedItems(deps, caller, spaces, {})
      const origin = found.kind === 'app' ? found.app.id : found.automation.id
      const where = all(apps, is('originAppId', origin))
      const listed = await deps.store.list('apps', { tenantId, where, sort: query.sort, page: query.page })
      const resources = listed.rows.map((app) => ({ kind: 'app' as const, app }))
      return {
        data: await shownItems(deps, request, spaces, resources),
        links: pageLinks(deps, request, query, listed, (app) => positionOf('apps', app, query.sort.field)),
      }
    },
  )
}

/** Clients send back whole items: what they cannot change by it must be as it is. */
function assertSame(found: ItemResource, sent: Readonly<Record<string, unknown>>): void {
  const { id: resourceId, spaceId } = found.kind === 'app' ? found.app : found.automation
  const own = { resourceType: found.kind, resourceId, spaceId }
  for (const [name, value] of Object.entries(own)) {
    if (sent[name] !== undefined && sent[name] !== value) {
      throw refuse('badRequest', { detail: `${name} is not changed by the item`, pointer: `/${name}` })
    }
  }
}
