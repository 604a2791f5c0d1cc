/**
 * Identity providers in the documents of Qlik's API, as its official client writes and reads them, told in
 * the members of our own: OIDC where people sign in, OIDC and `jwtAuth` whose tokens are taken. There is one
 * configuration: `options` and `pendingOptions` are the same, and promoting these enables the provider. What
 * would be another thing than is asked for is refused.
 */
import { createPublicKey } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { PatchOperation } from '../../core/json-patch.ts'
import type { ClaimNames, IdentityProvider } from '../../core/people/identity-provider.ts'
import { SKEW_SECONDS } from '../../sign-in/issuer-token.ts'
import { refuse } from '../http/problem.ts'

const DISCOVERY = '/.well-known/openid-configuration'
const OIDC_PROVIDERS = ['auth0', 'okta', 'generic', 'salesforce', 'keycloak', 'adfs', 'azureAD'] as const

const text = () => Type.String({ minLength: 1, maxLength: 1024 })
const StaticKey = Type.Object({
  kid: Type.String({ minLength: 1, maxLength: 255 }),
  pem: Type.String({ maxLength: 8192, description: 'A public key, or a certificate with one' }),
})
const ClaimsMapping = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.Array(Type.String({ maxLength: 256 }), { maxItems: 20 }),
  {
    maxProperties: 20,
    description: 'sub, name, email and groups, each as one claim, such as "/sub"; others count for nothing',
  },
)
const OidcOptions = Type.Object(
  {
    discoveryUrl: Type.Optional(text()),
    openid_configuration: Type.Optional(Type.Object({ issuer: Type.Optional(text()) })),
    clientId: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    clientSecret: Type.Optional(text()),
    audience: Type.Optional(text()),
    claimsMapping: Type.Optional(ClaimsMapping),
    emailVerifiedAlwaysTrue: Type.Optional(Type.Boolean()),
  },
  { title: 'IDPOIDCOptions' },
)
type Options = Static<typeof OidcOptions> & Readonly<Record<string, unknown>>

const COMMON = {
  description: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Its name here' })),
  clockToleranceSec: Type.Optional(
    Type.Integer({ minimum: 0, maximum: SKEW_SECONDS, description: `${SKEW_SECONDS} is granted to all` }),
  ),
  tenantIds: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1 })),
}

export const JwtDocument = Type.Object(
  {
    ...COMMON,
    protocol: Type.Enum(['jwtAuth']),
    provider: Type.Optional(Type.Enum(['external'])),
    options: Type.Object({
      issuer: text(),
      staticKeys: Type.Array(StaticKey, { minItems: 1, maxItems: 20 }),
    }),
  },
  { title: 'CreateJWTAuthPayload' },
)

export const OidcDocument = Type.Object(
  {
    ...COMMON,
    protocol: Type.Enum(['OIDC']),
    provider: Type.Optional(Type.Enum(OIDC_PROVIDERS)),
    interactive: Type.Boolean({ description: 'true: people sign in there; false: its tokens are taken' }),
    skipVerify: Type.Optional(Type.Boolean({ description: 'true: enabled at once; false by default' })),
    createNewUsersOnLogin: Type.Optional(Type.Boolean()),
    options: Type.Optional(OidcOptions),
    pendingOptions: Type.Optional(OidcOptions),
  },
  { title: 'CreateOIDCPayload' },
)

/** Members of a record beside our own. */
export const QLIK_MEMBERS = {
  active: Type.Boolean(),
  description: Type.String(),
  provider: Type.Enum([...OIDC_PROVIDERS, 'external']),
  interactive: Type.Boolean(),
  createNewUsersOnLogin: Type.Boolean(),
  clockToleranceSec: Type.Integer(),
  tenantIds: Type.Array(Type.String()),
  created: Type.String({ format: 'date-time' }),
  lastUpdated: Type.String({ format: 'date-time' }),
  options: Type.Record(Type.String(), Type.Unknown()),
}

/** In the members of our own. */
export interface OwnMembers {
  readonly name: string
  readonly protocol: 'oidc' | 'jwt'
  readonly issuer: string
  readonly audience?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly jwks?: { keys: Record<string, unknown>[] }
  readonly claims?: Partial<ClaimNames>
  readonly createsUsers?: boolean
  readonly invitedByMail?: 'always' | 'verified'
  readonly enabled?: boolean
}

