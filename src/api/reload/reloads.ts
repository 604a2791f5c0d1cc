/**
 * Room `api/reload`: routes about reloads, crash marks and script logs. Decoding, one use case and encoding
 * enter, never a rule.
 *
 * Reloads (contract 02): ask for one, watch it, cancel it, list history. Decodes and encodes; what may be
 * accepted is judged by intake/accept, how a cancel ends by intake/cancel.
 *
 * The order of checks on start is the contract's (section 3.1): authentication, rate limit, body, app and
 * right, daily quota, pending reload.
 */

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { RESOURCE_ID_MAX_CHARACTERS } from '../../core/admission.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import type { FilterNode } from '../../core/filter.ts'
import { type FilterRules, parseFilter } from '../../core/filter-parse.ts'
import type { AppId, ReloadId } from '../../core/ids.ts'
import {
  VARIABLE_VALUE_MAX_CHARACTERS,
  VARIABLES_MAX_COUNT,
  WEIGHT_DEFAULT,
  WEIGHT_MAX,
  WEIGHT_MIN,
} from '../../core/limits.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { RESOURCE_TYPES, TRIGGERS } from '../../core/trigger.ts'
import { type AcceptAnswer, acceptReload } from '../../intake/accept.ts'
import { cancelReload } from '../../intake/cancel.ts'
import { provenanceOf } from '../../intake/provenance.ts'
import type { PagePosition, ReloadSortField } from '../../store/port/lists.ts'
import { reloadSortValue } from '../../store/port/reload-sort.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import {
  absoluteLink,
  type PageRules,
  pageLinks,
  pageParameters,
  pageSchema,
  readPage,
} from '../http/page.ts'
import { problems, refuse, refuseEach } from '../http/problem.ts'
import { may, mayCancel, mayRead } from '../http/rights.ts'
import { askedFrom } from './asked-from.ts'
import { keyOfOtherPayload, readIdempotencyKey } from './idempotency-key.ts'
import { RETRY_AFTER, readWait, WaitQuery, waitForOutcome } from './outcome-wait.ts'
import { queueRecord, ReloadRecord, reloadRecord, STATUSES } from './wire.ts'

const PATH = '/api/v1/reloads'
const TAGS = ['reloads']

const PAGES: PageRules<ReloadSortField> = {
  fields: ['creationTime', 'status', 'startTime', 'endTime'],
  defaultSort: { field: 'creationTime', descending: true },
  defaultLimit: 10,
  maxLimit: 100,
}

const FILTER: FilterRules = {
  attributes: { status: STATUSES, partial: ['true', 'false'], type: TRIGGERS },
  operators: ['eq'],
}

const ListQuery = Type.Object({
  appId: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Only a TenantAdmin may leave it out, to see the whole tenant',
    }),
  ),
  ...pageParameters(PAGES),
  partial: Type.Optional(Type.Boolean()),
  status: Type.Optional(Type.Enum(STATUSES)),
  type: Type.Optional(Type.Enum(TRIGGERS)),
  log: Type.Optional(Type.Boolean({ description: 'true adds `log` to each record; false by default' })),
  filter: Type.Optional(
    Type.String({
      description:
        'SCIM filter (RFC 7644, section 3.4.2.2) on status, partial and type with eq, and, or, ( )',
      examples: ['(status eq "FAILED" or status eq "EXCEEDED_LIMIT") and partial eq "false"'],
    }),
  ),
})

const StartBody = Type.Object(
  {
    appId: Type.String({ minLength: 1 }),
    partial: Type.Optional(Type.Boolean({ description: 'Keep the tables and run only the prefixed loads' })),
    weight: Type.Optional(
      Type.Integer({
        minimum: WEIGHT_MIN,
        maximum: WEIGHT_MAX,
        description: `The heavier goes first; ${WEIGHT_DEFAULT} by default, always 1 for personal apps`,
      }),
    ),
    variables: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        maxProperties: VARIABLES_MAX_COUNT,
        additionalProperties: { type: 'string', maxLength: VARIABLE_VALUE_MAX_CHARACTERS },
        description: 'Script variables set before the first statement; never shown again',
      }),
    ),
    resourceId: Type.Optional(Type.String({ minLength: 1, maxLength: RESOURCE_ID_MAX_CHARACTERS })),
    resourceType: Type.Optional(Type.Enum(RESOURCE_TYPES)),
  },
  { title: 'NewReload' },
)

const ById = Type.Object({ reloadId: Type.String() })

export function registerReloads(server: ApiServer, deps: ApiDeps): void {
  registerList(server, deps)
  registerStart(server, deps)
  registerGet(server, deps)
  registerCancel(server, deps)
}

