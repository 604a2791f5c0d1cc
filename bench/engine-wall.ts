/**
 * What the second wall around engine processes costs: processor time and time of a cold start with and
 * without it, in turns, and the time to hand inputs over to a running process by mounts. Beside it, in the
 * same run, hard links to the files of one connection, which were the other way.
 *
 * node bench/engine-wall.ts [rounds] [--keep]
 */
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { localStores } from '../src/cli/local-stores.ts'
import { DEFAULT_LIMITS } from '../src/core/limits.ts'
import { DataFolder } from '../src/engine/pool/data-files.ts'
import type { DuckDbSession } from '../src/engine/pool/duckdb-session.ts'
import { DuckDbSessions } from '../src/engine/pool/duckdb-sessions.ts'
import { makeSessionFolder } from '../src/engine/pool/session-folder.ts'
import { nodeAlone } from '../src/engine/wall/node-alone.ts'
import { raiseWall } from '../src/engine/wall/raise-wall.ts'
import type { Wall } from '../src/engine/wall/wall.ts'
import { realWorld } from '../src/main/world.ts'

const rounds = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 20)
const PER_BLOCK = 4
const TICK_MS = 10
const FILES = 5000
const log = { info() {}, warn: console.warn, error: console.error }
const size = { poolName: 'engine-1g', memoryBytes: 1024 ** 3, threads: 1 }
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
const tempRoot = join(folder, 'tmp')

interface Costs {
  readonly waits: number[]
  processorMs: number
}

/** Processor time of a process and of those around it up to this one, from /proc (man 5 proc_pid_stat). */
function processorMs(pid: number): number {
  if (pid === process.pid) return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS + processorMs(Number(fields[1]))
}

async function coldStarts(wall: Wall, costs: Costs): Promise<void> {
  const sessions = new DuckDbSessions({
    data: new DataFolder(join(folder, 'apps')),
    spool: localStores(join(folder, 'spool'), realWorld(log).random),
    tempRoot,
    fileRoots: [join(folder, 'files')],
    sizes: [size],
    slots: 1,
    warm: 0,
    memoryBytes: 2 * size.memoryBytes,
    silenceMs: DEFAULT_LIMITS.engineSilenceMs,
    timers: realWorld(log).timers,
    log,
    wall,
  })
  await sessions.start()
  for (let i = 0; i < PER_BLOCK; i++) {
    const from = performance.now()
    const session = (await sessions.acquire(size)) as DuckDbSession
    costs.waits.push(performance.now() - from)
    costs.processorMs += processorMs(session.pid)
    session.kill()
  }
  await sessions.stop()
}

/** @returns ms to show so many folders to a process of one sandbox, for each of the rounds */
async function handOvers(wall: Wall, connections: number): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const session = makeSessionFolder(join(tempRoot, 'session-bench-'))
    const args = ['-e', "new (require('node:net').Socket)({ fd: 3 }).on('close', process.exit).write('up')"]
    const engine = wall.start({ folder: session, args, code: [], roots: [], environment: {} })
    await new Promise((up) => (engine.process.stdio[3] as NodeJS.ReadableStream).once('data', up))
    const inputs = Array.from({ length: connections }, (_, index) => ({
      from: join(folder, 'files'),
      at: String(index),
      kind: 'folder' as const,
    }))
    const from = performance.now()
    await wall.handOver(session, inputs)
    times.push(performance.now() - from)
    engine.kill()
    await new Promise((gone) => engine.process.once('close', gone))
    rmSync(session.path, { recursive: true })
  }
  return times
}

function linked(): number {
  const to = mkdtempSync(join(tempRoot, 'links-'))
  const from = performance.now()
  for (let i = 0; i < FILES; i++) linkSync(join(folder, 'files', String(i)), join(to, String(i)))
  return performance.now() - from
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
const text = (ms: number) => `${ms.toFixed(1).padStart(8)} ms`

mkdirSync(join(folder, 'files'))
for (let i = 0; i < FILES; i++) writeFileSync(join(folder, 'files', String(i)), 'x')
const wall = await raiseWall(tempRoot, log)
if (wall.report.kind === 'none') throw new Error(wall.report.missing)
const without: Costs = { waits: [], processorMs: 0 }
const within: Costs = { waits: [], processorMs: 0 }
const none = nodeAlone('to compare with')
for (let block = 0; block < Math.ceil(rounds / PER_BLOCK); block++) {
  for (const [each, costs] of block % 2 === 0
    ? ([
        [none, without],
        [wall, within],
      ] as const)
    : ([
        [wall, within],
        [none, without],
      ] as const)) {
    await coldStarts(each, costs)
  }
}
const starts = without.waits.length
const each = ({ processorMs }: Costs) => processorMs / starts
const shown = [await handOvers(wall, 1), await handOvers(wall, 5), await handOvers(wall, 20)]
const links = linked()
await wall.stop()
rmSync(folder, { recursive: true })
const page = `engine-wall: ${starts} cold starts each, from sources, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}
repeat: node bench/engine-wall.ts ${rounds}
cold start, Node's model alone      processor ${text(each(without))}   until ready, p50 ${text(median(without.waits))}
cold start, bubblewrap + seccomp    processor ${text(each(within))}   until ready, p50 ${text(median(within.waits))}
the wall                            processor ${text(each(within) - each(without))}   until ready, p50 ${text(median(within.waits) - median(without.waits))}
hand-over of 1, 5, 20 connections   p50 ${shown.map((times) => text(median(times)).trim()).join(', ')}, whatever is in them
the other way: hard links to ${FILES} files   ${text(links)}
`
process.stdout.write(page)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/engine-wall.txt', import.meta.url), page)
