/**
 * Getting an engine session (TARGETS T13): a process that is kept ready, and a cold one, from the wish to the
 * session. Beside it, in the same run, the raw limits: a bare Node process until it says a word, and one that
 * loads DuckDB first.
 *
 * node bench/engine-sessions.ts [rounds] [--built]
 * `--built` takes the engine from dist/ (npm run build), as it is published; without it the sources are
 * stripped of their types at every start.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { localStores } from '../src/cli/local-stores.ts'
import { DEFAULT_LIMITS } from '../src/core/limits.ts'
import { realWorld } from '../src/main/world.ts'

const rounds = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 20)
const built = process.argv.includes('--built')
const code = built ? '../dist' : '../src'
const ending = built ? 'js' : 'ts'

type Sessions = typeof import('../src/engine/pool/duckdb-sessions.ts')
type Files = typeof import('../src/engine/pool/data-files.ts')
const { DuckDbSessions } = (await import(`${code}/engine/pool/duckdb-sessions.${ending}`)) as Sessions
const { DataFolder } = (await import(`${code}/engine/pool/data-files.${ending}`)) as Files

const log = { info() {}, warn: console.warn, error: console.error }
const size = { poolName: 'engine-1g', memoryBytes: 1024 ** 3, threads: 1 }

function sessionsOf(folder: string, warm: number) {
  return new DuckDbSessions({
    data: new DataFolder(join(folder, 'apps')),
    spool: localStores(join(folder, 'spool'), realWorld(log).random),
    tempRoot: join(folder, 'tmp'),
    fileRoots: [join(folder, 'files')],
    sizes: [size],
    slots: 1,
    warm,
    memoryBytes: 2 * size.memoryBytes,
    silenceMs: DEFAULT_LIMITS.engineSilenceMs,
    timers: realWorld(log).timers,
    log,
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

async function coldStarts(folder: string): Promise<number[]> {
  const sessions = sessionsOf(folder, 0)
  await sessions.start()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    times.push(await timed(async () => (await sessions.acquire(size)).kill()))
  }
  await sessions.stop()
  return times
}

async function warmStarts(folder: string): Promise<number[]> {
  const sessions = sessionsOf(folder, 1)
  await sessions.start()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    while (sessions.ready.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    times.push(await timed(async () => (await sessions.acquire(size)).kill()))
  }
  await sessions.stop()
  return times
}

/** From the start of a process to its first word. */
async function bareStarts(script: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const from = performance.now()
    const child = spawn(process.execPath, ['--input-type=module', '-e', `${script}; console.log('ready')`], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    times.push(performance.now() - from)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return times
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((left, right) => left - right)[
    Math.min(times.length - 1, Math.floor(times.length * share))
  ]!
}

function line(name: string, times: readonly number[]): string {
  const text = (share: number) => quantile(times, share).toFixed(1).padStart(8)
  return `${name.padEnd(40)} p50 ${text(0.5)} ms  p99 ${text(0.99)} ms`
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
const bare = await bareStarts('')
const withDuckDb = await bareStarts("await import('@duckdb/node-api')")
const cold = await coldStarts(folder)
const warm = await warmStarts(folder)
rmSync(folder, { recursive: true })
const ratio = quantile(cold, 0.5) / quantile(withDuckDb, 0.5)
const text = `engine-sessions: ${rounds} rounds, engine from ${built ? 'the build' : 'sources'}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}
repeat: ${built ? 'npm run build && ' : ''}node bench/engine-sessions.ts ${rounds}${built ? ' --built' : ''}
${line('raw: bare Node process', bare)}
${line('raw: Node process with DuckDB loaded', withDuckDb)}
${line('cold session', cold)}
${line('warm session', warm)}
cold session to raw with DuckDB ${ratio.toFixed(2)} (target T13: warm p50 5 ms, cold under 300 ms on a quiet machine)
`
process.stdout.write(text)
if (process.argv.includes('--keep')) {
  writeFileSync(new URL('results/engine-sessions.txt', import.meta.url), text)
}
