/**
 * Calls addresses for steps of automations: the same guard of addresses, signature and time as webhooks have.
 * The key of a call is its `Idempotency-Key` and the id of its signature. Follows no redirect.
 */

import { defined } from '../../core/defined.ts'
import type { CallAnswer, Caller, OutgoingCall } from '../caller.ts'
import type { Seal } from '../seal.ts'
import {
  AddressNotAllowed,
  failureText,
  guardedExchanges,
  retryAfter,
  type TargetOptions,
} from './guarded-target.ts'
import type { HttpExchanges } from './http-exchange.ts'
import { signatureHeaders } from './signature.ts'
import { targetProblem } from './target-address.ts'

export interface CallerOptions extends TargetOptions {
  readonly seal: Seal
  /** Sent as User-Agent. */
  readonly userAgent: string
}

export function urlCaller(options: CallerOptions): Caller {
  const http = guardedExchanges(options)
  let closed = false
  return {
    async call(call) {
      if (closed) throw new Error('the service stops')
      const answer = await made(options, http, call)
      // An exchange that the closing ended tells nothing of its target.
      if (closed && answer.kind === 'failed') throw new Error('the service stops')
      return answer
    },
    async close() {
      closed = true
      http.close()
    },
  }
}

async function made(options: CallerOptions, http: HttpExchanges, call: OutgoingCall): Promise<CallAnswer> {
  const { url, method, sentAt } = call
  const problem = targetProblem(url, options.allowance)
  if (problem !== undefined) return { kind: 'failed', detail: `address not allowed: ${problem}`, final: true }
  const body = call.body === undefined ? undefined : Buffer.from(call.body.text)
  let headers: Record<string, string>
  try {
    headers = requestHeaders(options, call, body)
  } catch {
    const detail = 'the secret or the secret headers cannot be opened; set them again'
    return { kind: 'failed', detail, final: true }
  }
  try {
    const answer = await http.exchange({ url, method, headers, ...defined({ body }) })
    const retryAfterMs = retryAfter(answer.headers['retry-after'], sentAt)
    return { kind: 'answered', status: answer.status, body: answer.body, ...defined({ retryAfterMs }) }
  } catch (error) {
    return { kind: 'failed', detail: failureText(error), final: error instanceof AddressNotAllowed }
  }
}

function requestHeaders(
  { seal, userAgent }: CallerOptions,
  { headers: plain, sealedHeaders, body: content, key, sealedSecret, sentAt }: OutgoingCall,
  body: Buffer | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { ...plain }
  for (const [name, sealed] of Object.entries(sealedHeaders)) headers[name] = seal.open(sealed)
  headers['user-agent'] = userAgent
  headers['accept-encoding'] = 'identity'
  headers['idempotency-key'] = key
  if (content !== undefined) headers['content-type'] = content.contentType
  if (sealedSecret !== undefined) {
    Object.assign(headers, signatureHeaders([seal.open(sealedSecret)], key, sentAt, body ?? Buffer.alloc(0)))
  }
  return headers
}
