/** Which items a list shows: the parameters of a request as conditions on apps and on automations. */
import { type Static, Type } from 'typebox'
import { readableApps } from '../../catalog/standing.ts'
import type { Caller } from '../../core/caller.ts'
import type { SpaceId } from '../../core/ids.ts'
import { APP_USAGES, SPACE_TYPES } from '../../core/records.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { all, any, type Condition, contains, is, NONE, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { everyRow } from '../../store/port/lists.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse } from '../http/problem.ts'
import { type Spaces, subTypeOf } from './item-record.ts'

const IDS_MAX = 100
const Id = Type.Optional(Type.String({ maxLength: 64 }))

export const ITEM_SELECTION = {
  resourceType: Type.Optional(
    Type.String({
      maxLength: 256,
      description: 'Comma list of types, `app` also with subtypes in brackets: `app[subtype,],automation`',
    }),
  ),
  resourceSubType: Type.Optional(Type.String({ maxLength: 64 })),
  resourceId: Type.Optional(Type.String({ maxLength: 64, description: 'Needs resourceType' })),
  resourceIds: Type.Optional(
    Type.String({ maxLength: 8192, description: `Comma list of at most ${IDS_MAX} ids of resources` }),
  ),
  id: Id,
  name: Type.Optional(Type.String({ maxLength: 256, description: 'The whole name, in any case' })),
  query: Type.Optional(
    Type.String({ maxLength: 256, description: 'Part of name or description, in any case' }),
  ),
  spaceId: Type.Optional(Type.String({ maxLength: 64, description: 'Id of a space, or `personal`' })),
  spaceType: Type.Optional(Type.Enum([...SPACE_TYPES, 'personal'] as const)),
  ownerId: Id,
  notOwnerId: Id,
  collectionId: Type.Optional(
    Type.String({ maxLength: 64, description: 'There are no collections: selects nothing' }),
  ),
}

const Selection = Type.Object(ITEM_SELECTION)
export type ItemSelection = Static<typeof Selection>

/**
 * What is not kept, such as who made an app: a list that ignored these would show what was not asked for.
 */
const NOT_KEPT = {
  createdByUserId: 'use ownerId',
  notCreatedByUserId: 'use notOwnerId',
  resourceLink: 'there are no links to other places',
  shared: 'use spaceType',
} as const

export interface SelectedItems {
  /** Undefined: none of them. */
  readonly apps: Condition<FieldOf<'apps'>> | undefined
  readonly automations: Condition<FieldOf<'automations'>> | undefined
}

/** @throws refusal 400 naming the parameter that does not fit the others */
export async function selectedItems(
  deps: ApiDeps,
  caller: Caller,
  spaces: Spaces,
  asked: ItemSelection,
): Promise<SelectedItems> {
  for (const [name, instead] of Object.entries(NOT_KEPT)) {
    if (Object.hasOwn(asked, name)) throw wrong(name, `${name} cannot be selected: ${instead}`)
  }
  const types = readTypes(asked)
  if (asked.resourceId !== undefined && asked.resourceType === undefined) {
    throw wrong('resourceId', 'resourceId needs resourceType')
  }
  const common = await commonCondition(deps, caller, asked)
  const app = types.get('app')
  const automation = types.get('automation')
  const usages = APP_USAGES.filter((usage) => app?.subTypes?.includes(subTypeOf({ usage })))
  const { user } = caller
  return {
    apps: app && all(readableApps(user, spaces), common, app.subTypes && is('usage', ...usages)),
    automations:
      automation &&
      all<FieldOf<'automations'>>(
        isTenantAdmin(user) ? undefined : is('ownerId', user.id),
        common,
        automation.subTypes?.includes('') === false ? NONE : undefined,
      ),
  }
}

/** Fields that both have. */
type Common = 'id' | 'itemId' | 'name' | 'description' | 'spaceId' | 'ownerId'

async function commonCondition(
  deps: ApiDeps,
  caller: Caller,
  asked: ItemSelection,
): Promise<Condition<Common>> {
  const ids = asked.resourceIds?.split(',')
  if (ids !== undefined && ids.length > IDS_MAX) {
    throw wrong('resourceIds', `at most ${IDS_MAX} resourceIds are taken`)
  }
  const { resourceId, id, name, query, spaceId, spaceType, ownerId, notOwnerId } = asked
  return all<Common>(
    asked.collectionId === undefined ? undefined : NONE,
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

/** Ids of the spaces of a type; null stands for that of personal items. */
async function spacesOf(
  deps: ApiDeps,
  { tenantId }: Caller,
  type: (typeof SPACE_TYPES)[number] | 'personal',
): Promise<readonly (SpaceId | null)[]> {
  if (type === 'personal') return [null]
  const where = is<FieldOf<'spaces'>>('type', type)
  return (await everyRow(deps.store, 'spaces', { tenantId, where })).map((space) => space.id)
}

interface AskedType {
  readonly subTypes?: readonly string[]
}

/** By its name; types that are not here are left out, as nothing is of them. */
function readTypes({ resourceType, resourceSubType }: ItemSelection): ReadonlyMap<string, AskedType> {
  const given: AskedType = resourceSubType === undefined ? {} : { subTypes: [resourceSubType] }
  if (resourceType === undefined) {
    return new Map([
      ['app', given],
      ['automation', given],
    ])
  }
  const types = new Map<string, AskedType>()
  for (const [, name = '', bracketed, subTypes = ''] of resourceType.matchAll(TYPES)) {
    if (bracketed !== undefined && resourceSubType !== undefined) {
      throw wrong('resourceSubType', 'resourceSubType and subtypes in resourceType exclude each other')
    }
    types.set(name, bracketed === undefined ? given : { subTypes: subTypes.split(',') })
  }
  return types
}

/** A type with its subtypes, up to the next comma. */
const TYPES = /([^[\],]+)(\[([^[\]]*)\])?/g

function wrong(parameter: string, detail: string): Error {
  return refuse('badRequest', { detail, parameter })
}
