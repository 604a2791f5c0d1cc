/** What the operator does with whole tenants: make, name, remove and restore them. */
import { type Static, Type } from 'typebox'
import { describeTenant, type MadeTenant, makeTenant, restoreTenant } from '../../catalog/tenant-life.ts'
import { defined } from '../../core/defined.ts'
import { HOST_NAME_MAX } from '../../core/host-name.ts'
import type { TenantId } from '../../core/ids.ts'
import type { Tenant } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { endTenant } from '../../intake/end-tenant.ts'
import { tokenHash } from '../../sign-in/token-hash.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'

const TENANTS = '/api/operator/tenants'
const ById = Type.Object({ tenantId: Type.String({ maxLength: 64 }) })
const ABOUT = { tags: ['operator'], security: [{ operatorKey: [] }] }

export const TENANT_NAME_MAX = 256
const HOSTNAMES_MAX = 20
const Name = Type.String({ minLength: 1, maxLength: TENANT_NAME_MAX })
const Hostnames = Type.Array(Type.String({ minLength: 1, maxLength: HOST_NAME_MAX }), {
  maxItems: HOSTNAMES_MAX,
  description: 'By which the tenant is known; the first stands in events. Each belongs to one tenant',
})

export const TENANT = {
  id: Type.String(),
  name: Type.String(),
  hostnames: Type.Array(Type.String()),
  status: Type.Enum(['active', 'deleted']),
  created: Type.String({ format: 'date-time' }),
  removed: Type.Optional(Type.String({ format: 'date-time' })),
  restorableUntil: Type.Optional(
    Type.String({ format: 'date-time', description: 'Of a removed one: its data is deleted after' }),
  ),
}
const TenantRecord = Type.Object(TENANT, { title: 'OperatorTenant' })
const MadeRecord = Type.Object(
  {
    ...TENANT,
    admin: Type.Object({
      id: Type.String(),
      name: Type.String(),
      subject: Type.String(),
      keyId: Type.String(),
      key: Type.String({ description: 'Shown only now' }),
    }),
  },
  { title: 'MadeOperatorTenant' },
)

/** Within the scope that asks for the operator's key. */
export function registerOperatorTenants(server: ApiServer, deps: ApiDeps): void {
  server.post(
    TENANTS,
    {
      schema: {
        ...ABOUT,
        operationId: 'createOperatorTenant',
        summary: 'Makes a tenant with its first administrator, whose key is shown only in this answer',
        body: Type.Object({
          name: Name,
          hostnames: Type.Optional(Hostnames),
          adminName: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
          adminSubject: Type.Optional(
            Type.String({ minLength: 1, maxLength: 256, description: 'As its identity provider names it' }),
          ),
        }),
        response: { 201: MadeRecord, ...problems(400, 409) },
      },
    },
    async ({ body }, reply) => {
      const { name, hostnames = [], adminName = 'admin', adminSubject } = body
      const wish = {
        name,
        hostnames: lowered(hostnames),
        adminName,
        ...defined({ adminSubject }),
      }
      const made = done(await makeTenant(deps, deps, wish, tokenHash))
      await deps.tenantMade()
      const { id } = made.tenant
      deps.world.log.info('the operator made a tenant', { tenantId: id, name })
      return reply.code(201).header('cache-control', 'no-store').send(madeRecord(deps, made))
    },
  )
  registerNames(server, deps)
  registerEnd(server, deps)
}

function registerNames(server: ApiServer, deps: ApiDeps): void {
  server.patch(
    `${TENANTS}/:tenantId`,
    {
      schema: {
        ...ABOUT,
        operationId: 'patchOperatorTenant',
        summary: 'Changes the name of a tenant, or the names of its hosts',
        params: ById,
        body: Type.Object(
          { name: Type.Optional(Name), hostnames: Type.Optional(Hostnames) },
          { additionalProperties: false, description: 'What is not named stays' },
        ),
        response: { 200: TenantRecord, ...problems(400, 404, 409) },
      },
    },
    async ({ params, body }) => {
      const { name, hostnames } = body
      const change = defined({ name, hostnames: hostnames && lowered(hostnames) })
      const tenant = done(await describeTenant(deps, params.tenantId as TenantId, change))
      deps.world.log.info('the operator changed a tenant', { tenantId: tenant.id, ...change })
      return tenantRecord(deps, tenant)
    },
  )
}

function registerEnd(server: ApiServer, deps: ApiDeps): void {
  server.delete(
    `${TENANTS}/:tenantId`,
    {
      schema: {
        ...ABOUT,
        operationId: 'deleteOperatorTenant',
        summary: 'Removes a tenant: nobody comes in, and nothing of it runs any more',
        description:
          'Its reloads are canceled, and its last events are still delivered. Until `restorableUntil` it can be restored; then its records and files are deleted.',
        params: ById,
        response: { 200: TenantRecord, ...problems(404) },
      },
    },
    async ({ params }) => {
      const parts = { ...deps.settleRules, ...deps }
      const tenant = done(await endTenant(parts, params.tenantId as TenantId))
      deps.world.log.info('the operator removed a tenant', { tenantId: tenant.id, name: tenant.name })
      return tenantRecord(deps, tenant)
    },
  )
  server.post(
    `${TENANTS}/:tenantId/actions/restore`,
    {
      schema: {
        ...ABOUT,
        operationId: 'restoreOperatorTenant',
        summary: 'Restores a removed tenant as it was',
        params: ById,
        response: { 200: TenantRecord, ...problems(404, 409) },
      },
    },
    async ({ params }) => {
      const tenant = done(await restoreTenant(deps, deps, params.tenantId as TenantId))
      deps.world.log.info('the operator restored a tenant', { tenantId: tenant.id, name: tenant.name })
      return tenantRecord(deps, tenant)
    },
  )
}

function lowered(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase())
}

export function tenantRecord({ limits }: ApiDeps, tenant: Tenant): Static<typeof TenantRecord> {
  const { id, name, hostnames, createdAt, removedAt } = tenant
  return {
    id,
    name,
    hostnames: [...hostnames],
    status: removedAt === undefined ? 'active' : 'deleted',
    created: timeText(createdAt),
    ...(removedAt === undefined
      ? {}
      : { removed: timeText(removedAt), restorableUntil: timeText(removedAt + limits.removedTenantMs) }),
  }
}

function madeRecord(deps: ApiDeps, { tenant, admin, key, token }: MadeTenant): Static<typeof MadeRecord> {
  const { id, name, subject } = admin
  return { ...tenantRecord(deps, tenant), admin: { id, name, subject, keyId: key.id, key: token } }
}
