/**
 * One client of one app: a reload after the other, each of the next generation, whatever happens to the server. What was
 * not answered is asked again under the same idempotency key; some reloads are canceled in the middle, and every one that
 * waits out a long back-off.
 */
import { ApiError, type ReloadRecord } from '../../../src/cli/client.ts'
import { isOutcome } from '../../../src/core/outcome.ts'
import type { ChaosApp, Installation } from './installation.ts'

/** A reload that was hit once waits 5 s, twice 30 s, then 120 s: this is what clients wait before they cancel. */
const PATIENCE_MS = 37_000
const POLL_MS = 150

/** What all clients know. */
export interface Seen {
  /** Told as accepted, with the generation asked for. */
  readonly accepted: Map<string, number>
  ended: number
}

export async function keepReloading(
  installation: Installation,
  app: ChaosApp,
  seen: Seen,
  uniform: () => number,
  quiet: AbortSignal,
): Promise<void> {
  for (let generation = 1; !quiet.aborted; generation++) {
    const id = await ask(installation, app, generation)
    seen.accepted.set(id, generation)
    const cancelAfterMs = uniform() < 0.08 ? uniform() * 600 : PATIENCE_MS
    await untilEnd(app, id, cancelAfterMs)
    seen.ended += 1
  }
}

async function ask(installation: Installation, app: ChaosApp, generation: number): Promise<string> {
  const variables = { vGen: String(generation), vFail: generation % 9 === 0 ? '1' : '0' }
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

async function untilEnd(app: ChaosApp, id: string, cancelAfterMs: number): Promise<void> {
  const cancelAt = performance.now() + cancelAfterMs
  for (;;) {
    await pause(POLL_MS)
    try {
      const { status } = await app.client().reload(id)
      if (isOutcome(status)) return
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
