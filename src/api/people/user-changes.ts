/** Users are made, invited, changed and deleted (contract 05, section 5), by administrators. */
import { type Static, Type } from 'typebox'
import { forgetUser } from '../../catalog/forget-user.ts'
import { isRefused, type Refused } from '../../catalog/refusal.ts'
import { changeUser, createUser, deleteUser, type Invited, inviteUser } from '../../catalog/user.ts'
import { defined } from '../../core/defined.ts'
import { ERRORS } from '../../core/errors.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink } from '../http/page.ts'
import { done, Problem, problems, refuse } from '../http/problem.ts'
import { RoleReferences, rolesNamed } from './role-wire.ts'
import { readUserPatch, UserPatch } from './user-patch.ts'
import { UserRecord, userRecord } from './user-record.ts'
import { EMAIL, NAME, PICTURE, textFault } from './user-texts.ts'

const TAGS = ['users']
const SUBJECT_MAX = 512
const INVITEES_MAX = 100
const UserPath = Type.Object({ userId: Type.String() })

const NewUser = Type.Object({
  subject: Type.String({
    minLength: 1,
    maxLength: SUBJECT_MAX,
    description: 'As the identity provider names the person; unique in the tenant',
  }),
  name: Type.Optional(
    Type.String({ minLength: 1, maxLength: NAME.most, description: 'The subject by default' }),
  ),
  email: Type.Optional(Type.String({ maxLength: EMAIL.most })),
  picture: Type.Optional(Type.String({ maxLength: PICTURE.most })),
  status: Type.Optional(Type.Enum(['invited', 'active'])),
  tenantId: Type.Optional(Type.String({ maxLength: 64, description: 'That of the caller' })),
  assignedRoles: Type.Optional(RoleReferences),
})

