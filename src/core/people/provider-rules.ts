/** What an identity provider must say of itself to be of use. */
import { oneLine } from '../plain-text.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** What an administrator says of one. */
export type ProviderWish = Omit<
  IdentityProvider,
  'id' | 'tenantId' | 'sealedClientSecret' | 'createdAt' | 'updatedAt'
> & {
  /** null: none any more; absent: as it was. */
  readonly sealedClientSecret?: string | null
}

export interface ProviderFault {
  readonly detail: string
  /** JSON Pointer. */
  readonly pointer: string
}

/** The most that one tenant has. */
export const PROVIDERS_MAX = 50

/**
 * @param ownIssuer which no other may have
 * @param urlFault why an address may not be asked, in words
 * @param before what is changed
 */
export function providerFaults(
  wish: ProviderWish,
  ownIssuer: string,
  urlFault: (url: string) => string | undefined,
  before?: IdentityProvider,
): ProviderFault[] {
  const { protocol, issuer, clientId, jwksUrl, jwks } = wish
  const faults: ProviderFault[] = []
  const fault = (pointer: string, detail: string | undefined) => {
    if (detail !== undefined) faults.push({ pointer, detail })
  }
  if (oneLine(issuer) !== issuer) fault('/issuer', 'issuer must be a plain text, exactly as "iss" has it')
  if (issuer === ownIssuer) fault('/issuer', 'this is the issuer of the tokens of this service itself')
  if (keepsSecretFor(wish, before)) {
    fault('/clientSecret', 'give the clientSecret again: the one that is kept is for another issuer alone')
  }
  if (jwksUrl !== undefined) fault('/jwksUrl', urlFault(jwksUrl))
  if (jwksUrl !== undefined && jwks !== undefined) fault('/jwks', 'give jwks or jwksUrl, not both')
  if (jwks !== undefined) fault('/jwks', keysFault(JSON.parse(jwks)))
  if (protocol === 'oidc') {
    if (clientId === undefined) fault('/clientId', 'clientId is needed where people sign in')
    fault('/issuer', urlFault(issuer))
  } else {
    if (clientId !== undefined) fault('/clientId', 'clientId is only for the protocol oidc')
    if (jwksUrl === undefined && jwks === undefined) fault('/issuer', discoveryFault(urlFault(issuer)))
  }
  return faults
}

/** A secret that nobody is shown would be sent to whichever issuer is named next. */
function keepsSecretFor(wish: ProviderWish, before: IdentityProvider | undefined): boolean {
  const isKept = before?.sealedClientSecret !== undefined && wish.sealedClientSecret === undefined
  return isKept && wish.issuer !== before.issuer
}

function discoveryFault(fault: string | undefined): string | undefined {
  if (fault === undefined) return undefined
  return `without jwks or jwksUrl the keys are found by the address of the issuer, and ${fault}`
}

/** Public keys with which signatures are verified. */
function keysFault(document: unknown): string | undefined {
  const { keys } = { ...(document as { readonly keys?: unknown }) }
  if (!Array.isArray(keys) || keys.length === 0) return 'jwks must be a JSON Web Key Set with a key at least'
  for (const key of keys) {
    const { kty, d } = { ...(key as { readonly kty?: unknown; readonly d?: unknown }) }
    if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return 'every key must be one of RSA, EC or OKP'
    if (d !== undefined) return 'jwks has a private key: give public ones only, and take this one out of use'
  }
  return undefined
}
