/**
 * Kills, with SIGKILL and at moments drawn from the seed: an engine process; the server at any time; the
 * server while a data file or the database's log is written, which is where attempts are settled; the server
 * while it starts. After every kill of the server, what lies on the disk is inspected before the next one
 * starts.
 *
 * It keeps pace with the reloads, not with the clock: on a busy machine a reload takes seconds, and killing
 * by the clock lets none succeed.
 */
import { watch } from 'node:fs'
import { join } from 'node:path'
import { HAS_PROC } from '../../support/service-process.ts'
import { pause, untilAnswered } from './asking.ts'
import type { Diary } from './diary.ts'
import { type Installation, TENANTS } from './installation.ts'

type ServerKill = 'server' | 'server at a write' | 'server starting'

export interface Pace {
  /** Reloads that end between two kills of an engine, and of the server, on average. */
  readonly engineEvery: number
  readonly serverEvery: number
  /** The server is killed when so many reloads run, if they do soon. */
  readonly running: number
}

/** Longest wait for reloads to end, for reloads to run, and for a write to be hit, ms. */
const PROGRESS_MS = 6000
const RUNNING_MS = 1500
const WRITE_MS = 500
const LOOK_MS = 25

/** Resolves when it is quiet, with a service that runs. */
export async function killAgainAndAgain(
  installation: Installation,
  diary: Diary,
  uniform: () => number,
  pace: Pace,
  inspect: () => Promise<void>,
  quiet: AbortSignal,
): Promise<void> {
  const drawn = (every: number) => diary.ended + every * (0.5 + uniform())
  let engineAt = drawn(pace.engineEvery)
  let serverAt = drawn(pace.serverEvery)
  while (!quiet.aborted) {
    const by = performance.now() + PROGRESS_MS
    while (diary.ended < Math.min(engineAt, serverAt) && performance.now() < by && !quiet.aborted) {
      await pause(LOOK_MS)
    }
    if (quiet.aborted) return
    await pause(uniform() * 200)
    if (diary.ended >= serverAt || engineAt > serverAt) {
      await killServer(installation, diary, uniform, pace.running, inspect)
      serverAt = drawn(pace.serverEvery)
    } else {
      await killEngine(installation, diary, uniform())
      engineAt = drawn(pace.engineEvery)
    }
  }
}

async function killServer(
  installation: Installation,
  diary: Diary,
  uniform: () => number,
  wanted: number,
  inspect: () => Promise<void>,
): Promise<void> {
  const what = serverKind(uniform())
  const by = performance.now() + RUNNING_MS
  let running = await runningReloads(installation)
  while (running.length < wanted && performance.now() < by) {
    await pause(LOOK_MS)
    running = await runningReloads(installation)
  }
  if (what === 'server at a write') await atWrite(installation.folder, uniform() < 0.5, uniform() * 6)
  diary.write({ kind: 'killed', what, running })
  await installation.service.killHard()
  await inspect()
  // What is killed while it starts was killed before, too: it counts once, as what it is.
  if (what === 'server starting') await installation.startAndKill(30 + uniform() * 700)
  await installation.start()
}

function serverKind(dice: number): ServerKill {
  if (dice < 0.4) return 'server'
  return dice < 0.85 ? 'server at a write' : 'server starting'
}

async function runningReloads(installation: Installation): Promise<string[]> {
  const path = `/api/v1/reloads?limit=100&filter=${encodeURIComponent('status eq "RELOADING"')}`
  const lists = await Promise.all(
    TENANTS.map((tenant) =>
      untilAnswered(() => installation.client(tenant).call<{ data: { id: string }[] }>('GET', path)),
    ),
  )
  return lists.flatMap(({ data }) => data.map(({ id }) => id))
}

/** Of the oldest processes, as many as reloads run: the younger ones are ready and wait for work. */
async function killEngine(installation: Installation, diary: Diary, dice: number): Promise<void> {
  const running = await runningReloads(installation)
  const pids = HAS_PROC ? installation.service.enginePids().sort((one, other) => one - other) : []
  const pid = pids[Math.floor(dice * Math.min(pids.length, running.length))]
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
    diary.write({ kind: 'killed', what: 'engine', running })
  } catch (error) {
    // It has ended by itself since it was found.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
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
