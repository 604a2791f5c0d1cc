/**
 * The peak resident memory of a process, which Linux shows in /proc. Elsewhere it is unknown and the engine
 * process reports its own memory.
 */
import { readFileSync } from 'node:fs'

/** Synchronous: it takes some 30 microseconds and must not wait for a busy thread pool. */
export type ReadMemory = (pid: number) => number | undefined

/** Returns the peak in bytes; undefined if the system has no /proc or the process has ended. */
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
