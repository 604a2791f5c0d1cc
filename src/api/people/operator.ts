/**
 * What the operator of the installation may do and nobody of a tenant: make and remove tenants, change
 * their limits and pause their tasks while the service runs. The operator's key is a setting, belongs to no
 * tenant and opens nothing else (decision 0012). Without the setting these paths refuse everybody.
 */
import { timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { pauseTasks } from '../../catalog/task-settings.ts'
import { changeLimits, unknownTenant } from '../../catalog/tenant.ts'
import type { TenantId } from '../../core/ids.ts'
import { limitsForAll, limitsOf, type TenantLimitsChange } from '../../core/limits.ts'
import type { Tenant } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { tokenHash } from '../../sign-in/token-hash.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { registerOperatorTenants, TENANT, tenantRecord } from './operator-tenants.ts'

const amount = () => Type.Optional(Type.Number())
const OwnLimits = Type.Object(
  {
    concurrentReloads: amount(),
    share: amount(),
    runTimeMs: amount(),
    queueTimeMs: amount(),
    reloadsPerAppAndDay: amount(),
    appDataBytes: amount(),
    users: amount(),
  },
  { title: 'OwnLimits' },
)

const orNull = (description: string) =>
  Type.Optional(Type.Union([Type.Number(), Type.Null()], { description }))
const LimitsChange = Type.Object(
  {
    concurrentReloads: orNull('Reloads that run at the same time'),
    share: orNull('Its part of the slots, beside the 1 of every other tenant'),
    runTimeMs: orNull('Longest run of an attempt'),
    queueTimeMs: orNull('Longest time in the queue'),
    reloadsPerAppAndDay: orNull('0: no limit'),
    appDataBytes: orNull('Largest data file of an app; 0: no limit'),
    users: orNull('Users that are not deleted; 0: no limit'),
  },
  {
    title: 'LimitsChange',
    additionalProperties: false,
    description: 'What is not named stays; null: as for every tenant',
  },
)

const TenantWithLimits = Type.Object(
  {
    ...TENANT,
    limits: Type.Object({
      own: OwnLimits,
      effective: Type.Required(OwnLimits),
    }),
  },
  { title: 'TenantWithLimits' },
)

const ABOUT = { tags: ['operator'], security: [{ operatorKey: [] }] }
const ONE = '/api/operator/tenants/:tenantId'
const ById = Type.Object({ tenantId: Type.String() })

export function registerOperator(server: ApiServer, deps: ApiDeps): void {
  server.addHook('onRequest', async ({ headers }) => assertOperator(deps, headers.authorization))
  server.get(
    '/api/operator/tenants',
    {
      schema: {
        ...ABOUT,
        operationId: 'getOperatorTenants',
        summary: 'Lists the tenants with their limits',
        response: { 200: Type.Object({ data: Type.Array(TenantWithLimits) }), ...problems() },
      },
    },
    async () => ({ data: (await deps.store.tenants()).map((tenant) => shown(deps, tenant)) }),
  )
  server.get(
    ONE,
    {
      schema: {
        ...ABOUT,
        operationId: 'getOperatorTenant',
        summary: 'Reads a tenant with its limits',
        params: ById,
        response: { 200: TenantWithLimits, ...problems(404) },
      },
    },
    async ({ params }) => found(deps, await deps.store.tenant(params.tenantId as TenantId)),
  )
  server.patch(
    `${ONE}/limits`,
    {
      schema: {
        ...ABOUT,
        operationId: 'patchOperatorTenantLimits',
        summary: 'Changes limits of a tenant; they hold from the next claim, acceptance and sweep on',
        params: ById,
        body: LimitsChange,
        response: { 200: TenantWithLimits, ...problems(400, 404) },
      },
    },
    async ({ params, body }) => {
      const change = body as TenantLimitsChange
      const tenant = done(await changeLimits(deps.store, params.tenantId as TenantId, change))
      const answer = shown(deps, tenant)
      deps.world.log.info('the operator changed limits of a tenant', { tenantId: answer.id, ...change })
      return answer
    },
  )
  registerPause(server, deps)
  registerOperatorTenants(server, deps)
}

function registerPause(server: ApiServer, deps: ApiDeps): void {
  server.patch(
    `${ONE}/tasks`,
    {
      schema: {
        ...ABOUT,
        operationId: 'patchOperatorTenantTasks',
        summary: 'Pauses the tasks of a tenant, or lets them run again',
        description: 'What becomes due while they are paused is recorded as missed.',
        params: ById,
        body: Type.Object({ paused: Type.Boolean() }),
        response: {
          200: Type.Object({
            id: Type.String(),
            paused: Type.Boolean(),
            pausedAt: Type.Optional(Type.String({ format: 'date-time' })),
          }),
          ...problems(400, 404),
        },
      },
    },
    async ({ params, body }) => {
      const parts = { store: deps.store, clock: deps.world.clock }
      const { id, tasksPausedAt: at } = done(
        await pauseTasks(parts, params.tenantId as TenantId, body.paused),
      )
      deps.world.log.info('the operator paused the tasks of a tenant, or not', { tenantId: id, ...body })
      return { id, paused: at !== undefined, ...(at === undefined ? {} : { pausedAt: timeText(at) }) }
    },
  )
}

function assertOperator({ operatorKey }: ApiDeps, authorization: string | undefined): void {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? ''
  const hash = (text: string) => Buffer.from(tokenHash(text))
  if (operatorKey !== undefined && timingSafeEqual(hash(token), hash(operatorKey))) return
  throw refuse('unauthorized', {
    detail:
      operatorKey === undefined
        ? 'this installation has no operator key: set REPRISE_OPERATOR_KEY'
        : 'send "Authorization: Bearer <operator key>": the value of REPRISE_OPERATOR_KEY',
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function found(deps: ApiDeps, tenant: Tenant | undefined): Static<typeof TenantWithLimits> {
  return shown(deps, done(tenant ?? unknownTenant()))
}

function shown(deps: ApiDeps, tenant: Tenant): Static<typeof TenantWithLimits> {
  const effective = limitsOf(limitsForAll(deps.limits), tenant)
  return { ...tenantRecord(deps, tenant), limits: { own: { ...tenant.limits }, effective } }
}
