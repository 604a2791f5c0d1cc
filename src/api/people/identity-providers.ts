/**
 * Identity providers of the tenant, for its admins: where people sign in (`oidc`), and issuers whose tokens
 * are taken as bearer (`jwt`). In members of our own, and in the documents of Qlik's API (idp-document.ts). A
 * client secret is taken and never shown.
 */
import { type Static, Type } from 'typebox'
import {
  changeProvider,
  deleteProvider,
  makeProvider,
  seenProvider,
} from '../../catalog/identity-provider.ts'
import { refuseWaysIn } from '../../catalog/ways-in.ts'
import { defined } from '../../core/defined.ts'
import type { ProviderId } from '../../core/ids.ts'
import { applyPatch, PATCH_OPERATIONS, type PatchOperation } from '../../core/json-patch.ts'
import {
  DEFAULT_CLAIM_NAMES,
  type IdentityProvider,
  INVITED_BY_MAIL,
} from '../../core/people/identity-provider.ts'
import { type ProviderWish, providerFaults } from '../../core/people/provider-rules.ts'
import { timeText } from '../../core/time-text.ts'
import { OWN_ISSUER } from '../../sign-in/client-token.ts'
import { all, is } from '../../store/port/condition.ts'
import { positionOf } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { pageLinks, pageParameters, pageSchema, readPage } from '../http/page.ts'
import { done, problems, refuse, refuseEach } from '../http/problem.ts'
import { assertShape } from '../http/validate.ts'
import {
  JwtDocument,
  OidcDocument,
  ownMembers,
  ownOperations,
  QLIK_MEMBERS,
  qlikMembers,
} from './idp-document.ts'
import { registerProviderFacts } from './idp-facts.ts'

const TAGS = ['identity-providers']
const PROVIDERS = '/api/v1/identity-providers'
const Moment = Type.String({ format: 'date-time' })
const short = (description: string) => Type.String({ minLength: 1, maxLength: 255, description })
const address = (description: string) => Type.String({ minLength: 1, maxLength: 1024, description })

const KeySet = Type.Object(
  {
    keys: Type.Array(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()), {
      minItems: 1,
      maxItems: 20,
    }),
  },
  {
    title: 'JsonWebKeySet',
    additionalProperties: false,
    description: 'JSON Web Key Set (RFC 7517) of public keys',
  },
)

const ClaimNames = Type.Object(
  {
    subject: Type.Optional(short('sub by default')),
    name: Type.Optional(short('name by default')),
    email: Type.Optional(short('email by default')),
    groups: Type.Optional(short('groups by default')),
  },
  { title: 'ClaimNames', additionalProperties: false, description: 'Which claim tells what of a person' },
)

const SETTABLE = {
  name: short('For people'),
  protocol: Type.Enum(['oidc', 'jwt'], {
    description: 'oidc: people sign in there; jwt: its tokens are taken',
  }),
  issuer: address('Exactly as `iss` has it'),
  audience: Type.Optional(
    address('That tokens must be for; of oidc the client id by default, of jwt any when left out'),
  ),
  clientId: Type.Optional(short('Of oidc: this service at the provider')),
  jwksUrl: Type.Optional(address('Address of the keys; found by the discovery document when left out')),
  jwks: Type.Optional(KeySet),
  claims: Type.Optional(ClaimNames),
  createsUsers: Type.Optional(
    Type.Boolean({ description: 'Whoever is seen for the first time becomes a user; true by default' }),
  ),
  createsGroups: Type.Optional(
    Type.Boolean({ description: 'Groups that are named and not there are made; false by default' }),
  ),
  invitedByMail: Type.Optional(
    Type.Enum([...INVITED_BY_MAIL], {
      description:
        'Whether who was invited comes in by the e-mail address: when it is said to be verified (by ' +
        'default of oidc), always, also when nothing is said of that, or never (by default of jwt)',
    }),
  ),
  enabled: Type.Optional(Type.Boolean({ description: 'true by default' })),
}
const Wish = Type.Object(
  {
    ...SETTABLE,
    clientSecret: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1024, description: 'Of oidc; kept sealed, never shown' }),
    ),
  },
  { title: 'NewIdentityProvider', additionalProperties: false },
)

