/**
 * Kills, with SIGKILL and at moments drawn from the seed: an engine process; the server at any time; the
 * server while a data file or the database's log is written, which is where attempts are settled; the server
 * while it starts. After every kill of the server, what lies on the disk is inspected before the next one
 * starts.
 */
import { watch } from 'node:fs'
import { join } from 'node:path'
import { HAS_PROC } from '../../support/service-process.ts'
import { pause, type Seen } from './app-client.ts'
import type { Installation } from './installation.ts'

export const KILL_KINDS = ['engine', 'server', 'server at a write', 'server starting'] as const
export type KillKind = (typeof KILL_KINDS)[number]
export type Kills = Record<KillKind, number>

/** Of all kills; the rest hit the server, which takes up to three attempts with it. */
const ENGINE_SHARE = 0.72
/** Longest wait for a reload to end between two kills of the server, and for a write to be hit, ms. */
const PROGRESS_MS = 1500
const WRITE_MS = 800

export async function killAgainAndAgain(
  installation: Installation,
  count: number,
  uniform: () => number,
  seen: Seen,
  inspect: () => Promise<void>,
): Promise<Kills> {
  const kills: Kills = { engine: 0, server: 0, 'server at a write': 0, 'server starting': 0 }
  let endedBefore = seen.ended
  for (let kill = 0; kill < count; kill++) {
    await pause(100 + uniform() * 500)
    const kind =
      uniform() < ENGINE_SHARE && killEngine(installation, uniform()) ? 'engine' : serverKind(uniform())
    kills[kind] += 1
    if (kind === 'engine') continue
    const progressBy = performance.now() + PROGRESS_MS
    while (seen.ended === endedBefore && performance.now() < progressBy) await pause(20)
    endedBefore = seen.ended
    if (kind === 'server at a write') await atWrite(installation.folder, uniform() < 0.5, uniform() * 6)
    await installation.service.killHard()
    await inspect()
    // What is killed while it starts was killed before, too: it counts once, as what it is.
    if (kind === 'server starting') await installation.startAndKill(30 + uniform() * 700)
    await installation.start()
  }
  return kills
}

function serverKind(dice: number): KillKind {
  if (dice < 0.35) return 'server'
  return dice < 0.75 ? 'server at a write' : 'server starting'
}

/** @returns false when there is no engine process to be found */
function killEngine({ service }: Installation, dice: number): boolean {
  const pids = HAS_PROC ? service.enginePids() : []
  const pid = pids[Math.floor(dice * pids.length)]
  if (pid === undefined) return false
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch (error) {
    // It has ended by itself since it was found.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Resolves a moment after a data file (or the database's log) was written; after a while in any case. */
async function atWrite(folder: string, dataFile: boolean, afterMs: number): Promise<void> {
  const stop = new AbortController()
  const written = new Promise<void>((resolve) => {
    const path = dataFile ? join(folder, 'apps') : join(folder, 'reprise.db-wal')
    watch(path, { signal: stop.signal }, () => resolve())
  })
  await Promise.race([written, pause(WRITE_MS)])
  stop.abort()
  await pause(afterMs)
}
