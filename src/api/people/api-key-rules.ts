/**
 * What the admins of a tenant allow of API keys (contract 05, section 5). Where nothing was set, a user has
 * up to 1000 good keys and they may be good for ever: other than at Qlik, whose defaults (5 keys, 24 hours)
 * would have stopped installations that had more.
 */
import { type Static, Type } from 'typebox'
import { changeKeyRules, type KeyRulesChange, keyRulesOf } from '../../catalog/key-rules.ts'
import { defined } from '../../core/defined.ts'
import { addDuration } from '../../core/duration.ts'
import { KEYS_PER_USER_MAX, type KeyRules } from '../../core/records.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'

const TAGS = ['api-keys']
const RULES = '/api/v1/api-keys/configs/:tenantId'
const RulesPath = Type.Object({ tenantId: Type.String() })
const duration = (description: string) => Type.Optional(Type.String({ description }))

const RulesRecord = Type.Object(
  {
    max_keys_per_user: Type.Integer({ minimum: 0, maximum: KEYS_PER_USER_MAX }),
    max_api_key_expiry: duration('ISO 8601 duration; absent: keys may be good for ever'),
    scim_externalClient_expiry: duration('As it was set; there are no keys of SCIM clients'),
  },
  { title: 'ApiKeyRules' },
)

const PATHS = ['/max_keys_per_user', '/max_api_key_expiry', '/scim_externalClient_expiry'] as const
const RulesPatch = Type.Array(
  Type.Object({
    op: Type.Enum(['replace', 'add', 'remove']),
    path: Type.Enum(PATHS),
    value: Type.Optional(Type.Union([Type.Integer(), Type.String({ maxLength: 64 })])),
  }),
  { minItems: 1, maxItems: 20 },
)

export function registerApiKeyRules(server: ApiServer, deps: ApiDeps): void {
  server.get(
    RULES,
    {
      schema: {
        tags: TAGS,
        operationId: 'getApiKeysConfig',
        summary: 'Reads what is allowed of API keys',
        params: RulesPath,
        response: { 200: RulesRecord, ...problems(403, 404) },
      },
    },
    async (request) => rulesRecord(done(await keyRulesOf(deps, callerOf(request), request.params.tenantId))),
  )
  server.patch(
    RULES,
    {
      schema: {
        tags: TAGS,
        operationId: 'patchApiKeysConfig',
        summary: 'Changes what is allowed of API keys that are made from now on',
        params: RulesPath,
        body: RulesPatch,
        response: { 204: Type.Null(), ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const change = changeOf(request.body)
      done(await changeKeyRules(deps, callerOf(request), request.params.tenantId, change))
      return reply.code(204).send(null)
    },
  )
}

/** @throws refusal 400 naming the operation */
function changeOf(patch: Static<typeof RulesPatch>): KeyRulesChange {
  const changes = patch.map(({ op, path, value }, index): KeyRulesChange => {
    const wrong = (detail: string) => refuse('badRequest', { detail, pointer: `/${index}/value` })
    if (path === '/max_keys_per_user') {
      if (op === 'remove') return { perUser: KEYS_PER_USER_MAX }
      if (typeof value === 'number' && value >= 0 && value <= KEYS_PER_USER_MAX) return { perUser: value }
      throw wrong(`value must be a whole number from 0 to ${KEYS_PER_USER_MAX}`)
    }
    const member = path === '/max_api_key_expiry' ? 'longest' : 'scimLongest'
    if (op === 'remove') return { [member]: null }
    if (typeof value === 'string' && (addDuration(value, 0) ?? 0) > 0) return { [member]: value }
    throw wrong('value must be an ISO 8601 duration above zero, such as PT24H or P365D')
  })
  return Object.assign({}, ...changes)
}

function rulesRecord(rules: KeyRules): Static<typeof RulesRecord> {
  const { perUser = KEYS_PER_USER_MAX, longest, scimLongest } = rules
  return {
    max_keys_per_user: perUser,
    ...defined({ max_api_key_expiry: longest, scim_externalClient_expiry: scimLongest }),
  }
}
