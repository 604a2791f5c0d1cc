/**
 * The limits that hold for the caller's tenant, in Qlik's form (contract 05, section 8). Everybody of the
 * tenant may read them. Only what this service limits is told; usage is counted, and told where it is one
 * number.
 */
import { type Static, Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { limitsForAll, limitsOf } from '../../core/limits.ts'
import { is } from '../../store/port/condition.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems, refuse } from '../http/problem.ts'

const Quota = Type.Object(
  {
    id: Type.String(),
    type: Type.Literal('quotas'),
    attributes: Type.Object({
      quota: Type.Integer({ description: '-1: no limit' }),
      unit: Type.String(),
      usage: Type.Optional(Type.Integer()),
    }),
  },
  { title: 'Quota' },
)
const Quotas = Type.Object({ data: Type.Array(Quota) }, { title: 'Quotas' })
const Asked = Type.Object({
  reportUsage: Type.Optional(
    Type.Boolean({ description: 'Tells the usage as well, where it is one number' }),
  ),
})

interface Counted {
  readonly id: string
  /** 0: no limit. */
  readonly quota: number
  readonly unit: string
  readonly usage?: () => Promise<number>
}

export function registerQuotas(server: ApiServer, deps: ApiDeps): void {
  const about = { tags: ['quotas'], querystring: Asked }
  server.get(
    '/api/v1/quotas',
    {
      schema: {
        ...about,
        operationId: 'getQuotas',
        summary: 'Lists the quotas of the tenant',
        response: { 200: Quotas, ...problems(400) },
      },
    },
    async (request) => told(await quotasOf(deps, callerOf(request)), request.query.reportUsage),
  )
  server.get(
    '/api/v1/quotas/:id',
    {
      schema: {
        ...about,
        operationId: 'getQuota',
        summary: 'Reads one quota, as a list of one',
        params: Type.Object({ id: Type.String() }),
        response: { 200: Quotas, ...problems(400, 404) },
      },
    },
    async (request) => {
      const all = await quotasOf(deps, callerOf(request))
      const one = all.filter(({ id }) => id === request.params.id)
      if (one.length > 0) return told(one, request.query.reportUsage)
      const known = all.map(({ id }) => id).join(', ')
      throw refuse('notFound', { detail: `the quotas are ${known}`, parameter: 'id' })
    },
  )
}

async function quotasOf(deps: ApiDeps, { tenantId, user }: Caller): Promise<Counted[]> {
  const { store } = deps
  const tenant = await store.tenant(tenantId)
  if (tenant === undefined) throw refuse('tenantNotFound')
  const limits = limitsOf(limitsForAll(deps.limits), tenant)
  const largestApp = async () => {
    const sort = { field: 'fileBytes', descending: true } as const
    const { rows } = await store.list('apps', { tenantId, sort, page: { limit: 1 } })
    return rows[0]?.data?.fileBytes ?? 0
  }
  const sharedSpaces = () => store.count('spaces', { tenantId, where: is('type', 'shared') })
  const ownTasks = () => store.count('tasks', { tenantId, where: is('ownerId', user.id) })
  const ownWebhooks = () => store.count('subscriptions', { tenantId, where: is('ownerId', user.id) })
  return [
    { id: 'app_mem_size', quota: limits.appDataBytes, unit: 'bytes', usage: largestApp },
    {
      id: 'concurrent_reloads',
      quota: limits.concurrentReloads,
      unit: 'reloads',
      usage: () => store.runningReloads(tenantId),
    },
    { id: 'app_upload_disk_size', quota: deps.limits.dataFileBytes, unit: 'bytes' },
    { id: 'shared_spaces', quota: 0, unit: 'spaces', usage: sharedSpaces },
    { id: 'tasks_per_app', quota: deps.limits.tasksPerApp, unit: 'tasks' },
    { id: 'tasks_per_user', quota: deps.limits.tasksPerUser, unit: 'tasks', usage: ownTasks },
    { id: 'reloads_per_app_per_day', quota: limits.reloadsPerAppAndDay, unit: 'reloads' },
    { id: 'webhooks_per_user', quota: deps.limits.webhooksPerUser, unit: 'webhooks', usage: ownWebhooks },
  ]
}

async function told(quotas: readonly Counted[], withUsage = false): Promise<Static<typeof Quotas>> {
  const data = quotas.map(async ({ id, quota, unit, usage }) => ({
    id,
    type: 'quotas' as const,
    attributes: {
      quota: quota === 0 ? -1 : quota,
      unit,
      ...(withUsage && usage !== undefined ? { usage: await usage() } : {}),
    },
  }))
  return { data: await Promise.all(data) }
}
