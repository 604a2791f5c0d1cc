/**
 * Who may say who somebody is: an OpenID provider where people sign in (`oidc`), or an issuer whose tokens
 * are taken as they are (`jwt`).
 */
import type { ProviderId, TenantId } from '../ids.ts'

/** Which claim tells what of a person. */
export interface ClaimNames {
  readonly subject: string
  readonly name: string
  readonly email: string
  readonly groups: string
}

export const DEFAULT_CLAIM_NAMES: ClaimNames = {
  subject: 'sub',
  name: 'name',
  email: 'email',
  groups: 'groups',
}

/**
 * Whether a person whose subject is not known takes the place of the user who was invited with its e-mail.
 * `verified`: when the provider says that the address was verified; `always`: also when it says nothing of
 * that, for providers that never do and where nobody can choose an address; `never`.
 */
export const INVITED_BY_MAIL = ['verified', 'always', 'never'] as const
export type InvitedByMail = (typeof INVITED_BY_MAIL)[number]

export interface IdentityProvider {
  readonly id: ProviderId
  readonly tenantId: TenantId
  readonly name: string
  readonly protocol: 'oidc' | 'jwt'
  /** As it stands in `iss`, compared character by character. */
  readonly issuer: string
  /** That tokens must be for: of oidc the client id; absent: tokens for anybody are taken. */
  readonly audience?: string
  /** Of oidc. The secret is sealed; absent for a public client. */
  readonly clientId?: string
  readonly sealedClientSecret?: string
  /** Keys of the issuer: their address, or a JSON Web Key Set as text; absent: as its discovery tells. */
  readonly jwksUrl?: string
  readonly jwks?: string
  readonly claims: ClaimNames
  /** Whether a person seen for the first time becomes a user; else only who is invited comes in. */
  readonly createsUsers: boolean
  /** Whether groups that it names are made; else only those that are there count. */
  readonly createsGroups: boolean
  /** Absent: as `invitedByMail` says for its protocol. */
  readonly invitedByMail?: InvitedByMail
  readonly enabled: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

/** Where people sign in, addresses are theirs; an issuer of tokens says whom it means by the subject. */
export function invitedByMail({
  protocol,
  invitedByMail,
}: Pick<IdentityProvider, 'protocol' | 'invitedByMail'>): InvitedByMail {
  return invitedByMail ?? (protocol === 'oidc' ? 'verified' : 'never')
}
