/**
 * Items: the list of apps, with how the last reload of each ended (contract 05, section 7). Only apps are
 * items. An item's id is derived from its app's id, so it needs no record and never changes.
 */

import { type Static, Type } from 'typebox'
import { readableApps } from '../../catalog/standing.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import type { SpaceId } from '../../core/ids.ts'
import { itemIdOf } from '../../core/item-id.ts'
import { APP_USAGES, type App, SPACE_TYPES } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { mayUseApp, type SpaceStanding } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import { all, any, type Condition, contains, is, NONE, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { everyRow, firstOf, positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links, pageLinks, pageParameters, readPage } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { standings } from '../http/rights.ts'
import { endedReloads } from '../reload/reload-logs.ts'

const TAGS = ['items']

const ItemRecord = Type.Object({
  id: Type.String({ description: 'Id of the item, not of the app' }),
  name: Type.String(),
  description: Type.String(),
  resourceType: Type.Literal('app'),
  resourceId: Type.String({ description: 'Id of the app' }),
  resourceSubType: Type.String(),
  resourceAttributes: Type.Object({}, { additionalProperties: true }),
  resourceCustomAttributes: Type.Object({}),
  resourceCreatedAt: Type.String({ format: 'date-time' }),
  resourceUpdatedAt: Type.String({ format: 'date-time' }),
  resourceReloadStatus: Type.Optional(
    Type.String({ description: 'Outcome of the last reload in lower case; absent before the first' }),
  ),
  resourceReloadEndTime: Type.Optional(Type.String({ format: 'date-time' })),
  resourceSize: Type.Object({ appFile: Type.Integer({ description: 'Bytes of the data file' }) }),
  spaceId: Type.Optional(Type.String()),
  ownerId: Type.String(),
  tenantId: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
  actions: Type.Optional(Type.Array(Type.String())),
  collectionIds: Type.Array(Type.String()),
  isFavorited: Type.Boolean(),
  links: Type.Object({ self: Type.Object({ href: Type.String({ format: 'uri' }) }) }),
  meta: Type.Object({ isFavorited: Type.Boolean() }),
})

const LIST = {
  fields: ['createdAt', 'name', 'updatedAt'],
  defaultSort: { field: 'createdAt', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
} as const

const SELECTION = {
  resourceType: Type.Optional(
    Type.String({ description: '`app`, also with subtypes in brackets: `app[subtype,]`' }),
  ),
  resourceSubType: Type.Optional(Type.String()),
  resourceId: Type.Optional(Type.String({ description: 'Needs resourceType' })),
  resourceIds: Type.Optional(Type.String({ description: 'Comma list of at most 100 app ids' })),
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: 'The whole name, in any case' })),
  query: Type.Optional(Type.String({ description: 'Part of name or description, in any case' })),
  spaceId: Type.Optional(Type.String({ description: 'Id of a space, or `personal`' })),
  spaceType: Type.Optional(Type.Enum([...SPACE_TYPES, 'personal'] as const)),
  ownerId: Type.Optional(Type.String()),
  notOwnerId: Type.Optional(Type.String()),
  collectionId: Type.Optional(Type.String({ description: 'There are no collections: selects nothing' })),
}
/** Who made an app is not kept: a list that ignored these would show what was not asked for. */
const NOT_KEPT = ['createdByUserId', 'notCreatedByUserId'] as const
const Selection = Type.Object(SELECTION)

