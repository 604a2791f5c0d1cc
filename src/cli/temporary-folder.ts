/** A folder for the run of one command, removed at its end, also when a signal ends it. */
import { rmSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dieOf } from '../main/end-process.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface TemporaryFolder {
  readonly path: string
  /** Called by the first signal instead of the end; every other signal ends the process at once. */
  onFirstSignal: (() => void) | undefined
}

export async function withTemporaryFolder<Result>(
  prefix: string,
  use: (folder: TemporaryFolder) => Promise<Result>,
): Promise<Result> {
  const folder: TemporaryFolder = {
    path: await realpath(await mkdtemp(join(tmpdir(), prefix))),
    onFirstSignal: undefined,
  }
  const hear = (signal: NodeJS.Signals) => {
    const first = folder.onFirstSignal
    folder.onFirstSignal = undefined
    if (first !== undefined) return first()
    rmSync(folder.path, { recursive: true, force: true })
    dieOf(signal)
  }
  for (const signal of SIGNALS) process.on(signal, hear)
  try {
    return await use(folder)
  } finally {
    // Signals are heard until it is gone: one that came in between would leave the rest of it behind.
    await rm(folder.path, { recursive: true, force: true })
    for (const signal of SIGNALS) process.off(signal, hear)
  }
}
