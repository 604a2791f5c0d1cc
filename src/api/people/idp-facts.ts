/** What clients of Qlik's API ask about identity providers beside their records. */
import { Type } from 'typebox'
import { refuseWaysIn } from '../../catalog/ways-in.ts'
import { everyRow } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink } from '../http/page.ts'
import { done, problems } from '../http/problem.ts'
import { kindOf } from './idp-document.ts'

const TAGS = ['identity-providers']
const PROVIDERS = '/api/v1/identity-providers'

export function registerProviderFacts(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${PROVIDERS}/status`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getIdpStatuses',
        summary:
          'Counts the identity providers where people sign in, and tells of each whether it is enabled',
        response: {
          200: Type.Object(
            {
              active_interactive_idps_count: Type.Integer(),
              idps_metadata: Type.Array(
                Type.Object({
                  active: Type.Boolean(),
                  interactive: Type.Boolean(),
                  provider: Type.Enum(['generic', 'external']),
                }),
              ),
            },
            { title: 'IDPsStatus' },
          ),
          ...problems(403),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      done(refuseWaysIn(caller))
      const providers = await everyRow(deps.store, 'identityProviders', { tenantId: caller.tenantId })
      const idps_metadata = providers.map((one) => ({ active: one.enabled, ...kindOf(one) }))
      const signIn = idps_metadata.filter(({ active, interactive }) => active && interactive)
      return { active_interactive_idps_count: signIn.length, idps_metadata }
    },
  )
  registerMetadata(server, deps)
}

function registerMetadata(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${PROVIDERS}/me/meta`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getMyIdpMeta',
        summary: 'Links of the vendor’s own provider, which is not here: none',
        response: { 200: Type.Object({}, { title: 'IDPMeta' }), ...problems(500) },
      },
    },
    async () => ({}),
  )
  server.get(
    `${PROVIDERS}/.well-known/metadata.json`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getIdpWellKnownMetaData',
        summary: 'Where programs get tokens of this service, and how (RFC 8414)',
        response: {
          200: Type.Object(
            {
              issuer: Type.String(),
              token_endpoint: Type.String(),
              grant_types_supported: Type.Array(Type.String()),
              response_types_supported: Type.Array(Type.String()),
              token_endpoint_auth_methods_supported: Type.Array(Type.String()),
            },
            { title: 'AuthorizationServerMetadata' },
          ),
          ...problems(500),
        },
      },
    },
    async (request) => ({
      issuer: absoluteLink(deps, request, ''),
      token_endpoint: absoluteLink(deps, request, '/oauth/token'),
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    }),
  )
}
