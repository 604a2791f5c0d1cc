/**
 * Verifies that a request comes from a service that knows the secret. Checks the Standard Webhooks signature
 * (https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp`, `webhook-signature`), which includes
 * a time, and Qlik's own `Qlik-Signature` (hex HMAC-SHA-256 of the body), which does not. Uses only Web
 * Crypto, so that it runs in every server-side JavaScript runtime.
 */
import { joined } from './bytes.ts'

export type HeaderLookup = (name: string) => string | undefined

export interface SignatureRules {
  /** As typed when the webhook was made, or as `whsec_...`. Several during a rotation. */
  readonly secrets: readonly string[]
  /**
   * `standard` requires the Standard Webhooks headers: a copy of an old request is refused. `either` also
   * accepts `Qlik-Signature` alone, for events from Qlik Cloud itself.
   */
  readonly accept: 'standard' | 'either'
  /** Maximum difference between the time of the signature and now, ms. */
  readonly toleranceMs: number
  /** Epoch milliseconds. */
  readonly now: number
}

export type SignatureVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'missing' | 'wrong' | 'too-old' | 'from-the-future' }

/** @param body the exact bytes received, before any parsing */
export async function verifySignature(
  header: HeaderLookup,
  body: Uint8Array,
  rules: SignatureRules,
): Promise<SignatureVerdict> {
  const standard = header('webhook-signature')
  if (standard !== undefined) return verifyStandard(standard, header, body, rules)
  const qlik = header('qlik-signature')
  if (qlik === undefined || rules.accept === 'standard') return { ok: false, reason: 'missing' }
  const given = /^[0-9a-f]{64}$/.test(qlik) ? fromHex(qlik) : undefined
  return verdict(given !== undefined && (await anySecretMade(rules.secrets, [given], joined([body]))))
}

async function verifyStandard(
  signatures: string,
  header: HeaderLookup,
  body: Uint8Array,
  { secrets, toleranceMs, now }: SignatureRules,
): Promise<SignatureVerdict> {
  const id = header('webhook-id')
  const seconds = header('webhook-timestamp')
  if (id === undefined || seconds === undefined) return { ok: false, reason: 'missing' }
  if (!/^\d{1,12}$/.test(seconds)) return { ok: false, reason: 'wrong' }
  const signed = joined([new TextEncoder().encode(`${id}.${seconds}.`), body])
  const given = signatures
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => fromBase64(one.slice(3)))
    .filter((one) => one !== undefined)
  if (!(await anySecretMade(secrets, given, signed))) return { ok: false, reason: 'wrong' }
  const ageMs = now - Number(seconds) * 1000
  if (ageMs > toleranceMs) return { ok: false, reason: 'too-old' }
  return ageMs < -toleranceMs ? { ok: false, reason: 'from-the-future' } : { ok: true }
}

function verdict(ok: boolean): SignatureVerdict {
  return ok ? { ok } : { ok, reason: 'wrong' }
}

/** Web Crypto compares in constant time. */
async function anySecretMade(
  secrets: readonly string[],
  signatures: readonly Uint8Array<ArrayBuffer>[],
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey(
      'raw',
      secretBytes(secret),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['verify'],
    )
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, signature, message)) return true
    }
  }
  return false
}

/** Decodes a secret in Standard Webhooks form, `whsec_` and base64; any other text is used as it is. */
function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const encoded = secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : undefined
  return encoded ?? new TextEncoder().encode(secret)
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
