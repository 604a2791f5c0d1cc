/**
 * The loop of every long-lived part: rounds of work with waits between them, which a wake-up ends early. A
 * round that throws is logged and repeated after a growing wait, which no wake-up shortens: a store in
 * trouble is not hammered. Stopping ends after the current round. Idempotent.
 */
import type { Log, Timers, Wait } from './ports.ts'

export interface Loop {
  /** There may be work: starts a round soon. */
  wake(): void
  /** Resolves when the last round has ended. */
  stop(): Promise<void>
}

const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 5000

/** Returns the wait after this many failures in a row, ms. */
export function retryWaitMs(failures: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1), RETRY_LAST_MS)
}

/** @param round does the work and returns the longest wait before the next round, ms; 0: continue at once */
export function startLoop(
  deps: { readonly timers: Timers; readonly log: Log },
  name: string,
  round: () => Promise<number>,
): Loop {
  let stopping = false
  let woken = false
  let failures = 0
  let waiting: Wait | undefined

  const rest = async (ms: number) => {
    waiting = deps.timers.wait(ms)
    await waiting.done
    waiting = undefined
  }
  const goRound = async () => {
    woken = false
    try {
      const ms = await round()
      failures = 0
      if (!woken && !stopping && ms > 0) await rest(ms)
    } catch (error) {
      failures += 1
      deps.log.warn(`${name} failed; it is tried again`, { failures, error: String(error) })
      if (!stopping) await rest(retryWaitMs(failures))
    }
  }
  const live = async () => {
    while (!stopping) await goRound()
  }
  const life = live()

  return {
    wake() {
      woken = true
      if (failures === 0) waiting?.end()
    },
    stop() {
      stopping = true
      waiting?.end()
      return life
    },
  }
}
