/**
 * Items: the list of apps and automations, with how the last reload of each app ended (contract 05, section
 * 7). An item's id is derived from the id of its resource, so it needs no record and never changes.
 */
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Automation } from '../../core/automation/automation.ts'
import type { Caller } from '../../core/caller.ts'
import type { App } from '../../core/records.ts'
import type { Condition } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { firstOf, type Listed, type PagePosition, positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import {
  absoluteLink,
  mergedPage,
  type PageQuery,
  pageLinks,
  pageParameters,
  pageSchema,
  readPage,
} from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { standings } from '../http/rights.ts'
import { appItem, automationItem, type Item, ItemRecord, type Spaces } from './item-record.ts'
import { ITEM_SELECTION, type SelectedItems, selectedItems } from './item-selection.ts'

const TAGS = ['items']

export const ITEM_LIST = {
  fields: ['createdAt', 'name', 'updatedAt'],
  defaultSort: { field: 'createdAt', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
} as const

export const ItemPath = Type.Object({ itemId: Type.String({ maxLength: 64 }) })

export function registerItems(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/items',
    {
      schema: {
        tags: TAGS,
        operationId: 'getItems',
        summary: 'Lists the apps that the caller may read and its automations, as items',
        querystring: Type.Object({
          ...pageParameters(ITEM_LIST),
          ...ITEM_SELECTION,
          noActions: Type.Optional(Type.Boolean({ description: 'true leaves out `actions`' })),
        }),
        response: { 200: pageSchema('Items', ItemRecord), ...problems(400) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { limit: _limit, next: _next, prev: _prev, sort: _sort, noActions, ...selection } = request.query
      const query = readPage(deps, request, request.query, ITEM_LIST, selection)
      const spaces = await standings(deps, caller)
      const where = await selectedItems(deps, caller, spaces, selection)
      const listed = await listItems(deps, caller, where, query)
      const resources = listed.rows.map(({ resource }) => resource)
      const items = await shownItems(deps, request, spaces, resources)
      return {
        data: noActions === true ? items.map(withoutActions) : items,
        links: pageLinks(deps, request, query, listed, ({ position }) => position),
      }
    },
  )
  server.get(
    '/api/v1/items/:itemId',
    {
      schema: {
        tags: TAGS,
        operationId: 'getItem',
        summary: 'Reads an item',
        params: ItemPath,
        response: { 200: ItemRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const spaces = await standings(deps, caller)
      const resource = await findItem(deps, caller, spaces, request.params.itemId)
      return shownItem(deps, request, spaces, resource)
    },
  )
}

/** What an item is of. */
export type ItemResource =
  | { readonly kind: 'app'; readonly app: App }
  | { readonly kind: 'automation'; readonly automation: Automation }

/** @throws refusal 404 for what the caller may not see, too */
export async function findItem(
  deps: ApiDeps,
  caller: Caller,
  spaces: Spaces,
  id: string,
): Promise<ItemResource> {
  const { tenantId } = caller
  const where = await selectedItems(deps, caller, spaces, { id })
  const app = await firstOf(deps.store, 'apps', { tenantId, where: where.apps! })
  if (app !== undefined) return { kind: 'app', app }
  const automation = await firstOf(deps.store, 'automations', { tenantId, where: where.automations! })
  if (automation !== undefined) return { kind: 'automation', automation }
  throw refuse('notFound', { detail: 'there is no item with this id', parameter: 'itemId' })
}

/** Items as the caller of the request sees them. */
export async function shownItems(
  deps: ApiDeps,
  request: FastifyRequest,
  spaces: Spaces,
  resources: readonly ItemResource[],
): Promise<Item[]> {
  const caller = callerOf(request)
  const link = (path: string) => absoluteLink(deps, request, path)
  const appIds = resources.flatMap((resource) => (resource.kind === 'app' ? [resource.app.id] : []))
  const ends = await deps.store.lastEnds(caller.tenantId, appIds)
  const lastOf = new Map(ends.map((end) => [end.appId, end]))
  return resources.map((resource) =>
    resource.kind === 'app'
      ? appItem(caller, resource.app, lastOf.get(resource.app.id), spaces, link)
      : automationItem(caller, resource.automation, link),
  )
}

export async function shownItem(
  deps: ApiDeps,
  request: FastifyRequest,
  spaces: Spaces,
  resource: ItemResource,
): Promise<Item> {
  const [item] = await shownItems(deps, request, spaces, [resource])
  return item!
}

function withoutActions({ actions: _left, meta, ...item }: Item) {
  return { ...item, meta: { ...meta, actions: [] } }
}

interface PlacedItem {
  readonly position: PagePosition
  readonly resource: ItemResource
}

async function listItems(
  deps: ApiDeps,
  caller: Caller,
  { apps, automations }: SelectedItems,
  query: ItemQuery,
): Promise<Listed<PlacedItem>> {
  const lists = [
    ...(apps === undefined ? [] : [await appPage(deps, caller, apps, query)]),
    ...(automations === undefined ? [] : [await automationPage(deps, caller, automations, query)]),
  ]
  return mergedPage(lists, query, ({ position }) => position)
}

type ItemQuery = PageQuery<(typeof ITEM_LIST.fields)[number]>

async function appPage(
  { store }: ApiDeps,
  { tenantId }: Caller,
  where: Condition<FieldOf<'apps'>>,
  { sort, page }: ItemQuery,
): Promise<Listed<PlacedItem>> {
  const listed = await store.list('apps', { tenantId, where, sort, page })
  const rows = listed.rows.map((app) => ({
    position: positionOf('apps', app, sort.field),
    resource: { kind: 'app' as const, app },
  }))
  return { ...listed, rows }
}

async function automationPage(
  { store }: ApiDeps,
  { tenantId }: Caller,
  where: Condition<FieldOf<'automations'>>,
  { sort, page }: ItemQuery,
): Promise<Listed<PlacedItem>> {
  const listed = await store.list('automations', { tenantId, where, sort, page })
  const rows = listed.rows.map((automation) => ({
    position: positionOf('automations', automation, sort.field),
    resource: { kind: 'automation' as const, automation },
  }))
  return { ...listed, rows }
}
