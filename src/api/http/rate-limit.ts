/**
 * Request rate limits per user over a sliding window of five minutes, and a ceiling per tenant of half of
 * what its users could ask together, never less than one user's share (contract 02, sections 1 and 4; 05,
 * section 1). Memory is bounded: counts of whom nobody heard for a window are dropped, and beyond a number of
 * parties the longest silent one is.
 */
import type { FastifyRequest } from 'fastify'
import type { TenantId } from '../../core/ids.ts'
import { is } from '../../store/port/condition.ts'
import { callerOf } from './authenticate.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export type Tier = 'read' | 'write' | 'reload'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Rate-limit tier of the route; by default `read` for GET and HEAD, else `write`. */
    tier?: Tier
  }
}

/** Requests per minute; the window of five minutes allows five times as many in a burst. */
export const PER_MINUTE: Readonly<Record<Tier, number>> = { read: 1000, write: 100, reload: 50 }

const WINDOW_MINUTES = 5
const SLICE_MS = 5_000
const SLICES = (WINDOW_MINUTES * 60_000) / SLICE_MS
const PARTIES_MAX = 10_000
const USER_COUNT_AGE_MS = 60_000
const TENANT_SHARE = 0.5

export function installRateLimit(server: ApiServer, deps: ApiDeps): void {
  if (!deps.rateLimits) return
  const windows = new RateWindows(PARTIES_MAX)
  const usersOf = countUsers(deps)
  server.addHook('onRequest', async (request) => {
    const { tenantId, user } = callerOf(request)
    const tier = tierOf(request)
    const limit = PER_MINUTE[tier] * WINDOW_MINUTES
    const tenantLimit = Math.max(limit, Math.ceil(limit * (await usersOf(tenantId)) * TENANT_SHARE))
    const waitMs = windows.take(
      [
        { party: `user ${tenantId} ${user.id} ${tier}`, limit },
        { party: `tenant ${tenantId} ${tier}`, limit: tenantLimit },
      ],
      deps.world.clock.monotonic(),
    )
    if (waitMs === 0) return
    const seconds = Math.ceil(waitMs / 1000)
    throw refuse('rateLimited', {
      detail: `at most ${PER_MINUTE[tier]} requests a minute over ${WINDOW_MINUTES} minutes; wait ${seconds} s`,
      headers: { 'retry-after': String(seconds) },
    })
  })
}

function tierOf(request: FastifyRequest): Tier {
  const { tier } = request.routeOptions.config
  return tier ?? (request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write')
}

function countUsers(deps: ApiDeps): (tenantId: TenantId) => Promise<number> {
  const known = new Map<string, { readonly count: number; readonly at: number }>()
  return async (tenantId) => {
    const now = deps.world.clock.monotonic()
    const before = known.get(tenantId)
    if (before !== undefined && now - before.at < USER_COUNT_AGE_MS) return before.count
    const count = await deps.store.count('users', { tenantId, where: is('status', 'active') })
    known.set(tenantId, { count, at: now })
    return count
  }
}

interface Window {
  /** Requests per slice of time, the youngest at `slice % SLICES`. */
  readonly counts: Uint32Array
  slice: number
  total: number
}

/** Counts of requests in slices of time: a window slides by whole slices. */
export class RateWindows {
  readonly #partiesMax: number
  readonly #windows = new Map<string, Window>()

  constructor(partiesMax: number) {
    this.#partiesMax = partiesMax
  }

  get size(): number {
    return this.#windows.size
  }

  /**
   * Counts one request for all parties, or for none when one of them has no room left.
   * @returns 0 when it was counted, else the wait in milliseconds until there is room
   */
  take(parties: readonly { readonly party: string; readonly limit: number }[], nowMs: number): number {
    const slice = Math.floor(nowMs / SLICE_MS)
    const windows = parties.map(({ party, limit }) => ({ window: this.#window(party, slice), limit }))
    const wait = Math.max(...windows.map(({ window, limit }) => roomIn(window, limit, nowMs)))
    if (wait > 0) return wait
    for (const { window } of windows) {
      window.counts[slice % SLICES]! += 1
      window.total += 1
    }
    return 0
  }

  #window(party: string, slice: number): Window {
    const known = this.#windows.get(party)
    const window = known ?? { counts: new Uint32Array(SLICES), slice, total: 0 }
    slide(window, slice)
    // Last in, last out: the first key of the map is the party silent for longest.
    this.#windows.delete(party)
    this.#windows.set(party, window)
    for (const [oldest, { slice: seen }] of this.#windows) {
      if (this.#windows.size <= this.#partiesMax && slice - seen < SLICES) break
      this.#windows.delete(oldest)
    }
    return window
  }
}

function slide(window: Window, slice: number): void {
  const steps = Math.min(slice - window.slice, SLICES)
  for (let step = 1; step <= steps; step++) {
    const index = (window.slice + step) % SLICES
    window.total -= window.counts[index]!
    window.counts[index] = 0
  }
  window.slice = Math.max(window.slice, slice)
}

/** 0 when the window has room, else milliseconds until enough slices have left it. */
function roomIn(window: Window, limit: number, nowMs: number): number {
  let over = window.total - limit + 1
  if (over <= 0) return 0
  for (let age = SLICES - 1; age >= 0; age--) {
    over -= window.counts[(window.slice - age + SLICES) % SLICES]!
    if (over <= 0) return (window.slice - age + SLICES) * SLICE_MS - nowMs
  }
  return SLICES * SLICE_MS
}
