/**
 * The header `Idempotency-Key`: a request that is repeated under its key starts nothing twice, and one that
 * asks for something else is refused (draft-ietf-httpapi-idempotency-key-header, section 2.7).
 */
import { refuse } from '../http/problem.ts'

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

export function readIdempotencyKey(key: string | undefined): string | undefined {
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key
  throw refuse('badRequest', {
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
    parameter: 'Idempotency-Key',
  })
}

export function keyOfOtherPayload(): Error {
  return refuse('idempotencyMismatch', {
    detail: 'this Idempotency-Key was used with another payload: take a new one',
    parameter: 'Idempotency-Key',
  })
}
