/**
 * SIGTERM and SIGINT: the first asks the service to stop in order (exit code 0, or 1 when that failed); a
 * second one ends the process at once (exit code 1), and its engine processes with it. What it leaves is as
 * after a kill -9: the next start ends its leases and takes its reloads up.
 */
import type { Log } from '../core/ports.ts'

/**
 * Resolves when a signal came and `stop` has finished; sets a failing exit code when it did not finish well.
 */
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