/** @throws refusal 400 naming the member that means something else than there is */
export function ownMembers(
  tenantId: string,
  document: Static<typeof JwtDocument> | Static<typeof OidcDocument>,
): OwnMembers {
  const { tenantIds, description } = document
  if (tenantIds?.some((id) => id !== tenantId)) {
    throw refuse('badRequest', { detail: 'tenantIds names another tenant', pointer: '/tenantIds' })
  }
  if (document.protocol === 'jwtAuth') {
    const { issuer, staticKeys } = document.options
    const keys = staticKeys.map(({ kid, pem }, at) => ({
      ...jwkOf(pem, `/options/staticKeys/${at}/pem`),
      kid,
    }))
    return { name: description ?? issuer, protocol: 'jwt', issuer, jwks: { keys } }
  }
  const {
    interactive,
    skipVerify = false,
    createNewUsersOnLogin: createsUsers,
    options,
    pendingOptions,
  } = document
  const [chosen, pointer] =
    options === undefined ? [pendingOptions ?? {}, '/pendingOptions'] : [options, '/options']
  const { clientId, clientSecret, ...read } = optionsRead(chosen, pointer)
  const { issuer } = read
  if (issuer === undefined) {
    throw refuse('badRequest', { detail: 'discoveryUrl is required', pointer: `${pointer}/discoveryUrl` })
  }
  // What is only pending is not used before it is promoted.
  const enabled = !interactive || skipVerify
  const own = { ...read, issuer, name: description ?? issuer, enabled, ...defined({ createsUsers }) }
  if (!interactive) return { ...own, protocol: 'jwt' }
  return { ...own, protocol: 'oidc', ...defined({ clientId, clientSecret }) }
}

type OptionsRead = Partial<
  Pick<OwnMembers, 'issuer' | 'audience' | 'clientId' | 'clientSecret' | 'claims' | 'invitedByMail'>
>

function optionsRead(options: Options, pointer: string): OptionsRead {
  const { discoveryUrl, openid_configuration, clientId, clientSecret, audience } = options
  for (const [member, why] of Object.entries(UNKNOWN_OPTIONS)) {
    const value = options[member]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    throw refuse('badRequest', { detail: `${member}: ${why}`, pointer: `${pointer}/${member}` })
  }
  const { claimsMapping, emailVerifiedAlwaysTrue } = options
  const issuer = discoveryUrl === undefined ? openid_configuration?.issuer : issuerOf(discoveryUrl, pointer)
  return defined({
    issuer,
    audience,
    clientId,
    clientSecret,
    claims: claimsMapping && claimsOf(claimsMapping, `${pointer}/claimsMapping`),
    invitedByMail: emailVerifiedAlwaysTrue === undefined ? undefined : byMail(emailVerifiedAlwaysTrue),
  })
}

/** What would let in others than are asked for. */
const UNKNOWN_OPTIONS = {
  allowedClientIds: 'clients are not told apart here: give the audience of the tokens',
  decryptingKey: 'encrypted tokens are not read here',
}

function byMail(isAlwaysVerified: boolean): 'always' | 'verified' {
  return isAlwaysVerified ? 'always' : 'verified'
}

function issuerOf(discoveryUrl: string, pointer: string): string {
  if (discoveryUrl.endsWith(DISCOVERY)) return discoveryUrl.slice(0, -DISCOVERY.length)
  const detail = `discoveryUrl must end in ${DISCOVERY}`
  throw refuse('badRequest', { detail, pointer: `${pointer}/discoveryUrl` })
}

const CLAIMS = { sub: 'subject', name: 'name', email: 'email', groups: 'groups' } as const

function claimsOf(mapping: Static<typeof ClaimsMapping>, pointer: string): Partial<ClaimNames> {
  const named = Object.entries(CLAIMS).flatMap(([theirs, ours]) => {
    const [first, second] = mapping[theirs] ?? []
    if (first === undefined) return []
    const claim = /^\/?([^/]+)$/.exec(first)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~')
    if (claim !== undefined && second === undefined) return [[ours, claim]]
    const detail = `${theirs} must be one claim of the token, such as "/${theirs}"`
    throw refuse('badRequest', { detail, pointer: `${pointer}/${theirs}` })
  })
  return Object.fromEntries(named)
}

