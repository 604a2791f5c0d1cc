/**
 * Runs the simulations of many seeds on several threads and stops at the first that fails. What it tells
 * depends on the seeds alone, not on the number of threads or their speed: with a failure it is told of the
 * seeds up to it.
 */

import { Worker } from 'node:worker_threads'
import { defined } from '../../src/core/defined.ts'
import type { Report } from './simulation.ts'

export interface SeedRange {
  readonly from: number
  readonly count: number
  readonly canaryName?: string
}

export interface SeedsRun {
  readonly seeds: number
  readonly steps: number
  readonly commits: number
  readonly virtualMs: number
  readonly outcomes: Readonly<Record<string, number>>
  /** Of all histories, 8 hex digits. */
  readonly fingerprint: string
  /** Of the lowest seed that failed. */
  readonly failed?: Report
}

/** Seeds of one range handed to a thread. */
const CHUNK = 5

export async function runSeeds(range: SeedRange, jobs: number): Promise<SeedsRun> {
  const reports: Report[] = []
  const end = range.from + range.count
  let next = range.from
  let stopAt = end
  const work = async () => {
    const thread = new Worker(new URL('./seed-thread.ts', import.meta.url))
    try {
      while (next < stopAt) {
        const chunk = { ...range, from: next, count: Math.min(CHUNK, end - next) }
        next += CHUNK
        await runChunk(thread, chunk, (report) => {
          reports.push(report)
          if (report.verdict !== 'clean') stopAt = Math.min(stopAt, report.seed)
        })
      }
    } finally {
      await thread.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, work))
  return summary(reports)
}

function runChunk(thread: Worker, chunk: SeedRange, tell: (report: Report) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const hear = (message: Report | 'done') => {
      if (message !== 'done') return tell(message)
      thread.off('message', hear)
      thread.off('error', reject)
      resolve()
    }
    thread.on('message', hear)
    thread.once('error', reject)
    thread.postMessage(chunk)
  })
}

export function summary(all: readonly Report[]): SeedsRun {
  const sorted = all.toSorted((left, right) => left.seed - right.seed)
  const at = sorted.findIndex(({ verdict }) => verdict !== 'clean')
  const told = at < 0 ? sorted : sorted.slice(0, at + 1)
  const outcomes: Record<string, number> = {}
  let fingerprint = 0
  for (const report of told) {
    fingerprint = Math.imul(fingerprint ^ report.fingerprint, 16777619)
    for (const [name, n] of Object.entries(report.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + n
  }
  const sum = (of: (report: Report) => number) => told.reduce((total, report) => total + of(report), 0)
  const failed = sorted[at]
  return {
    seeds: told.length,
    steps: sum(({ steps }) => steps),
    commits: sum(({ commits }) => commits),
    virtualMs: sum(({ virtualMs }) => virtualMs),
    outcomes,
    fingerprint: (fingerprint >>> 0).toString(16).padStart(8, '0'),
    ...defined({ failed }),
  }
}
