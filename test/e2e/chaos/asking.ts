/**
 * Asking a service that is killed again and again: what was not answered is asked again, a reload under the
 * same idempotency key. Everything that is seen goes into the diary.
 */
import { ApiError, type ReloadRecord } from '../../../src/cli/client.ts'
import { isOutcome } from '../../../src/core/outcome.ts'
import { readsIn } from './chaos-script.ts'
import type { Diary } from './diary.ts'
import type { ChaosApp, Installation } from './installation.ts'

const AGAIN_MS = 100
const POLL_MS = 200

export interface Wish {
  /** Unique among all, and the idempotency key. */
  readonly run: string
  readonly variables: Readonly<Record<string, string>>
  /** A partial reload reads the app's data and changes nothing. */
  readonly partial: boolean
  /** It is canceled this long after it was accepted, whatever it does then. */
  readonly cancelAfterMs: number
  /** It is canceled when it would have to wait out a longer back-off. */
  readonly patienceMs: number
}

interface Watched extends ReloadRecord {
  readonly queue?: ReloadRecord['queue'] & { readonly until?: string }
}

/** Asks for a reload and follows it to its end. @returns its outcome */
export async function reloadOnce(
  installation: Installation,
  diary: Diary,
  app: ChaosApp,
  wish: Wish,
): Promise<string> {
  const id = await ask(installation, diary, app, wish)
  const cancelAt = performance.now() + wish.cancelAfterMs
  for (;;) {
    await pause(POLL_MS)
    const record = (await untilAnswered(() => app.client().reload(id))) as Watched
    diary.seen(id, record.status)
    if (isOutcome(record.status)) {
      if (record.status === 'SUCCEEDED') await tellReads(diary, app, id)
      return record.status
    }
    if (record.status === 'CANCELING') continue
    const { until } = record.queue ?? {}
    const waitMs = until === undefined ? 0 : Date.parse(until) - Date.now()
    if (performance.now() >= cancelAt || waitMs > wish.patienceMs) await cancel(diary, app, id)
    else if (waitMs > POLL_MS) await pause(Math.min(waitMs, 1000))
  }
}

async function ask(
  installation: Installation,
  diary: Diary,
  app: ChaosApp,
  { run, variables, partial }: Wish,
): Promise<string> {
  return untilAnswered(async () => {
    diary.write({ kind: 'asked', run, app: app.name, writes: app.size !== 'reader' && !partial })
    const response = await fetch(`${installation.service.url}/api/v1/reloads`, {
      method: 'POST',
      headers: {
        authorization: app.authorization,
        'content-type': 'application/json',
        'idempotency-key': run,
      },
      body: JSON.stringify({ appId: app.id, variables: { ...variables, vRun: run }, partial }),
    })
    if (response.status !== 201) {
      throw new Error(`a reload was answered with ${response.status}: ${await response.text()}`)
    }
    const { id } = (await response.json()) as ReloadRecord
    diary.write({ kind: 'accepted', run, reload: id })
    return id
  })
}

async function cancel(diary: Diary, app: ChaosApp, reload: string): Promise<void> {
  try {
    const told = await untilAnswered(() => app.client().cancelReload(reload))
    diary.write({ kind: 'cancel', reload, answer: told === undefined ? 'canceled' : 'canceling' })
  } catch (error) {
    // It ended just before its cancel.
    if (!(error instanceof ApiError && error.status === 409)) throw error
    diary.write({ kind: 'cancel', reload, answer: 'already-ended' })
  }
}

async function tellReads(diary: Diary, app: ChaosApp, reload: string): Promise<void> {
  const log = await untilAnswered(() => app.client().scriptLog(app.id, reload))
  for (const read of readsIn(log)) diary.write({ kind: 'read', reload, ...read })
}

/** Asks again while nobody answers; a refusal is an answer, and thrown. */
export async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      // What fetch throws when the server was killed before or in the middle of its answer.
      if (!(error instanceof TypeError)) throw error
      await pause(AGAIN_MS)
    }
  }
}

/** Chance decides the moments; nothing that is judged depends on how long it takes. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