function registerList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    PATH,
    {
      schema: {
        operationId: 'getReloads',
        summary: 'List reloads',
        tags: TAGS,
        querystring: ListQuery,
        response: {
          200: pageSchema('Reloads', ReloadRecord),
          ...problems(400, 403),
        },
      },
    },
    async (request) => {
      const { query } = request
      const { appId, partial, log = false } = query
      const filter = filterOf(query)
      const page = readPage(deps, request, query, PAGES, { appId, partial, filter })
      await assertMayList(deps, callerOf(request), appId)
      const listed = await deps.store.reloads({
        tenantId: callerOf(request).tenantId,
        ...defined({ appId: appId as AppId | undefined, partial, filter }),
        sort: page.sort,
        page: page.page,
      })
      return {
        data: listed.rows.map((reload) => reloadRecord(reload, selfLink(deps, request, reload), log)),
        links: pageLinks(deps, request, page, listed, (reload) => position(reload, page.sort.field)),
      }
    },
  )
}

function registerStart(server: ApiServer, deps: ApiDeps): void {
  server.post(
    PATH,
    {
      config: { tier: 'reload' },
      schema: {
        operationId: 'queueReload',
        summary: 'Start a reload',
        description:
          'With an `Idempotency-Key` header a repeated request within 24 h answers the same reload; with another payload it is refused with 422. With `wait` (an extension, not part of Qlik’s API) the answer comes when the reload has ended: 201 with its final record; or 202 with its present one after the wait, at once when the service stops or too many of the tenant wait. The reload goes on whoever waits: repeat the request under its key, or ask at `Location`.',
        tags: TAGS,
        headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String()) }),
        querystring: WaitQuery,
        body: StartBody,
        response: { 201: ReloadRecord, 202: ReloadRecord, ...problems(400, 403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { body } = request
      const waitMs = readWait(request.query.wait)
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'])
      const answer = await acceptReload(
        {
          store: deps.store,
          ...deps.world,
          reloadsPerAppAndDay: deps.limits.reloadsPerAppAndDay,
        },
        {
          user: callerOf(request).user,
          provenance: provenanceOf(callerOf(request), askedFrom(request), deps.eventClaims),
          ...fieldsOf(body),
          ...defined({ idempotencyKey }),
        },
      )
      const accepted = acceptedReload(answer)
      const self = selfLink(deps, request, accepted)
      reply.header('location', self)
      if (waitMs === undefined) return reply.code(201).send(reloadRecord(accepted, self, false))
      const reload = await waitForOutcome(deps, request, reply, accepted, waitMs)
      const ended = isOutcome(reload.state)
      if (!ended) reply.header('retry-after', RETRY_AFTER)
      return reply.code(ended ? 201 : 202).send(await singleRecord(deps, request, reload))
    },
  )
}