export function registerUserChanges(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/users',
    {
      schema: {
        operationId: 'createUser',
        tags: TAGS,
        summary: 'Makes a user, invited by default: the first sign-in makes it active',
        body: NewUser,
        response: { 201: UserRecord, ...problems(400, 403, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { subject, email, picture, status = 'invited', tenantId, assignedRoles = [] } = request.body
      const { name = subject.slice(0, NAME.most) } = request.body
      if (tenantId !== undefined && tenantId !== caller.tenantId) {
        throw refuse('badRequest', { detail: 'tenantId must be that of the caller', pointer: '/tenantId' })
      }
      for (const [pointer, limited, value] of [
        ['/name', NAME, name],
        ['/email', EMAIL, email],
        ['/picture', PICTURE, picture],
      ] as const) {
        const detail = value === undefined ? undefined : textFault(limited, value, deps.zones)
        if (detail !== undefined) throw refuse('badRequest', { detail, pointer })
      }
      const roles = rolesNamed(caller.tenantId, assignedRoles, '/assignedRoles')
      const wish = { subject, name, roles, status, ...defined({ email, picture }) }
      const user = done(await createUser(deps, caller, wish))
      return reply.code(201).send(userRecord(user, (path) => absoluteLink(deps, request, path)))
    },
  )
  registerInvite(server, deps)
  registerPatch(server, deps)
  registerDelete(server, deps)
  registerForget(server, deps)
}

const InviteResult = Type.Object(
  {
    email: Type.String(),
    status: Type.Enum(['ok', 'exists', 'error']),
    subject: Type.Optional(Type.String()),
    userId: Type.Optional(Type.String()),
    code: Type.Optional(Type.String({ description: '1002: the user is disabled; else as in errors' })),
    title: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
  },
  { title: 'InviteResult' },
)

/** No mail goes out: whoever invites tells the people where to sign in. */
const NO_MAIL_SENT = 'invited without a mail: tell the person the address of this service'

function registerInvite(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/users/actions/invite',
    {
      schema: {
        operationId: 'inviteUsers',
        tags: TAGS,
        summary: 'Makes invited users, one for each address that no user has; sends no mail',
        body: Type.Object({
          invitees: Type.Array(
            Type.Object({
              email: Type.String({ maxLength: EMAIL.most }),
              name: Type.Optional(Type.String({ maxLength: NAME.most })),
              language: Type.Optional(
                Type.String({ maxLength: 35, pattern: '^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$' }),
              ),
              resend: Type.Optional(Type.Boolean()),
            }),
            { minItems: 1, maxItems: INVITEES_MAX },
          ),
        }),
        response: { 207: Type.Object({ data: Type.Array(InviteResult) }), ...problems(400, 403) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      request.body.invitees.forEach(({ email }, index) => {
        const detail = textFault(EMAIL, email, deps.zones)
        if (detail !== undefined) throw refuse('badRequest', { detail, pointer: `/invitees/${index}/email` })
      })
      const data: Static<typeof InviteResult>[] = []
      for (const { email, name, language: locale } of request.body.invitees) {
        const invited = await inviteUser(deps, caller, { email, ...defined({ name, locale }) })
        if (isRefused(invited) && invited.reason === 'forbidden') throw refused(invited)
        data.push({ email, ...inviteResult(invited) })
      }
      return reply.code(207).send({ data })
    },
  )
}

function refused(refusal: Refused): Error {
  return refuse(refusal.reason, refusal.faults[0]!)
}

function inviteResult(invited: Invited | Refused): Omit<Static<typeof InviteResult>, 'email'> {
  if (isRefused(invited)) {
    const { code, title } = ERRORS[invited.reason]
    return { status: 'error', code, title, detail: invited.faults[0]!.detail }
  }
  const { subject, id: userId } = invited.user
  if (invited.status === 'disabled') {
    return { status: 'error', code: '1002', title: 'Disabled user', detail: 'enable the user instead' }
  }
  if (invited.status === 'exists') return { status: 'exists', subject, userId }
  return { status: 'ok', subject, userId, detail: NO_MAIL_SENT }
}

function registerPatch(server: ApiServer, deps: ApiDeps): void {
  server.patch(
    '/api/v1/users/:userId',
    {
      schema: {
        operationId: 'patchUser',
        tags: TAGS,
        summary: 'Changes a user, all of it or nothing; 207 names operations that have no meaning here',
        params: UserPath,
        body: UserPatch,
        response: {
          204: Type.Null(),
          207: Type.Pick(Problem, ['errors']),
          ...problems(400, 403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { tenantId } = caller
      const { edits, undone } = readUserPatch({ tenantId, zones: deps.zones, request }, request.body)
      done(await changeUser(deps, caller, request.params.userId, edits))
      if (undone.length === 0) return reply.code(204).send(null)
      const { code, title } = ERRORS.badRequest
      const errors = undone.map(({ index, detail }) => ({
        code,
        title,
        detail,
        source: { pointer: `/${index}/path` },
      }))
      return reply.code(207).send({ errors })
    },
  )
}

function registerForget(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/users/:userId/actions/forget',
    {
      schema: {
        operationId: 'forgetUser',
        tags: TAGS,
        summary: 'Deletes a user, and takes out of records, events and reloads what tells the person',
        description:
          'An extension, not part of Qlik’s API. Ids stay: they name nobody any more. Asking again is harmless.',
        params: UserPath,
        response: {
          200: Type.Object(
            { id: Type.String(), events: Type.Integer(), reloads: Type.Integer() },
            { title: 'ForgottenUser', description: 'How many records were changed' },
          ),
          ...problems(400, 403, 404, 409),
        },
      },
    },
    async (request) => done(await forgetUser(deps, callerOf(request), request.params.userId)),
  )
}

function registerDelete(server: ApiServer, deps: ApiDeps): void {
  server.delete(
    '/api/v1/users/:userId',
    {
      schema: {
        operationId: 'deleteUser',
        tags: TAGS,
        summary: 'Deletes a user: its keys, sessions, webhooks and tasks end, what it made stays',
        params: UserPath,
        querystring: Type.Object({
          pseudonymize: Type.Optional(
            Type.Boolean({
              description: 'Its record, events and reloads tell the person no more; also of a deleted user',
            }),
          ),
        }),
        response: { 204: Type.Null(), ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const { userId } = request.params
      const caller = callerOf(request)
      if (request.query.pseudonymize === true) done(await forgetUser(deps, caller, userId))
      else done(await deleteUser(deps, caller, userId, { pseudonymise: false }))
      return reply.code(204).send(null)
    },
  )
}
