/**
 * How groups come to be: each identity provider says by itself whether groups that it names are made. What
 * clients ask for of the tenant as a whole is told from that, and changed there.
 */
import { Type } from 'typebox'
import { everyRow } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { JsonPatch } from '../http/json-patch.ts'
import { absoluteLink, SelfLink } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'

const TAGS = ['groups']
const GROUP_SETTINGS = '/api/v1/groups/settings'

const Settings = Type.Object(
  {
    tenantId: Type.String(),
    autoCreateGroups: Type.Boolean({ description: 'An identity provider makes the groups that it names' }),
    syncIdpGroups: Type.Boolean(),
    links: SelfLink,
  },
  { title: 'GroupsSettings' },
)

export function registerGroupSettings(server: ApiServer, deps: ApiDeps): void {
  server.get(
    GROUP_SETTINGS,
    {
      schema: {
        operationId: 'getGroupsSettings',
        tags: TAGS,
        summary: 'Tells whether sign-ins make groups',
        response: { 200: Settings, ...problems(500) },
      },
    },
    async (request) => {
      const { tenantId } = callerOf(request)
      const providers = await everyRow(deps.store, 'identityProviders', { tenantId })
      const made = providers.some(({ enabled, createsGroups }) => enabled && createsGroups)
      const href = absoluteLink(deps, request, GROUP_SETTINGS)
      return { tenantId, autoCreateGroups: made, syncIdpGroups: made, links: { self: { href } } }
    },
  )
  server.patch(
    GROUP_SETTINGS,
    {
      schema: {
        operationId: 'patchGroupsSettings',
        tags: TAGS,
        summary: 'Refused: identity providers say by themselves whether they make groups',
        body: JsonPatch,
        response: { ...problems(400, 403) },
      },
    },
    async () => {
      const detail = 'whether groups are made is a setting of each identity provider: change it there'
      throw refuse('forbidden', { detail })
    },
  )
}
