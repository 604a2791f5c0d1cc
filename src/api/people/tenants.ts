/** The caller's tenant (contract 05, section 5). There is no other as far as a caller can see. */
import { type Static, Type } from 'typebox'
import { renameTenant } from '../../catalog/tenant-life.ts'
import type { Tenant } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch, replacedTexts } from '../http/json-patch.ts'
import { absoluteLink, SelfLink } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { TENANT_NAME_MAX } from './operator-tenants.ts'

const TenantRecord = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    hostnames: Type.Array(Type.String()),
    status: Type.Literal('active'),
    created: Type.String({ format: 'date-time' }),
    links: SelfLink,
  },
  { title: 'Tenant' },
)

export function registerTenants(server: ApiServer, deps: ApiDeps): void {
  const read = async (tenantId: Tenant['id'], link: (path: string) => string) => {
    const tenant = await deps.store.tenant(tenantId)
    if (tenant === undefined) throw refuse('tenantNotFound')
    return tenantRecord(tenant, link)
  }
  server.get(
    '/api/v1/tenants/me',
    {
      schema: {
        tags: ['tenants'],
        operationId: 'getMyTenant',
        summary: 'Reads the tenant of the request',
        response: { 200: TenantRecord, ...problems(500) },
      },
    },
    async (request) => read(callerOf(request).tenantId, (path) => absoluteLink(deps, request, path)),
  )
  server.get(
    '/api/v1/tenants/:tenantId',
    {
      schema: {
        tags: ['tenants'],
        operationId: 'getTenant',
        summary: 'Reads the tenant of the request by its id',
        params: Type.Object({ tenantId: Type.String() }),
        response: { 200: TenantRecord, ...problems(404) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      if (request.params.tenantId !== tenantId) {
        throw refuse('tenantNotFound', { detail: 'there is no tenant with this id', parameter: 'tenantId' })
      }
      return read(tenantId, (path) => absoluteLink(deps, request, path))
    },
  )
  registerName(server, deps)
}

function registerName(server: ApiServer, deps: ApiDeps): void {
  server.patch(
    '/api/v1/tenants/:tenantId',
    {
      schema: {
        tags: ['tenants'],
        operationId: 'patchTenant',
        summary: 'Changes the name of the tenant',
        params: Type.Object({ tenantId: Type.String() }),
        body: JsonPatch,
        response: { 204: Type.Null(), ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const { name } = replacedTexts(request.body, { name: TENANT_NAME_MAX })
      done(await renameTenant(deps, callerOf(request), request.params.tenantId, name ?? ''))
      return reply.code(204).send(null)
    },
  )
}

function tenantRecord(tenant: Tenant, link: (path: string) => string): Static<typeof TenantRecord> {
  return {
    id: tenant.id,
    name: tenant.name,
    hostnames: [...tenant.hostnames],
    status: 'active',
    created: timeText(tenant.createdAt),
    links: { self: { href: link(`/api/v1/tenants/${tenant.id}`) } },
  }
}