const ProviderRecord = Type.Object(
  {
    ...SETTABLE,
    ...QLIK_MEMBERS,
    protocol: Type.Enum(['OIDC', 'jwtAuth']),
    id: Type.String(),
    tenantId: Type.String(),
    hasClientSecret: Type.Boolean(),
    createdAt: Moment,
    updatedAt: Moment,
  },
  { title: 'IdentityProvider' },
)
const ProviderPath = Type.Object({ id: Type.String() })

type Made = Static<typeof Wish> | Static<typeof OidcDocument> | Static<typeof JwtDocument>
const NewProvider = Type.Unsafe<Made>({
  type: 'object',
  required: ['protocol'],
  discriminator: { propertyName: 'protocol' },
  oneOf: [Wish, OidcDocument, JwtDocument],
})

function isOwn(made: Made): made is Static<typeof Wish> {
  return made.protocol === 'oidc' || made.protocol === 'jwt'
}

const Patch = Type.Array(
  Type.Object({
    op: Type.Enum([...PATCH_OPERATIONS, 'promote-options']),
    path: Type.Optional(Type.String({ maxLength: 128 })),
    from: Type.Optional(Type.String({ maxLength: 128 })),
    value: Type.Optional(Type.Unknown()),
  }),
  {
    minItems: 1,
    maxItems: 20,
    description:
      'JSON Patch (RFC 6902) of the members that can be set, and operations as the official client has them: replace of /active, /description and of /options or /pendingOptions and what is in them, promote-options',
  },
)

const LIST = {
  fields: ['createdAt', 'name', 'protocol'],
  defaultSort: { field: 'createdAt', descending: false },
  defaultLimit: 20,
  maxLimit: 100,
} as const

