/**
 * How every long-lived part lives: rounds of work, between them a wait that a wake-up ends early. A round
 * that throws (the world failing) is logged and tried again after a growing wait, which no wake-up shortens:
 * a store in trouble is not hammered. Stopping ends after the round in progress and may be asked for twice.
 */
import type { Log, Timers, Wait } from './ports.ts'

export interface Loop {
  /** There may be work: go round soon. */
  wake(): void
  /** Resolves when the last round is over. */
  stop(): Promise<void>
}

const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 5000

/** Wait before try number `failures + 1` of something that failed so often in a row, ms. */
export function retryWaitMs(failures: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1), RETRY_LAST_MS)
}

/**
 * @param round does what there is to do and tells how long to wait at most before the next round, ms; 0: go
 * on at once
 */
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
