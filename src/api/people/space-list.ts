/**
 * The list of spaces (contract 05, section 4). A caller sees the spaces it owns or is a member of; a tenant
 * admin sees all.
 */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { visibleSpaces } from '../../catalog/standing.ts'
import type { Caller } from '../../core/caller.ts'
import { FILTER_MAX_CHARACTERS, parseFilter } from '../../core/filter-parse.ts'
import { SPACE_TYPES } from '../../core/records.ts'
import { mayUseSpace, type SpaceRight, type SpaceStanding, standingOf } from '../../core/rights.ts'
import { all, type Condition, contains, filtered, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { everyRow, positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links, pageLinks, pageParameters, readPage } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { SpaceRecord, spaceRecord } from './space-record.ts'

const TAGS = ['spaces']

const LIST = {
  fields: ['name', 'type', 'createdAt'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 10,
  maxLimit: 100,
} as const

/** Of a space, by the names that clients have for what a caller may do there. */
const ACTIONS = {
  read: () => true,
  update: rightTo('manage'),
  delete: rightTo('manage'),
  create: rightTo('add-app'),
  publish: (user, standing) => standing.space.type === 'managed' && mayUseSpace(user, standing, 'add-app'),
} as const satisfies Readonly<Record<string, (user: Caller['user'], standing: SpaceStanding) => boolean>>

const FILTER = {
  attributes: { id: 'any', name: 'any', type: 'any', ownerId: 'any' },
  operators: ['eq', 'ne', 'co'],
} as const

const Filter = Type.Optional(
  Type.String({
    maxLength: FILTER_MAX_CHARACTERS,
    description: 'SCIM with eq, ne and co on id, name, type and ownerId, in any case',
    examples: ['name eq "Sales"'],
  }),
)

const ListQuery = Type.Object({
  ...pageParameters(LIST),
  name: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the name, in any case' })),
  ownerId: Type.Optional(Type.String({ maxLength: 64 })),
  type: Type.Optional(Type.Enum(SPACE_TYPES)),
  roles: Type.Optional(
    Type.String({ maxLength: 256, description: 'Comma list: the caller has one of them' }),
  ),
  action: Type.Optional(
    Type.Enum(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[], {
      description: 'The caller may do it there',
    }),
  ),
  filter: Filter,
})

const SpaceList = Type.Object(
  {
    data: Type.Array(SpaceRecord),
    links: Links,
    meta: Type.Object({
      count: Type.Integer(),
      personalSpace: Type.Object({ actions: Type.Array(Type.String()), resourceType: Type.String() }),
    }),
  },
  { title: 'Spaces' },
)

/** Of installations with several clouds. */
const ABSENT = ['environmentId', 'environment.name'] as const

export function registerSpaceList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/spaces',
    {
      schema: {
        tags: TAGS,
        operationId: 'getSpaces',
        summary: 'Lists the spaces that the caller sees',
        querystring: ListQuery,
        response: { 200: SpaceList, ...problems(400) },
      },
    },
    async (request) => listed(deps, request, request.query),
  )
  server.post(
    '/api/v1/spaces/filter',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        tags: TAGS,
        operationId: 'filterSpaces',
        summary: 'Lists the spaces that the caller sees and a filter chooses',
        querystring: ListQuery,
        body: Type.Object({ filter: Filter }),
        response: { 200: SpaceList, ...problems(400) },
      },
    },
    async (request) => {
      const { filter } = request.body
      return listed(deps, request, filter === undefined ? request.query : { ...request.query, filter })
    },
  )
}

async function listed(
  deps: ApiDeps,
  request: FastifyRequest,
  asked: Static<typeof ListQuery>,
): Promise<Static<typeof SpaceList>> {
  const absent = ABSENT.find((name) => Object.hasOwn(asked, name))
  if (absent !== undefined) {
    throw refuse('badRequest', { detail: `${absent}: there are no environments here`, parameter: absent })
  }
  const caller = callerOf(request)
  const { tenantId, user } = caller
  const { name, ownerId, type, roles, action, filter } = asked
  const query = readPage(deps, request, asked, LIST, { name, ownerId, type, roles, action, filter })
  const assignments = await deps.store.assignmentsOf(user)
  const wanted = roles?.split(',')
  const withRole = assignments.filter((one) => wanted?.some((role) => one.roles.includes(role)))
  const where = all(
    visibleSpaces(user, assignments),
    wanted && is('id', ...withRole.map(({ spaceId }) => spaceId)),
    name === undefined ? undefined : contains('name', name),
    ownerId === undefined ? undefined : is('ownerId', ownerId),
    type === undefined ? undefined : is('type', type),
    action === undefined ? undefined : await actionAllowed(deps, caller, action),
    filter === undefined ? undefined : filterOf(filter),
  )
  const rows = await deps.store.list('spaces', { tenantId, where, sort: query.sort, page: query.page })
  const link = (path: string) => absoluteLink(deps, request, path)
  return {
    data: rows.rows.map((space) => spaceRecord(caller, standingOf(user, space, assignments), link)),
    links: pageLinks(deps, request, query, rows, (space) => positionOf('spaces', space, query.sort.field)),
    meta: {
      count: await deps.store.count('spaces', { tenantId, where }),
      personalSpace: { actions: ['create'], resourceType: 'app' },
    },
  }
}

async function actionAllowed(
  { store }: ApiDeps,
  { user }: Caller,
  action: keyof typeof ACTIONS,
): Promise<Condition<FieldOf<'spaces'>>> {
  const seen = await seenSpaces(store, user)
  const allowed = seen.filter((standing) => ACTIONS[action](user, standing))
  return is('id', ...allowed.map(({ space }) => space.id))
}

async function seenSpaces(store: ApiDeps['store'], user: Caller['user']): Promise<readonly SpaceStanding[]> {
  const assignments = await store.assignmentsOf(user)
  const where = visibleSpaces(user, assignments)
  const spaces = await everyRow(store, 'spaces', { tenantId: user.tenantId, where })
  return spaces.map((space) => standingOf(user, space, assignments))
}

function filterOf(text: string): Condition<FieldOf<'spaces'>> {
  const parsed = parseFilter(text, FILTER)
  if (parsed.kind === 'fault') throw refuse('badRequest', { detail: parsed.detail, parameter: 'filter' })
  return filtered(parsed.filter, { id: 'id', name: 'name', type: 'type', ownerId: 'ownerId' })
}

function rightTo(right: SpaceRight): (user: Caller['user'], standing: SpaceStanding) => boolean {
  return (user, standing) => mayUseSpace(user, standing, right)
}