export function registerIdentityProviders(server: ApiServer, deps: ApiDeps): void {
  server.get(
    PROVIDERS,
    {
      schema: {
        tags: TAGS,
        operationId: 'getIdps',
        summary: 'Lists the identity providers of the tenant',
        querystring: Type.Object({ ...pageParameters(LIST), active: Type.Optional(Type.Boolean()) }),
        response: {
          200: pageSchema('IdentityProviders', ProviderRecord),
          ...problems(400, 403),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      done(refuseWaysIn(caller))
      const { active } = request.query
      const query = readPage(
        deps,
        request,
        request.query,
        LIST,
        defined({ active: active && String(active) }),
      )
      const { sort, page } = query
      const where = active === undefined ? all<'enabled'>() : is('enabled', active ? 1 : 0)
      const { tenantId } = caller
      const listed = await deps.store.list('identityProviders', { tenantId, where, sort, page })
      return {
        data: listed.rows.map(providerRecord),
        links: pageLinks(deps, request, query, listed, (row) =>
          positionOf('identityProviders', row, sort.field),
        ),
      }
    },
  )
  server.post(
    PROVIDERS,
    {
      schema: {
        tags: TAGS,
        operationId: 'createIdp',
        summary: 'Makes an identity provider',
        body: NewProvider,
        response: { 201: ProviderRecord, ...problems(400, 403, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { body } = request
      const wish = wishOf(deps, isOwn(body) ? body : ownMembers(caller.tenantId, body))
      const made = done(await makeProvider(deps, caller, wish))
      return reply.code(201).send(providerRecord(made))
    },
  )
  registerProvider(server, deps)
  registerProviderFacts(server, deps)
}

function registerProvider(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${PROVIDERS}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'getIdp',
        summary: 'Reads an identity provider',
        params: ProviderPath,
        response: { 200: ProviderRecord, ...problems(403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const found = await deps.store.identityProvider(caller.tenantId, request.params.id as ProviderId)
      return providerRecord(done(seenProvider(caller, found)))
    },
  )
  server.patch(
    `${PROVIDERS}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'patchIdp',
        summary: 'Changes an identity provider',
        params: ProviderPath,
        body: Patch,
        response: { 204: Type.Null(), ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const found = await deps.store.identityProvider(caller.tenantId, request.params.id as ProviderId)
      const before = done(seenProvider(caller, found))
      const patched = applyPatch(settableOf(before), operationsOf(request.body))
      if (patched.kind === 'fault') throw refuse('badRequest', patched)
      const { document } = patched
      assertShape(request, Wish, document)
      const wish = wishOf(deps, document, before)
      done(await changeProvider(deps, caller, before, wish))
      if (wish.enabled === false) await deps.browser.sessions.endThrough(caller.tenantId, before.id)
      return reply.code(204).send(null)
    },
  )
  server.delete(
    `${PROVIDERS}/:id`,
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteIdp',
        summary: 'Deletes an identity provider; nobody comes in through it any more',
        params: ProviderPath,
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await deleteProvider(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
}

function operationsOf(patch: Static<typeof Patch>): readonly PatchOperation[] {
  return patch.flatMap(({ op, path, ...rest }, index) => {
    const own = ownOperations({ op, ...defined({ path }), ...rest }, index)
    if (own !== undefined) return own
    if (path !== undefined) return [{ op, path, ...rest } as PatchOperation]
    throw refuse('badRequest', { detail: 'path is required', pointer: `/${index}/path` })
  })
}

/** Stands for the secret that is kept, in the document that a patch changes. */
const KEPT_SECRET = '**OMITTED**'

/** @throws refusal 400 naming all that is wrong */
function wishOf(deps: ApiDeps, body: Static<typeof Wish>, before?: IdentityProvider): ProviderWish {
  const { name, protocol, issuer, audience, clientId, clientSecret, jwksUrl, jwks, claims } = body
  const { createsUsers = true, createsGroups = false, invitedByMail, enabled = true } = body
  const isKept = clientSecret === KEPT_SECRET && before?.sealedClientSecret !== undefined
  const wish: ProviderWish = {
    name,
    protocol,
    issuer,
    claims: { ...DEFAULT_CLAIM_NAMES, ...defined({ ...claims }) },
    createsUsers,
    createsGroups,
    enabled,
    ...defined({ audience, clientId, jwksUrl, invitedByMail }),
    ...(jwks === undefined ? {} : { jwks: JSON.stringify(jwks) }),
    ...(isKept
      ? {}
      : { sealedClientSecret: clientSecret === undefined ? null : deps.seal.seal(clientSecret) }),
  }
  const faults = providerFaults(wish, OWN_ISSUER, deps.checkProviderUrl, before)
  if (clientSecret !== undefined && protocol === 'jwt') {
    faults.push({ pointer: '/clientSecret', detail: 'clientSecret is only for the protocol oidc' })
  }
  if (faults.length > 0) throw refuseEach('badRequest', faults)
  return wish
}

/** The document that a patch changes. */
function settableOf(provider: IdentityProvider): Static<typeof Wish> {
  const { name, protocol, issuer, audience, clientId, jwksUrl, jwks, claims } = provider
  const { createsUsers, createsGroups, invitedByMail, enabled, sealedClientSecret } = provider
  return {
    name,
    protocol,
    issuer,
    claims: { ...claims },
    createsUsers,
    createsGroups,
    enabled,
    ...defined({ audience, clientId, jwksUrl, invitedByMail }),
    ...(jwks === undefined ? {} : { jwks: JSON.parse(jwks) }),
    ...(sealedClientSecret === undefined ? {} : { clientSecret: KEPT_SECRET }),
  }
}

function providerRecord(provider: IdentityProvider): Static<typeof ProviderRecord> {
  const { clientSecret, ...settable } = settableOf(provider)
  const qlik = qlikMembers(provider, timeText)
  return {
    ...settable,
    ...qlik,
    protocol: qlik.provider === 'external' ? 'jwtAuth' : 'OIDC',
    id: provider.id,
    tenantId: provider.tenantId,
    hasClientSecret: clientSecret !== undefined,
    createdAt: timeText(provider.createdAt),
    updatedAt: timeText(provider.updatedAt),
  }
}
