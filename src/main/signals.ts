/**
 * SIGTERM and SIGINT. The first one stops the service in order: exit code 0, or 1 if a part did not stop as
 * it should. A second one, and a stop that takes longer than the drain time and 5 s, end the process and its
 * engine processes at once (exit code 1), which is like a kill -9: the next start ends its leases and
 * requeues its reloads.
 */
import { SECOND } from '../core/units.ts'
import { endProcess, endProcessAtOnce } from './end-process.ts'
import type { JsonLog } from './world.ts'

/** What stopping may take beside the draining. */
const STOP_MAX_MS = 5 * SECOND
/** How long the last lines of the log wait for somebody who takes them. */
const LAST_LINES_MS = 500
const TIMER_MAX_MS = 2 ** 31 - 1

/** Ends the process after a signal, once `stop` has finished. */
export async function stopOnSignal(log: JsonLog, drainMs: number, stop: () => Promise<void>): Promise<void> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    let asked = false
    const hear = (heard: NodeJS.Signals) => {
      if (asked) {
        log.warn('second signal: stopping at once', { signal: heard })
        endProcessAtOnce(1)
      }
      asked = true
      resolve(heard)
    }
    process.on('SIGTERM', hear)
    process.on('SIGINT', hear)
  })
  log.info('stopping', { signal })
  const tooLate = () => {
    log.error('did not stop in time: stopping at once', { drainMs, stopMaxMs: STOP_MAX_MS })
    endProcessAtOnce(1)
  }
  setTimeout(tooLate, Math.min(drainMs + STOP_MAX_MS, TIMER_MAX_MS)).unref()
  let code = 0
  try {
    await stop()
    log.info('stopped')
  } catch (error) {
    log.error('did not stop in order', { error })
    code = 1
  }
  await log.written(LAST_LINES_MS)
  endProcess(code)
}
