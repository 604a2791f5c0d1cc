/**
 * Room `api/alert`: routes about alerts. Decoding, one use case and encoding enter; sending stands in
 * `delivery`.
 *
 * Alerts are ours, not part of Qlik's API: who is told by mail or in a chat that an app began to fail, runs
 * again, or did not run. A caller sees its own, a TenantAdmin all of the tenant.
 */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { CHAT_FORMATS } from '../../core/chat.ts'
import { defined } from '../../core/defined.ts'
import { newUuid } from '../../core/ids.ts'
import { ALERTS_PER_TENANT_AND_MINUTE } from '../../core/limits.ts'
import { RECIPIENTS_MAX } from '../../core/mail-address.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import { changeAlert, createAlert, findAlert, removeAlert } from '../../delivery/alert.ts'
import { sampleEvent } from '../../delivery/sample-event.ts'
import { makeSends } from '../../delivery/send.ts'
import { SendRates } from '../../delivery/send-rates.ts'
import { NAME_MAX_CHARACTERS, URL_MAX_CHARACTERS } from '../../delivery/subscription-settings.ts'
import { ALERT_KINDS, ALERT_OCCASIONS, type AlertKind } from '../../event/alert.ts'
import type { Subscription } from '../../event/subscription.ts'
import { all, is } from '../../store/port/condition.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { type PageRules, pageLinks, pageParameters, pageSchema, readPage } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'

const ALERTS = '/api/v1/alerts'
const TAGS = ['alerts']
const LEVELS = ['tenant', 'user'] as const

const PAGES: PageRules<'name' | 'createdAt' | 'updatedAt'> = {
  fields: ['name', 'createdAt', 'updatedAt'],
  defaultSort: { field: 'createdAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const On = Type.Array(Type.Enum(ALERT_OCCASIONS), {
  description:
    'failure: the first failure of an app (FAILED, EXCEEDED_LIMIT), no further one in a row; recovery: its first success after that; didNotRun: runs of a task were missed, because the service did not run or its clock was set',
})

const writable = {
  name: Type.String({ minLength: 1, maxLength: NAME_MAX_CHARACTERS }),
  on: On,
  to: Type.Optional(
    Type.Array(Type.String(), { maxItems: RECIPIENTS_MAX, description: 'Of mail: plain addresses' }),
  ),
  url: Type.Optional(
    Type.String({
      maxLength: URL_MAX_CHARACTERS,
      description: 'Of chat: the address for incoming messages; shown as its origin only',
    }),
  ),
  format: Type.Optional(Type.Enum(CHAT_FORMATS, { description: 'Of chat' })),
  level: Type.Optional(
    Type.Enum(LEVELS, {
      description: 'user (default): of apps that its owner can read; tenant: of all, needs TenantAdmin',
    }),
  ),
  enabled: Type.Optional(Type.Boolean({ description: 'true by default' })),
}
const Filter = Type.String({
  description: 'SCIM filter as webhooks have it',
  examples: ['topLevelResourceId eq "9f8b6b1e-7c1d-4b7a-8e57-3d2f0e2a1b00"'],
})
const NewAlert = Type.Object(
  {
    ...writable,
    channel: Type.Enum(ALERT_KINDS),
    filter: Type.Optional(Filter),
  },
  { title: 'NewAlert' },
)
const AlertChange = Type.Partial(
  Type.Object({ ...writable, channel: Type.Enum(ALERT_KINDS), filter: Type.Union([Filter, Type.Null()]) }),
  { title: 'AlertChange' },
)

const Time = Type.String({ format: 'date-time' })

const Alert = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    channel: Type.Enum(ALERT_KINDS),
    on: On,
    to: Type.Optional(Type.Array(Type.String())),
    url: Type.Optional(Type.String({ description: 'Origin of the address; the rest is a secret' })),
    format: Type.Optional(Type.Enum(CHAT_FORMATS)),
    filter: Type.Optional(Type.String()),
    level: Type.Enum(LEVELS),
    enabled: Type.Boolean(),
    ownerId: Type.String(),
    createdAt: Time,
    updatedAt: Time,
    failingSince: Type.Optional(Type.String({ format: 'date-time', description: 'All sends failed since' })),
    disabledReason: Type.Optional(Type.String()),
  },
  { title: 'Alert' },
)

const ById = Type.Object({ id: Type.String() })

export function registerAlerts(server: ApiServer, deps: ApiDeps): void {
  registerList(server, deps)
  registerCreate(server, deps)
  registerOne(server, deps)
  registerTest(server, deps)
}

