/**
 * Items: the list of apps, with how the last reload of each ended (contract 05, section 7). Only apps are
 * items. An item's id is derived from its app's id, so it needs no record and never changes.
 */
import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { type App, type Caller, SPACE_TYPES } from '../../catalog/records.ts'
import { mayUseApp, type SpaceStanding } from '../../catalog/rights.ts'
import type { SpaceId } from '../../core/ids.ts'
import type { Reload } from '../../core/reload.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links, pageLinks, pageOfRows, pageParameters, readPage } from '../http/page.ts'
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
      const selected = selector(selection, spaces)
      const apps = (await readableApps(deps, caller, spaces)).filter(selected)
      const position = (app: App) => ({ value: sortValue(app, query.sort.field), id: itemIdOf(app) })
      const page = pageOfRows(apps, query, position)
      const link = (path: string) => absoluteLink(deps, request, path)
      const items = await Promise.all(page.rows.map((app) => itemOf(deps, caller, app, spaces, link)))
      return {
        data: items.map(({ actions, ...item }) => (noActions === true ? item : { ...item, actions })),
        links: pageLinks(deps, request, query, page, position),
      }
    },
  )
  server.get(
    '/api/v1/items/:itemId',
    {
      schema: {
        tags: TAGS,
        summary: 'Reads an item',
        params: Type.Object({ itemId: Type.String() }),
        response: { 200: ItemRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const spaces = await standings(deps, caller)
      const app = (await readableApps(deps, caller, spaces)).find(
        (row) => itemIdOf(row) === request.params.itemId,
      )
      if (app === undefined) {
        throw refuse('notFound', { detail: 'there is no item with this id', parameter: 'itemId' })
      }
      return itemOf(deps, caller, app, spaces, (path) => absoluteLink(deps, request, path))
    },
  )
}

type Spaces = ReadonlyMap<SpaceId, SpaceStanding>

async function readableApps(deps: ApiDeps, caller: Caller, spaces: Spaces): Promise<App[]> {
  const apps = await deps.store.apps(caller.tenantId)
  return apps.filter((app) => mayUseApp(caller.user, app, standingOf(app, spaces), 'read'))
}

/** @throws refusal 400 naming the parameter that does not fit the others */
function selector(asked: Static<typeof Selection>, spaces: Spaces): (app: App) => boolean {
  const { type, subTypes } = readResourceType(asked)
  const ids = asked.resourceIds?.split(',')
  if (asked.resourceId !== undefined && asked.resourceType === undefined) {
    throw wrong('resourceId', 'resourceId needs resourceType')
  }
  if (ids !== undefined && ids.length > 100) throw wrong('resourceIds', 'at most 100 resourceIds are taken')
  const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())
  return (app) =>
    (type === undefined || type === 'app') &&
    asked.collectionId === undefined &&
    (subTypes === undefined || subTypes.includes(subTypeOf(app))) &&
    (asked.resourceId === undefined || app.id === asked.resourceId) &&
    (ids === undefined || ids.includes(app.id)) &&
    (asked.id === undefined || itemIdOf(app) === asked.id) &&
    (asked.name === undefined || app.name.toLowerCase() === asked.name.toLowerCase()) &&
    (asked.query === undefined || includes(`${app.name}\n${app.description}`, asked.query)) &&
    (asked.spaceId === undefined || (app.spaceId ?? 'personal') === asked.spaceId) &&
    (asked.spaceType === undefined ||
      (standingOf(app, spaces)?.space.type ?? 'personal') === asked.spaceType) &&
    (asked.ownerId === undefined || app.ownerId === asked.ownerId) &&
    (asked.notOwnerId === undefined || app.ownerId !== asked.notOwnerId)
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
function subTypeOf(app: App): string {
  return app.usage === 'ANALYTICS' ? '' : app.usage.toLowerCase().replaceAll('_', '-')
}

/** 24 hex digits. */
export function itemIdOf(app: Pick<App, 'id'>): string {
  return createHash('sha256').update(`item ${app.id}`).digest('hex').slice(0, 24)
}

function standingOf(app: App, spaces: Spaces): SpaceStanding | undefined {
  return app.spaceId === undefined ? undefined : spaces.get(app.spaceId)
}

function updatedAt(app: App): number {
  return Math.max(app.modifiedAt, app.data?.engineTime ?? 0)
}

function sortValue(app: App, field: (typeof LIST.fields)[number]): string | number {
  switch (field) {
    case 'createdAt':
      return app.createdAt
    case 'name':
      return app.name
    case 'updatedAt':
      return updatedAt(app)
  }
}

async function itemOf(
  deps: ApiDeps,
  caller: Caller,
  app: App,
  spaces: Spaces,
  link: (path: string) => string,
): Promise<Static<typeof ItemRecord> & { readonly actions: string[] }> {
  const [last] = await endedReloads(deps, app, 1)
  const id = itemIdOf(app)
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
    ...(app.spaceId === undefined ? {} : { spaceId: app.spaceId }),
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
