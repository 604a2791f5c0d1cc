/**
 * How much memory a process held at most, as Linux tells it in /proc. Elsewhere nothing is known, and the
 * engine process tells its own memory instead.
 */
import { readFileSync } from 'node:fs'

/** Reads synchronously: it takes some 30 microseconds and must not wait behind a busy thread pool. */
export type ReadMemory = (pid: number) => number | undefined

/**
 * Bytes resident at most so far. Undefined where the system has no /proc, and for a process that has ended.
 */
export function readPeakMemory(pid: number): number | undefined {
  let status: string
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return undefined
  }
  return kibibytes(status, 'VmHWM') ?? kibibytes(status, 'VmRSS')
}

function kibibytes(status: string, name: string): number | undefined {
  const match = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)
  return match === null ? undefined : Number(match[1]) * 1024
}