/** @throws refusal 400 */
function jwkOf(pem: string, pointer: string): Record<string, unknown> {
  // A private key has a public one in it, and does not belong here.
  if (!/PRIVATE KEY/.test(pem)) {
    try {
      return createPublicKey(pem).export({ format: 'jwk' })
    } catch {
      // As told below.
    }
  }
  throw refuse('badRequest', { detail: 'pem must be a public key in PEM', pointer })
}

/** An operation of a patch, as operations on our own members; undefined when it is one of those already. */
export function ownOperations(
  { op, path = '', value }: { readonly op: string; readonly path?: string; readonly value?: unknown },
  index: number,
): readonly PatchOperation[] | undefined {
  if (op === 'promote-options') return [set('enabled', true)]
  const [, member, option] = /^\/(\w+)(?:\/(\w+))?$/.exec(path) ?? []
  if (op !== 'replace') return undefined
  if (member === 'active' || member === 'description') {
    return [set(member === 'active' ? 'enabled' : 'name', value)]
  }
  if (member !== 'options' && member !== 'pendingOptions') return undefined
  const options = option === undefined ? value : { [option]: value }
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw refuse('badRequest', { detail: 'value must be an object', pointer: `/${index}/value` })
  }
  const read = optionsRead(readableOptions(options as Options, index), `/${index}/value`)
  return Object.entries(read).map(([name, one]) => set(name, one))
}

/** Values of a patch have any shape: those of another than they must have name the operation. */
function readableOptions(options: Options, index: number): Options {
  const { discoveryUrl, claimsMapping } = options
  const isMapping =
    typeof claimsMapping === 'object' &&
    claimsMapping !== null &&
    Object.values(claimsMapping).every(
      (one) => Array.isArray(one) && one.every((at) => typeof at === 'string'),
    )
  const isFit =
    ['string', 'undefined'].includes(typeof discoveryUrl) && (claimsMapping === undefined || isMapping)
  if (isFit) return options
  throw refuse('badRequest', {
    detail: 'value has not the shape of these options',
    pointer: `/${index}/value`,
  })
}

function set(name: string, value: unknown): PatchOperation {
  return { op: 'add', path: `/${name}`, value }
}

/** Which of the providers of Qlik's API it is, and whether people sign in there. */
export function kindOf({ protocol, jwks }: Pick<IdentityProvider, 'protocol' | 'jwks'>) {
  const provider = protocol === 'jwt' && jwks !== undefined ? ('external' as const) : ('generic' as const)
  return { provider, interactive: protocol === 'oidc' }
}

/** What a record says beside our own members; a client secret is never told. */
export function qlikMembers(provider: IdentityProvider, timeText: (at: number) => string) {
  const { name, issuer, audience, clientId, jwks, claims, enabled, createsUsers } = provider
  const kind = kindOf(provider)
  const claimsMapping = Object.fromEntries(
    Object.entries(CLAIMS).map(([theirs, ours]) => [theirs, [`/${claims[ours]}`]]),
  )
  const discoveryUrl = `${issuer.replace(/\/$/, '')}${DISCOVERY}`
  return {
    ...kind,
    active: enabled,
    description: name,
    createNewUsersOnLogin: createsUsers,
    clockToleranceSec: SKEW_SECONDS,
    tenantIds: [provider.tenantId],
    created: timeText(provider.createdAt),
    lastUpdated: timeText(provider.updatedAt),
    options:
      kind.provider === 'external'
        ? { issuer, staticKeys: pemsOf(jwks!) }
        : { discoveryUrl, issuer, claimsMapping, ...defined({ clientId, audience }) },
  }
}

/** Keys that Node cannot read are left out: an issuer may have others that verify. */
function pemsOf(jwks: string): { readonly kid: string; readonly pem: string }[] {
  const { keys } = JSON.parse(jwks) as { readonly keys: readonly Record<string, unknown>[] }
  return keys.flatMap((key) => {
    try {
      const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
      return [{ kid: String(key.kid ?? ''), pem: String(pem) }]
    } catch {
      return []
    }
  })
}
