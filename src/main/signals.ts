/**
 * SIGTERM and SIGINT: the first one stops the service in order (exit code 0, or 1 if that fails); a second
 * one ends the process and its engine processes at once (exit code 1), which is like a kill -9: the next
 * start ends its leases and requeues its reloads.
 */
import type { Log } from '../core/ports.ts'

/** Resolves when a signal came and `stop` has finished; sets exit code 1 if it failed. */
export async function stopOnSignal(log: Log, stop: () => Promise<void>): Promise<void> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    let asked = false
    const hear = (heard: NodeJS.Signals) => {
      if (asked) {
        log.warn('second signal: stopping at once', { signal: heard })
        process.exit(1)
      }
      asked = true
      resolve(heard)
    }
    process.on('SIGTERM', hear)
    process.on('SIGINT', hear)
  })
  log.info('stopping', { signal })
  try {
    await stop()
    log.info('stopped')
  } catch (error) {
    log.error('did not stop in order', { error })
    process.exitCode = 1
  }
}
