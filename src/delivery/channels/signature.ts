/**
 * The two signatures of a webhook send, both over the exact bytes sent: `Qlik-Signature` (contract 04,
 * section 6) and the Standard Webhooks headers (https://www.standardwebhooks.com, contract 06, section 4).
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SignatureHeaders {
  readonly 'qlik-signature': string
  readonly 'webhook-id': string
  /** Time of this send in whole seconds. */
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * @param secrets as the user typed them; their UTF-8 bytes are the keys. The first is the present one, the
 * others are still valid during a rotation. `Qlik-Signature` uses the first, `webhook-signature` lists all.
 * @param id of the event or the batch
 * @param sentAt epoch milliseconds of this send
 */
export function signatureHeaders(
  secrets: readonly [string, ...string[]],
  id: string,
  sentAt: number,
  body: Uint8Array,
): SignatureHeaders {
  const seconds = String(Math.floor(sentAt / 1000))
  return {
    'qlik-signature': createHmac('sha256', secrets[0]).update(body).digest('hex'),
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets
      .map((secret) => createHmac('sha256', secret).update(`${id}.${seconds}.`).update(body).digest('base64'))
      .map((signature) => `v1,${signature}`)
      .join(' '),
  }
}

/**
 * Verifies `Qlik-Signature` as a receiver does: returns true if it was made with the secret over these bytes.
 */
export function verifyQlikSignature(secret: string, body: Uint8Array, header: string | undefined): boolean {
  if (header === undefined || !/^[0-9a-f]{64}$/.test(header)) return false
  const expected = createHmac('sha256', secret).update(body).digest()
  return timingSafeEqual(Buffer.from(header, 'hex'), expected)
}
