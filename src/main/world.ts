/**
 * The real world (core/ports.ts): wall and monotonic clock, system randomness, timers, and a log of JSON
 * lines on standard error.
 */
import { randomFillSync } from 'node:crypto'
import { pino } from 'pino'
import type { Log, World } from '../core/ports.ts'
import { UnwaitedLines } from './unwaited-lines.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export function realWorld(log: Log): World {
  return {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: { bytes: pooledRandom(), uniform: () => Math.random() },
    timers: {
      wait(ms) {
        let end = () => {}
        const done = new Promise<void>((resolve) => {
          // A longer delay would overflow the timer and fire at once.
          const timer = setTimeout(resolve, Math.min(Math.max(0, ms), 2 ** 31 - 1))
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        return { done, end: () => end() }
      },
    },
    log,
  }
}

/**
 * Random bytes are fetched in blocks: a system call costs more than the bytes, and every request needs two.
 */
const POOL_BYTES = 4096

/** Each byte is used once and wiped from the pool. */
function pooledRandom(): (count: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES)
  let taken = POOL_BYTES
  return (count) => {
    if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count))
    if (taken + count > POOL_BYTES) {
      randomFillSync(pool)
      taken = 0
    }
    const bytes = pool.slice(taken, taken + count)
    pool.fill(0, taken, taken + count)
    taken += count
    return bytes
  }
}

export interface JsonLog extends Log {
  /** Resolves when all lines are written, at the latest after so many ms. */
  written(withinMs: number): Promise<void>
}

/** Errors among the fields are written with message and stack; secrets are never passed to a log call. */
export function jsonLog(level: LogLevel): JsonLog {
  const lines = new UnwaitedLines(2, (count) =>
    log.warn('lines of this log were lost: nobody took them', { lines: count }),
  )
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines)
  const told = (fields: Readonly<Record<string, unknown>> | undefined) =>
    Object.fromEntries(
      Object.entries(fields ?? {}).map(([name, value]) => [
        name,
        value instanceof Error ? { message: value.message, stack: value.stack } : value,
      ]),
    )
  const log: JsonLog = {
    info: (message, fields) => logger.info(told(fields), message),
    warn: (message, fields) => logger.warn(told(fields), message),
    error: (message, fields) => logger.error(told(fields), message),
    written: (withinMs) => lines.written(withinMs),
  }
  return log
}
