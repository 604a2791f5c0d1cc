/** An identity provider of tests: it signs tokens, and publishes its keys to whoever fetches them. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Fetch } from '../../src/delivery/channels/guarded-fetch.ts'

export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export class TestIssuer {
  readonly url: string
  keys: readonly SigningKey[]
  /** Addresses in the order in which they were asked. */
  readonly asked: string[] = []
  /** What it answers in the place of its keys. */
  answer: (() => Promise<Response>) | undefined

  constructor(url: string, keys: readonly SigningKey[]) {
    this.url = url
    this.keys = keys
  }

  get jwksUrl(): string {
    return `${this.url}/keys`
  }

  get jwks(): { readonly keys: JWK[] } {
    return { keys: this.keys.map(({ jwk }) => jwk) }
  }

  /** Signed with its first key unless told otherwise. Times are epoch seconds. */
  token(
    payload: JWTPayload,
    { key = this.keys[0]!, header = {} }: { readonly key?: SigningKey; readonly header?: object } = {},
  ): Promise<string> {
    return new SignJWT({ iss: this.url, ...payload })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey)
  }

  readonly fetch: Fetch = async (url) => {
    this.asked.push(url)
    if (this.answer !== undefined) return this.answer()
    if (url === this.jwksUrl) return Response.json(this.jwks)
    if (url === `${this.url}/.well-known/openid-configuration`) {
      return Response.json({ issuer: this.url, jwks_uri: this.jwksUrl })
    }
    return new Response('', { status: 404 })
  }
}
