/**
 * The parameter `wait` of routes that answer with a reload: a long poll. The answer comes when the reload has
 * an outcome, else after the wait, and earlier when the client leaves or the service stops.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Reload } from '../../core/reload.ts'
import { shortDurationMs } from '../../core/short-duration.ts'
import { newSignal } from '../../core/signal.ts'
import { SECOND } from '../../core/units.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse } from '../http/problem.ts'

const WAIT_MAX_S = 60

/** Seconds before a client asks again; a wait that cannot be granted is over at once. */
export const RETRY_AFTER = '1'

export const WaitQuery = Type.Object({
  wait: Type.Optional(
    Type.String({
      description: `Longest wait for the outcome: seconds, or a duration such as 30s or 1m; at most ${WAIT_MAX_S}s. Proxies between may allow less.`,
    }),
  ),
})

/** @returns milliseconds; undefined: not asked for */
export function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = shortDurationMs(/^\d+$/.test(text) ? `${text}s` : text)
  if (ms !== undefined && ms <= WAIT_MAX_S * SECOND) return ms
  throw refuse('badRequest', {
    detail: `wait must be a number of seconds or a duration such as 30s, at most ${WAIT_MAX_S}s`,
    parameter: 'wait',
  })
}

/** Returns the reload as it is after the wait. */
export async function waitForOutcome(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { tenantId, id: reloadId }: Pick<Reload, 'tenantId' | 'id'>,
  waitMs: number,
): Promise<Reload> {
  request.waited = true
  const abandoned = newSignal()
  reply.raw.on('close', abandoned.fire)
  const wish = { tenantId, reloadId, waitMs, abandoned: abandoned.done }
  const reload = await deps.outcomeWaits.whenEnded(wish)
  if (reload === undefined) throw refuse('reloadNotFound', { detail: 'the reload is forgotten by now' })
  return reload
}