function registerList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    ALERTS,
    {
      schema: {
        operationId: 'getAlerts',
        summary: 'List alerts',
        tags: TAGS,
        querystring: Type.Object(pageParameters(PAGES)),
        response: { 200: pageSchema('Alerts', Alert), ...problems(400) },
      },
    },
    async (request) => {
      const page = readPage(deps, request, request.query, PAGES, {})
      const { tenantId, user } = callerOf(request)
      const listed = await deps.store.list('subscriptions', {
        tenantId,
        where: all(is('channel', ...ALERT_KINDS), isTenantAdmin(user) ? undefined : is('ownerId', user.id)),
        sort: page.sort,
        page: page.page,
      })
      return {
        data: listed.rows.map(alertRecord),
        links: pageLinks(deps, request, page, listed, (row) =>
          positionOf('subscriptions', row, page.sort.field),
        ),
      }
    },
  )
}

function registerCreate(server: ApiServer, deps: ApiDeps): void {
  server.post(
    ALERTS,
    {
      schema: {
        operationId: 'createAlert',
        summary: 'Create an alert',
        tags: TAGS,
        body: NewAlert,
        response: { 201: Alert, ...problems(400, 403, 413, 415) },
      },
    },
    async (request, reply) => {
      const made = done(await createAlert(deps, callerOf(request), request.body))
      return reply.code(201).send(alertRecord(made))
    },
  )
}

function registerOne(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${ALERTS}/:id`,
    {
      schema: {
        operationId: 'getAlert',
        summary: 'Get an alert',
        tags: TAGS,
        params: ById,
        response: { 200: Alert, ...problems(404) },
      },
    },
    async (request) => alertRecord(await find(deps, request, request.params.id)),
  )
  server.patch(
    `${ALERTS}/:id`,
    {
      schema: {
        operationId: 'patchAlert',
        summary: 'Change an alert',
        description: 'What is left out stays (RFC 7396); `filter: null` takes the filter away.',
        tags: TAGS,
        params: ById,
        body: AlertChange,
        response: { 200: Alert, ...problems(400, 403, 404, 413, 415) },
      },
    },
    async (request) =>
      alertRecord(done(await changeAlert(deps, callerOf(request), request.params.id, request.body))),
  )
  server.delete(
    `${ALERTS}/:id`,
    {
      schema: {
        operationId: 'deleteAlert',
        summary: 'Delete an alert',
        description: 'What is still to be sent is given up.',
        tags: TAGS,
        params: ById,
        response: { 204: Type.Null(), ...problems(404) },
      },
    },
    async (request, reply) => {
      done(await removeAlert(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
}

function registerTest(server: ApiServer, deps: ApiDeps): void {
  const rates = new SendRates()
  server.post(
    `${ALERTS}/:id/actions/test`,
    {
      schema: {
        operationId: 'testAlert',
        summary: 'Send a test message, now',
        description: 'Answers how it went. It does not count as a failure of the alert.',
        tags: TAGS,
        params: ById,
        response: {
          200: Type.Object({
            sent: Type.Boolean(),
            message: Type.Optional(Type.String({ description: 'Why not, or for whom not' })),
          }),
          ...problems(404),
        },
      },
    },
    async (request) => {
      const subscription = await find(deps, request, request.params.id)
      const { channel, store, world } = deps
      if (rates.left(subscription, world.clock.now()) === 0) {
        throw refuse('rateLimited', {
          detail: `a tenant tries at most ${ALERTS_PER_TENANT_AND_MINUTE} alerts a minute`,
          headers: { 'retry-after': '60' },
        })
      }
      rates.sent(subscription, world.clock.now())
      const event = sampleEvent(world, subscription)
      const addressed = [{ event, deliveryId: newUuid<'delivery'>(world.random) }]
      const [made] = await makeSends({ ...world, channel }, addressed, subscription)
      await store.addSend(made!.send, () => undefined)
      const { ok, message } = made!.sent
      return { sent: ok, ...defined({ message }) }
    },
  )
}

async function find(deps: ApiDeps, request: FastifyRequest, id: string): Promise<Subscription> {
  return done(await findAlert(deps, callerOf(request), id))
}

function alertRecord(subscription: Subscription): Static<typeof Alert> {
  const { alert, url, filterText, failingSince, disabledReason } = subscription
  const { on, to, format } = alert!
  return {
    id: subscription.id,
    name: subscription.name,
    channel: subscription.channel as AlertKind,
    on: [...on],
    ...(to === undefined ? {} : { to: [...to] }),
    ...(url === '' ? {} : { url }),
    ...defined({ format, filter: filterText, disabledReason }),
    level: subscription.level,
    enabled: subscription.enabled,
    ownerId: subscription.ownerId,
    createdAt: timeText(subscription.createdAt),
    updatedAt: timeText(subscription.updatedAt),
    ...(failingSince === undefined ? {} : { failingSince: timeText(failingSince) }),
  }
}
