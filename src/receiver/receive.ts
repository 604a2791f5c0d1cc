/**
 * Handles one request of a sender: verify, decode, de-duplicate, call back, answer. The handlers for servers
 * only translate.
 *
 * The answer decides what the sender does next: 2xx ends the delivery, anything else causes a retry. So the
 * callback is awaited: if it throws, the answer is 500, the event counts as not handled, and a later delivery
 * of it calls back again.
 */
import { defined } from '../core/defined.ts'
import { type AnyEvent, decodeEvents } from './decode-events.ts'
import type { ReloadEvent } from './reload-event.ts'
import { type SeenEvents, seenInMemory } from './seen-events.ts'
import { type HeaderLookup, type SignatureVerdict, verifySignature } from './verify-signature.ts'

export interface ReceiverOptions {
  /** The webhook's secret, as typed when the webhook was made; several while it is being rotated. */
  readonly secret: string | readonly string[]
  /**
   * Called once per event. Await what must be done before the event counts as handled; throw to get it again.
   */
  onEvent(event: ReloadEvent): void | Promise<void>
  /** Remembers handled events. Default: in this process, see `seenInMemory`. */
  readonly seen?: SeenEvents
  /** `either` also accepts requests with only `Qlik-Signature`. Default `standard`. */
  readonly accept?: 'standard' | 'either'
  /** Maximum difference of the clocks, ms. Default 5 minutes (Standard Webhooks). */
  readonly toleranceMs?: number
  /** Larger bodies are refused with 413; bytes, default 1 MiB. */
  readonly maxBodyBytes?: number
  /**
   * Allowed origins, for webhooks that ask first (CloudEvents abuse protection, an OPTIONS request). `*`
   * allows any. Default: none; such requests are answered 405.
   */
  readonly allowOrigin?: '*' | readonly string[]
  /** Called on failures: a refused request, an error of the callback. Default: does nothing. */
  onProblem?(problem: { readonly status: number; readonly detail: string; readonly error?: unknown }): void
}

export interface ReceivedRequest {
  readonly method: string
  readonly header: HeaderLookup
  readonly headerNames: Iterable<string>
  /** The raw bytes. */
  readonly body: Uint8Array
}

export interface ReceiverAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Receive = (request: ReceivedRequest) => Promise<ReceiverAnswer>

export const MAX_BODY_BYTES = 1024 ** 2
const TOLERANCE_MS = 5 * 60_000
/** Retry-After, in seconds, for a delivery that met another one of the same event. */
const BUSY_RETRY_SECONDS = '5'

const REFUSED: Readonly<Record<Exclude<SignatureVerdict, { ok: true }>['reason'], string>> = {
  missing: 'the request is not signed: set a secret on the webhook',
  wrong: 'the signature was not made with this secret over these bytes',
  'too-old': 'the signature is too old: a replay, or the clocks differ',
  'from-the-future': 'the signature is from the future: the clocks differ',
}

export function receiver(options: ReceiverOptions): Receive {
  const secrets = typeof options.secret === 'string' ? [options.secret] : options.secret
  if (secrets.length === 0 || secrets.includes(''))
    throw new TypeError('secret: give the secret of the webhook')
  const seen = options.seen ?? seenInMemory()
  const refuse = (status: number, detail: string, error?: unknown): ReceiverAnswer => {
    options.onProblem?.({ status, detail, ...defined({ error }) })
    return answer(status, detail)
  }
  return async (request) => {
    if (request.method === 'OPTIONS') return consent(request, options.allowOrigin ?? [])
    if (request.method !== 'POST')
      return { ...answer(405, 'send events with POST'), headers: { allow: 'POST' } }
    if (request.body.length > (options.maxBodyBytes ?? MAX_BODY_BYTES))
      return refuse(413, 'the body is too large')
    const verdict = await verifySignature(request.header, request.body, {
      secrets,
      accept: options.accept ?? 'standard',
      toleranceMs: options.toleranceMs ?? TOLERANCE_MS,
      now: Date.now(),
    })
    if (!verdict.ok) return refuse(401, REFUSED[verdict.reason])
    const events = decodeEvents(request.header, request.headerNames, request.body)
    if (typeof events === 'string') return refuse(400, events)
    for (const event of events) {
      const problem = await handle(event, seen, options.onEvent)
      if (problem === 'busy') {
        const busy = refuse(503, `event ${event.id} is being handled by another request`)
        return { ...busy, headers: { 'retry-after': BUSY_RETRY_SECONDS } }
      }
      if (problem !== undefined) return refuse(500, `event ${event.id} could not be handled`, problem.error)
    }
    return answer(204, '')
  }
}

async function handle(
  event: AnyEvent,
  seen: SeenEvents,
  onEvent: ReceiverOptions['onEvent'],
): Promise<undefined | 'busy' | { readonly error: unknown }> {
  const state = await seen.begin(event.id)
  if (state !== 'new') return state === 'busy' ? 'busy' : undefined
  try {
    await onEvent(event as unknown as ReloadEvent)
  } catch (error) {
    await seen.failed(event.id)
    return { error }
  }
  await seen.handled(event.id)
  return undefined
}

/**
 * The handshake of CloudEvents' HTTP webhook specification, section 4: the header grants consent, not the
 * status.
 */
function consent({ header }: ReceivedRequest, allowed: '*' | readonly string[]): ReceiverAnswer {
  const origin = header('webhook-request-origin')
  const allows = origin !== undefined && (allowed === '*' || allowed.includes(origin))
  if (!allows) return { ...answer(405, 'send events with POST'), headers: { allow: 'POST' } }
  return {
    status: 204,
    headers: { allow: 'POST', 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' },
    body: '',
  }
}

function answer(status: number, body: string): ReceiverAnswer {
  return { status, headers: {}, body }
}
