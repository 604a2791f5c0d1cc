/**
 * How much memory a process holds, as Linux tells it in /proc. Elsewhere nothing is known, and the engine process tells
 * its own memory instead.
 */
import { readFileSync } from 'node:fs'

export interface ResidentMemory {
  readonly residentBytes: number
  /** The most it ever held. */
  readonly peakBytes: number
}

/** Reads synchronously: it takes some 30 microseconds and must not wait behind a busy thread pool. */
export type ReadMemory = (pid: number) => ResidentMemory | undefined

/** Undefined where the system has no /proc, and for a process that has ended. */
export function readResidentMemory(pid: number): ResidentMemory | undefined {
  let status: string
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return undefined
  }
  const residentBytes = kibibytes(status, 'VmRSS')
  if (residentBytes === undefined) return undefined
  return { residentBytes, peakBytes: kibibytes(status, 'VmHWM') ?? residentBytes }
}

function kibibytes(status: string, name: string): number | undefined {
  const match = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)
  return match === null ? undefined : Number(match[1]) * 1024
}