export function registerItems(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/items',
    {
      schema: {
        tags: TAGS,
        operationId: 'getItems',
        summary: 'Lists the apps that the caller may read, as items',
        querystring: Type.Object({
          ...pageParameters(LIST),
          ...SELECTION,
          noActions: Type.Optional(Type.Boolean({ description: 'true leaves out `actions`' })),
        }),
        response: { 200: Type.Object({ data: Type.Array(ItemRecord), links: Links }), ...problems(400) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { limit: _limit, next: _next, prev: _prev, sort: _sort, noActions, ...selection } = request.query
      const unkept = NOT_KEPT.find((name) => Object.hasOwn(selection, name))
      if (unkept !== undefined) throw wrong(unkept, `${unkept} cannot be selected: use ownerId or notOwnerId`)
      const query = readPage(deps, request, request.query, LIST, selection)
      const spaces = await standings(deps, caller)
      const listed = await deps.store.list('apps', {
        tenantId: caller.tenantId,
        where: all(readableApps(caller.user, spaces), await selected(deps, caller, selection)),
        sort: query.sort,
        page: query.page,
      })
      const link = (path: string) => absoluteLink(deps, request, path)
      const items = await Promise.all(listed.rows.map((app) => itemOf(deps, caller, app, spaces, link)))
      return {
        data: items.map(({ actions, ...item }) => (noActions === true ? item : { ...item, actions })),
        links: pageLinks(deps, request, query, listed, (app) => positionOf('apps', app, query.sort.field)),
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
        params: Type.Object({ itemId: Type.String() }),
        response: { 200: ItemRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const spaces = await standings(deps, caller)
      const where = all(readableApps(caller.user, spaces), is('itemId', request.params.itemId))
      const app = await firstOf(deps.store, 'apps', { tenantId: caller.tenantId, where })
      if (app === undefined) {
        throw refuse('notFound', { detail: 'there is no item with this id', parameter: 'itemId' })
      }
      return itemOf(deps, caller, app, spaces, (path) => absoluteLink(deps, request, path))
    },
  )
}

type Spaces = ReadonlyMap<SpaceId, SpaceStanding>

/** @throws refusal 400 naming the parameter that does not fit the others */
async function selected(
  deps: ApiDeps,
  caller: Caller,
  asked: Static<typeof Selection>,
): Promise<Condition<FieldOf<'apps'>>> {
  const { type, subTypes } = readResourceType(asked)
  const ids = asked.resourceIds?.split(',')
  if (asked.resourceId !== undefined && asked.resourceType === undefined) {
    throw wrong('resourceId', 'resourceId needs resourceType')
  }
  if (ids !== undefined && ids.length > 100) throw wrong('resourceIds', 'at most 100 resourceIds are taken')
  const { resourceId, id, name, query, spaceId, spaceType, ownerId, notOwnerId } = asked
  const usages = APP_USAGES.filter((usage) => subTypes?.includes(subTypeOf({ usage })))
  return all(
    (type !== undefined && type !== 'app') || asked.collectionId !== undefined ? NONE : undefined,
    subTypes && is('usage', ...usages),
    resourceId === undefined ? undefined : is('id', resourceId),
    ids && is('id', ...ids),
    id === undefined ? undefined : is('itemId', id),
    name === undefined ? undefined : { kind: 'among', field: 'name', values: [name], anyCase: true },
    query === undefined ? undefined : any(contains('name', query), contains('description', query)),
    spaceId === undefined ? undefined : is('spaceId', spaceId === 'personal' ? null : spaceId),
    spaceType === undefined ? undefined : is('spaceId', ...(await spacesOf(deps, caller, spaceType))),
    ownerId === undefined ? undefined : is('ownerId', ownerId),
    notOwnerId === undefined ? undefined : not(is('ownerId', notOwnerId)),
  )
}

/** Ids of the spaces of a type; null stands for that of personal apps. */
async function spacesOf(
  deps: ApiDeps,
  { tenantId }: Caller,
  type: (typeof SPACE_TYPES)[number] | 'personal',
): Promise<readonly (SpaceId | null)[]> {
  if (type === 'personal') return [null]
  const where = is<FieldOf<'spaces'>>('type', type)
  return (await everyRow(deps.store, 'spaces', { tenantId, where })).map((space) => space.id)
}

function readResourceType({ resourceType, resourceSubType }: Static<typeof Selection>): {
  readonly type?: string
  readonly subTypes?: readonly string[]
} {
  if (resourceType === undefined) return resourceSubType === undefined ? {} : { subTypes: [resourceSubType] }
  const bracketed = /^([^[\]]+)\[([^[\]]*)\]$/.exec(resourceType)
  if (bracketed === null) {
    return { type: resourceType, ...(resourceSubType === undefined ? {} : { subTypes: [resourceSubType] }) }
  }
  if (resourceSubType !== undefined) {
    throw wrong('resourceSubType', 'resourceSubType and subtypes in resourceType exclude each other')
  }
  return { type: bracketed[1]!, subTypes: bracketed[2]!.split(',') }
}

function wrong(parameter: string, detail: string): Error {
  return refuse('badRequest', { detail, parameter })
}

/** Empty for analytics apps. */
function subTypeOf(app: Pick<App, 'usage'>): string {
  return app.usage === 'ANALYTICS' ? '' : app.usage.toLowerCase().replaceAll('_', '-')
}

function standingOf(app: App, spaces: Spaces): SpaceStanding | undefined {
  return app.spaceId === undefined ? undefined : spaces.get(app.spaceId)
}

function updatedAt(app: App): number {
  return Math.max(app.modifiedAt, app.data?.engineTime ?? 0)
}

async function itemOf(
  deps: ApiDeps,
  caller: Caller,
  app: App,
  spaces: Spaces,
  link: (path: string) => string,
): Promise<Static<typeof ItemRecord> & { readonly actions: string[] }> {
  const [last] = await endedReloads(deps, app, 1)
  const id = itemIdOf(app.id)
  const may = (right: Parameters<typeof mayUseApp>[3]) =>
    mayUseApp(caller.user, app, standingOf(app, spaces), right)
  return {
    id,
    name: app.name,
    description: app.description,
    resourceType: 'app',
    resourceId: app.id,
    resourceSubType: subTypeOf(app),
    resourceAttributes: {
      id: app.id,
      name: app.name,
      description: app.description,
      ownerId: app.ownerId,
      usage: app.usage,
      createdDate: timeText(app.createdAt),
      modifiedDate: timeText(app.modifiedAt),
      ...(app.data === undefined ? {} : { lastReloadTime: timeText(app.data.engineTime) }),
    },
    resourceCustomAttributes: {},
    resourceCreatedAt: timeText(app.createdAt),
    resourceUpdatedAt: timeText(updatedAt(app)),
    ...lastReload(last),
    resourceSize: { appFile: app.data?.fileBytes ?? 0 },
    ...defined({ spaceId: app.spaceId }),
    ownerId: app.ownerId,
    tenantId: app.tenantId,
    createdAt: timeText(app.createdAt),
    updatedAt: timeText(updatedAt(app)),
    actions: [
      'read',
      ...(may('develop') ? ['update'] : []),
      ...(may('reload') ? ['reload'] : []),
      ...(may('remove') ? ['delete'] : []),
    ],
    collectionIds: [],
    isFavorited: false,
    links: { self: { href: link(`/api/v1/items/${id}`) } },
    meta: { isFavorited: false },
  }
}

function lastReload(last: Reload | undefined): {
  readonly resourceReloadStatus?: string
  readonly resourceReloadEndTime?: string
} {
  if (last?.endedAt === undefined) return {}
  return { resourceReloadStatus: last.state.toLowerCase(), resourceReloadEndTime: timeText(last.endedAt) }
}
