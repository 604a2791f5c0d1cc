/**
 * The two signatures of a webhook send, both over the exact bytes that go out: `Qlik-Signature` (contract 04, section 6)
 * and the Standard Webhooks headers (https://www.standardwebhooks.com, contract 06, section 4).
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SignatureHeaders {
  readonly 'qlik-signature': string
  readonly 'webhook-id': string
  /** Whole seconds of this send. */
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * @param secret as the user typed it; its UTF-8 bytes are the key
 * @param sentAt epoch milliseconds of this send
 */
export function signatureHeaders(
  secret: string,
  eventId: string,
  sentAt: number,
  body: Uint8Array,
): SignatureHeaders {
  const seconds = String(Math.floor(sentAt / 1000))
  return {
    'qlik-signature': createHmac('sha256', secret).update(body).digest('hex'),
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${createHmac('sha256', secret)
      .update(`${eventId}.${seconds}.`)
      .update(body)
      .digest('base64')}`,
  }
}

/** What a receiver does with `Qlik-Signature`: true when the header was made with the secret over these bytes. */
export function verifyQlikSignature(secret: string, body: Uint8Array, header: string | undefined): boolean {
  if (header === undefined || !/^[0-9a-f]{64}$/.test(header)) return false
  const expected = createHmac('sha256', secret).update(body).digest()
  return timingSafeEqual(Buffer.from(header, 'hex'), expected)
}