function registerGet(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${PATH}/:reloadId`,
    {
      schema: {
        operationId: 'getReload',
        summary: 'Get a reload',
        description:
          'With `wait` (an extension, not part of Qlik’s API) the answer comes when the reload has ended, or after the wait.',
        tags: TAGS,
        params: ById,
        querystring: WaitQuery,
        response: { 200: ReloadRecord, ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const waitMs = readWait(request.query.wait)
      const found = await findReload(deps, request, request.params.reloadId)
      const reload = waitMs === undefined ? found : await waitForOutcome(deps, request, reply, found, waitMs)
      return singleRecord(deps, request, reload)
    },
  )
}

function registerCancel(server: ApiServer, deps: ApiDeps): void {
  server.post(
    `${PATH}/:reloadId/actions/cancel`,
    {
      config: { tier: 'reload' },
      schema: {
        operationId: 'cancelReload',
        summary: 'Cancel a reload',
        description:
          '204: it waited and is canceled. 202: it runs and is being canceled; asking again is harmless.',
        tags: TAGS,
        params: ById,
        response: {
          202: Type.Object({ status: Type.Enum(['CANCELING']) }),
          204: Type.Null(),
          ...problems(403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const reload = await findReload(deps, request, request.params.reloadId)
      const app = await deps.store.app(caller.tenantId, reload.appId)
      if (app === undefined ? !isConcerned(caller, reload) : !(await mayCancel(deps, caller, app))) {
        throw refuse('reloadForbidden', { detail: 'the reload right on the app is missing' })
      }
      switch (await cancelReload({ ...deps.settleRules, store: deps.store }, caller.tenantId, reload.id)) {
        case 'canceled':
          return reply.code(204).send(null)
        case 'canceling':
          return reply.code(202).send({ status: 'CANCELING' })
        case 'already-ended':
          throw refuse('conflict', { detail: 'the reload has already ended' })
        case 'unknown':
          throw unknownReload()
      }
    },
  )
}

/** What chooses among the reloads beside app and kind: `filter`, and the plain parameters, all together. */
function filterOf({ filter, status, type }: Static<typeof ListQuery>): FilterNode | undefined {
  const nodes = [
    ...(filter === undefined ? [] : [readFilter(filter)]),
    ...Object.entries(defined({ status, type })).map(
      ([attribute, value]): FilterNode => ({ kind: 'compare', attribute, operator: 'eq', value }),
    ),
  ]
  return nodes.length === 0 ? undefined : nodes.reduce((left, right) => ({ kind: 'and', left, right }))
}

function readFilter(text: string): FilterNode {
  const parsed = parseFilter(text, FILTER)
  if (parsed.kind === 'filter') return parsed.filter
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}

/** Contract 02, sections 1.1 and 9: the whole tenant for its admins, else the apps one may read. */
async function assertMayList(deps: ApiDeps, caller: Caller, appId: string | undefined): Promise<void> {
  if (isTenantAdmin(caller.user)) return
  if (appId === undefined) {
    throw refuse('reloadForbidden', {
      detail: 'appId is required: only a TenantAdmin lists the reloads of the whole tenant',
      parameter: 'appId',
    })
  }
  const app = await deps.store.app(caller.tenantId, appId as AppId)
  if (app === undefined || !(await mayRead(deps, caller, app))) {
    throw refuse('reloadForbidden', { detail: 'you may not read this app', parameter: 'appId' })
  }
}

function fieldsOf(body: Static<typeof StartBody>) {
  const { appId, partial, weight, variables, resourceId, resourceType } = body
  return {
    appId: appId as AppId,
    ...defined({ partial, weight, variables, resourceId, resourceType }),
  }
}

function acceptedReload(answer: AcceptAnswer): Reload {
  switch (answer.kind) {
    case 'accepted':
    case 'repeated':
      return answer.reload
    case 'other-payload':
      throw keyOfOtherPayload()
    case 'invalid':
      throw refuseEach('badRequest', answer.faults)
    case 'no-app':
      throw refuse('reloadNotFound', { detail: 'there is no app with this id', pointer: '/appId' })
    case 'no-right':
      throw refuse('reloadForbidden', {
        detail: 'the reload right on the app is missing',
        pointer: '/appId',
      })
    case 'quota-exceeded':
      throw refuse('reloadQuota', { detail: 'the app has used up its reloads for today (UTC)' })
    case 'pending':
      throw refuse('reloadPending', {
        detail: `a reload of this app is already pending: ${answer.pendingReloadId}`,
        meta: { pendingReloadId: answer.pendingReloadId },
      })
  }
}

async function findReload(deps: ApiDeps, request: FastifyRequest, id: string): Promise<Reload> {
  const caller = callerOf(request)
  const reload = await deps.store.reload(caller.tenantId, id as ReloadId)
  if (reload === undefined) throw unknownReload()
  const app = await deps.store.app(caller.tenantId, reload.appId)
  if (app === undefined ? isConcerned(caller, reload) : await may(deps, caller, app, 'read')) return reload
  throw refuse('reloadForbidden', { detail: 'you may not read the app of this reload' })
}

/** Of a deleted app: who asked for the reload, who owned the app then, and the tenant's admins. */
function isConcerned({ user }: Caller, reload: Reload): boolean {
  return isTenantAdmin(user) || reload.userId === user.id || reload.provenance.appOwnerId === user.id
}

function unknownReload(): Error {
  return refuse('reloadNotFound', { detail: 'there is no reload with this id', parameter: 'reloadId' })
}

/** With all that only the record of a single reload tells. */
async function singleRecord(deps: ApiDeps, request: FastifyRequest, reload: Reload) {
  const position =
    reload.state === 'QUEUED'
      ? await deps.store.queuePosition(reload.tenantId, reload.id, deps.limits.ageingMs)
      : undefined
  return {
    ...reloadRecord(reload, selfLink(deps, request, reload), true),
    ...(position === undefined ? {} : { queue: queueRecord(reload, position) }),
  }
}

function selfLink(deps: ApiDeps, request: FastifyRequest, reload: Reload): string {
  return absoluteLink(deps, request, `${PATH}/${reload.id}`)
}

function position(reload: Reload, field: ReloadSortField): PagePosition {
  return { value: reloadSortValue(reload, field), id: reload.id }
}
