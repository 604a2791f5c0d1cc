/**
 * One client of one app: a reload after the other, each of the next generation, whatever happens to the
 * server. What was not answered is asked again under the same idempotency key; some reloads are canceled in
 * the middle, and every one that waits out a long back-off.
 */
import { ApiError, type ReloadRecord } from '../../../src/cli/client.ts'
import { isOutcome } from '../../../src/core/outcome.ts'
import type { ChaosApp, Installation } from './installation.ts'

/**
 * A reload that was hit once waits 5 s, which clients wait out; twice 30 s, then 120 s, and they cancel it.
 */
const PATIENCE_MS = 9_000
const POLL_MS = 150

/** What all clients know. */
export interface Seen {
  /** Ids of reloads told as accepted. */
  readonly accepted: Set<string>
  /** Latest generation asked for, by app. */
  readonly generations: Map<string, number>
  ended: number
  readonly faults: string[]
}

export async function keepReloading(
  installation: Installation,
  app: ChaosApp,
  seen: Seen,
  uniform: () => number,
  quiet: AbortSignal,
): Promise<void> {
  for (let last = false; !last; ) {
    // The last one is asked for when nothing is killed any more: it must succeed.
    last = quiet.aborted
    const generation = 1 + (seen.generations.get(app.id) ?? 0)
    seen.generations.set(app.id, generation)
    const id = await ask(installation, app, generation, !last && generation % 9 === 0)
    seen.accepted.add(id)
    const hasty = uniform() < 0.08 ? uniform() * 600 : PATIENCE_MS
    const status = await untilEnd(app, id, last ? Number.POSITIVE_INFINITY : hasty)
    seen.ended += 1
    if (last && status !== 'SUCCEEDED') seen.faults.push(`reload ${id} was not disturbed and ended ${status}`)
  }
}

async function ask(
  installation: Installation,
  app: ChaosApp,
  generation: number,
  fails: boolean,
): Promise<string> {
  const variables = { vGen: String(generation), vFail: fails ? '1' : '0' }
  for (;;) {
    try {
      const response = await fetch(`${installation.service.url}/api/v1/reloads`, {
        method: 'POST',
        headers: {
          authorization: app.authorization,
          'content-type': 'application/json',
          'idempotency-key': `${app.name}/${generation}`,
        },
        body: JSON.stringify({ appId: app.id, variables }),
      })
      if (response.status === 201) return ((await response.json()) as ReloadRecord).id
      throw new Error(`a reload was answered with ${response.status}: ${await response.text()}`)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      await pause(POLL_MS)
    }
  }
}

async function untilEnd(app: ChaosApp, id: string, cancelAfterMs: number): Promise<string> {
  const cancelAt = performance.now() + cancelAfterMs
  for (;;) {
    await pause(POLL_MS)
    try {
      const { status } = await app.client().reload(id)
      if (isOutcome(status)) return status
      if (performance.now() < cancelAt || status === 'CANCELING') continue
      if (cancelAfterMs < PATIENCE_MS || status === 'QUEUED') await app.client().cancelReload(id)
    } catch (error) {
      // The server was killed, or the reload ended just before its cancel.
      const ended = error instanceof ApiError && error.status === 409
      if (!(error instanceof TypeError || ended)) throw error
    }
  }
}

/** Chance decides the moments; nothing that is asserted depends on how long it takes. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
