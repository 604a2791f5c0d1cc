/** An app or an automation as an item (contract 05, section 7). */

import { type Static, Type } from 'typebox'
import type { Automation } from '../../core/automation/automation.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import type { SpaceId } from '../../core/ids.ts'
import { itemIdOf } from '../../core/item-id.ts'
import type { App } from '../../core/records.ts'
import { mayUseApp, type SpaceStanding } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import type { LastEnd } from '../../store/port/reloads.ts'
import { SelfLink } from '../http/page.ts'

/** What items are of. */
export const ITEM_TYPES = ['app', 'automation'] as const

export const ItemRecord = Type.Object(
  {
    id: Type.String({ description: 'Id of the item, not of its resource' }),
    name: Type.String(),
    description: Type.String(),
    resourceType: Type.Enum(ITEM_TYPES),
    resourceId: Type.String({ description: 'Id of the app or automation' }),
    resourceSubType: Type.String(),
    resourceAttributes: Type.Object({}, { additionalProperties: true }),
    resourceCustomAttributes: Type.Object({}),
    resourceCreatedAt: Type.String({ format: 'date-time' }),
    resourceUpdatedAt: Type.String({ format: 'date-time' }),
    resourceReloadStatus: Type.Optional(
      Type.String({ description: 'Outcome of the last reload in lower case; absent before the first' }),
    ),
    resourceReloadEndTime: Type.Optional(Type.String({ format: 'date-time' })),
    resourceSize: Type.Optional(
      Type.Object({ appFile: Type.Integer({ description: 'Bytes of the data file' }) }),
    ),
    spaceId: Type.Optional(Type.String()),
    ownerId: Type.String(),
    creatorId: Type.Optional(Type.String({ description: 'Of automations' })),
    updaterId: Type.Optional(Type.String({ description: 'Of automations' })),
    tenantId: Type.String(),
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
    actions: Type.Optional(Type.Array(Type.String())),
    collectionIds: Type.Array(Type.String()),
    isFavorited: Type.Boolean(),
    links: SelfLink,
    meta: Type.Object(
      {
        isFavorited: Type.Boolean(),
        actions: Type.Array(Type.String()),
        collections: Type.Array(Type.Object({}, { additionalProperties: true })),
        tags: Type.Array(Type.Object({}, { additionalProperties: true })),
      },
      { title: 'ItemMeta' },
    ),
  },
  { title: 'Item' },
)

export type Item = Static<typeof ItemRecord> & { readonly actions: string[] }

/** By the id of the space. */
export type Spaces = ReadonlyMap<SpaceId, SpaceStanding>

/** Makes an absolute link to a path of ours. */
type Link = (path: string) => string

export function appItem(
  { user }: Caller,
  app: App,
  last: LastEnd | undefined,
  spaces: Spaces,
  link: Link,
): Item {
  const standing = app.spaceId === undefined ? undefined : spaces.get(app.spaceId)
  const may = (right: Parameters<typeof mayUseApp>[3]) => mayUseApp(user, app, standing, right)
  const actions = [
    'read',
    ...(may('develop') ? ['update'] : []),
    ...(may('reload') ? ['reload'] : []),
    ...(may('remove') ? ['delete'] : []),
  ]
  return {
    ...shared(app, actions, link),
    resourceType: 'app',
    resourceSubType: subTypeOf(app),
    resourceAttributes: appAttributes(app),
    resourceUpdatedAt: timeText(updatedAt(app)),
    updatedAt: timeText(updatedAt(app)),
    ...lastReload(last),
    resourceSize: { appFile: app.data?.fileBytes ?? 0 },
  }
}

export function automationItem({ user }: Caller, automation: Automation, link: Link): Item {
  const isOwn = automation.ownerId === user.id
  const { id, name, description, ownerId, enabled, lastRun } = automation
  return {
    ...shared(automation, ['read', ...(isOwn ? ['update', 'run'] : []), 'delete'], link),
    resourceType: 'automation',
    resourceSubType: '',
    resourceAttributes: { id, name, description, ownerId, state: enabled ? 'available' : 'disabled' },
    ...(lastRun?.endedAt === undefined ? {} : { resourceReloadEndTime: timeText(lastRun.endedAt) }),
    creatorId: automation.createdBy,
    updaterId: automation.updatedBy,
    resourceUpdatedAt: timeText(automation.updatedAt),
    updatedAt: timeText(automation.updatedAt),
  }
}

/** Empty for analytics apps. */
export function subTypeOf(app: Pick<App, 'usage'>): string {
  return app.usage === 'ANALYTICS' ? '' : app.usage.toLowerCase().replaceAll('_', '-')
}

function shared(of: App | Automation, actions: string[], link: Link) {
  const id = itemIdOf(of.id)
  return {
    id,
    name: of.name,
    description: of.description,
    resourceId: of.id,
    resourceCustomAttributes: {},
    resourceCreatedAt: timeText(of.createdAt),
    ...defined({ spaceId: of.spaceId }),
    ownerId: of.ownerId,
    tenantId: of.tenantId,
    createdAt: timeText(of.createdAt),
    actions,
    collectionIds: [],
    isFavorited: false,
    links: { self: { href: link(`/api/v1/items/${id}`) } },
    meta: { isFavorited: false, actions, collections: [], tags: [] },
  }
}

function appAttributes(app: App): Readonly<Record<string, unknown>> {
  const { id, name, description, ownerId, usage, publication } = app
  return {
    id,
    name,
    description,
    ownerId,
    ...defined({ spaceId: app.spaceId, originAppId: publication?.originAppId }),
    usage,
    createdDate: timeText(app.createdAt),
    modifiedDate: timeText(app.modifiedAt),
    published: publication !== undefined,
    ...(publication === undefined ? {} : { publishTime: timeText(publication.publishedAt) }),
    ...(app.data === undefined ? {} : { lastReloadTime: timeText(app.data.engineTime) }),
  }
}

function updatedAt(app: App): number {
  return Math.max(app.modifiedAt, app.data?.engineTime ?? 0)
}

function lastReload(last: LastEnd | undefined): {
  readonly resourceReloadStatus?: string
  readonly resourceReloadEndTime?: string
} {
  if (last === undefined) return {}
  return { resourceReloadStatus: last.state.toLowerCase(), resourceReloadEndTime: timeText(last.endedAt) }
}
