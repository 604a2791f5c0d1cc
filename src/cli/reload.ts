/**
 * `reprise reload SCRIPT.qvs`: runs one load script in a sandboxed engine session without a service, and
 * shows progress, log and tables. Exit code: 0 SUCCEEDED, 1 FAILED, 3 CANCELED (Ctrl-C), 4 EXCEEDED_LIMIT. A
 * second Ctrl-C ends it at once.
 */
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import { placeOfFault } from '../core/attempt.ts'
import { newDataVersion, newHexId, newUuid } from '../core/ids.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import type { Outcome } from '../core/outcome.ts'
import type { SessionEnd, SessionWork, StagedFile } from '../engine/engine-session.ts'
import { DataFolder } from '../engine/pool/data-files.ts'
import { DuckDbSessions } from '../engine/pool/duckdb-sessions.ts'
import { defaultLadder } from '../engine/sizes.ts'
import { ConfigError } from '../main/config.ts'
import { SETTINGS } from '../main/settings-table.ts'
import { jsonLog, realWorld } from '../main/world.ts'
import { OUTCOME_EXIT_CODES } from './exit-codes.ts'
import { localStores } from './local-stores.ts'
import { newLines } from './new-lines.ts'
import { ownConnection } from './own-connection.ts'
import { readTimeout, readVariables, withVariables } from './reload-options.ts'
import { showTables } from './tables.ts'
import { type TemporaryFolder, withTemporaryFolder } from './temporary-folder.ts'
import { Terminal } from './terminal.ts'

interface Options {
  readonly data: string
  readonly variable?: readonly string[]
  readonly rows: string
  readonly timeout: string
  readonly json?: boolean
}

export function reloadCommand(): Command {
  const command = new Command('reload')
    .description('Run one load script locally, without a service.')
    .argument('<script>', 'file of the load script')
    .option('--data <folder>', 'folder behind lib://DataFiles, read and written', '.')
  return withVariables(command)
    .option('--rows <count>', 'rows of each table to show', '5')
    .option('--timeout <duration>', 'longest run, such as 90s, 20m or 3h', SETTINGS.runTime.default)
    .option('--json', 'print the result as one JSON object on standard output')
    .addHelpText('after', '\nExit code: 0 SUCCEEDED, 1 FAILED, 2 wrong use, 3 CANCELED, 4 EXCEEDED_LIMIT')
    .action(async (script: string, options: Options) => {
      process.exitCode = await reloadLocally(script, options)
    })
}

async function reloadLocally(scriptPath: string, options: Options): Promise<number> {
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout)
  const script = await readFile(scriptPath, 'utf8').catch((error: Error) => {
    throw new ConfigError(`cannot read the script: ${error.message}`)
  })
  const rows = Number(options.rows)
  if (!Number.isInteger(rows) || rows < 0) throw new ConfigError('--rows takes a whole number of at least 0')
  const timeoutMs = readTimeout(options.timeout)
  const variables = readVariables(options.variable)
  await mkdir(options.data, { recursive: true })
  const root = await realpath(options.data)
  return withTemporaryFolder('reprise-reload-', async (folder) => {
    const { world, data, sessions, stores, size } = await openEngine(folder.path, root)
    try {
      const work: SessionWork = {
        reloadId: newHexId(world.random, world.clock.now()),
        attempt: 1,
        appId: newUuid(world.random),
        appName: basename(scriptPath).replace(/\.[^.]*$/, ''),
        script,
        variables,
        partial: false,
        dataAfter: newDataVersion(world.random, world.clock.now()),
        connections: [ownConnection(root)],
      }
      const session = await sessions.acquire(size)
      const startedAt = performance.now()
      const { end, stopped } = await runWatched(session, work, timeoutMs, terminal, folder)
      const seconds = (performance.now() - startedAt) / 1000
      const outcome = outcomeOf(end, stopped)
      if (outcome === 'SUCCEEDED') await stores.publish(storedFiles(end), root)
      await show(terminal, end, outcome, seconds, data.path(work.dataAfter), rows)
      if (options.json === true)
        process.stdout.write(`${JSON.stringify(asJson(end, outcome, seconds), null, 2)}\n`)
      return OUTCOME_EXIT_CODES[outcome]
    } finally {
      await sessions.stop()
    }
  })
}

async function openEngine(folder: string, root: string) {
  const log = jsonLog('warn')
  const world = realWorld(log)
  const data = new DataFolder(join(folder, 'apps'))
  await data.prepare()
  const stores = localStores(join(folder, 'stores'), world.random)
  const sizes = defaultLadder(totalmem(), availableParallelism())
  const sessions = new DuckDbSessions({
    data,
    spool: stores,
    tempRoot: join(folder, 'tmp'),
    fileRoots: [root],
    sizes,
    slots: 1,
    warm: 1,
    memoryBytes: totalmem(),
    silenceMs: DEFAULT_LIMITS.engineSilenceMs,
    timers: world.timers,
    log,
  })
  await sessions.start()
  return { world, data, sessions, stores, size: sizes.at(-1)! }
}

/** Runs the session; a signal and the time limit interrupt it, and kill it after the grace period. */
async function runWatched(
  session: Awaited<ReturnType<DuckDbSessions['acquire']>>,
  work: SessionWork,
  timeoutMs: number,
  terminal: Terminal,
  folder: TemporaryFolder,
): Promise<{ end: SessionEnd; stopped: 'canceled' | 'timed-out' | undefined }> {
  let stopped: 'canceled' | 'timed-out' | undefined
  let force: NodeJS.Timeout | undefined
  const stop = (why: 'canceled' | 'timed-out') => {
    stopped ??= why
    session.interrupt()
    force ??= setTimeout(() => session.kill(), DEFAULT_LIMITS.interruptGraceMs)
  }
  folder.onFirstSignal = () => stop('canceled')
  const limit = setTimeout(() => stop('timed-out'), timeoutMs)
  const tell = newLines(terminal)
  try {
    const end = await session.run(work, (progress) => {
      tell(progress.progressLog)
      terminal.status(
        `  line ${progress.line}, statement ${progress.statement}, ${progress.rowsRead.toLocaleString('en-US')} rows read`,
      )
    })
    tell(end.progressLog)
    return { end, stopped }
  } finally {
    clearTimeout(limit)
    clearTimeout(force)
    folder.onFirstSignal = undefined
  }
}

function storedFiles(end: SessionEnd): readonly StagedFile[] {
  return end.kind === 'completed' ? end.storedFiles : []
}

function outcomeOf(end: SessionEnd, stopped: 'canceled' | 'timed-out' | undefined): Outcome {
  if (stopped === 'canceled') return 'CANCELED'
  if (stopped === 'timed-out') return 'EXCEEDED_LIMIT'
  return end.kind === 'completed' ? 'SUCCEEDED' : 'FAILED'
}

function problemOf(end: SessionEnd): string | undefined {
  switch (end.kind) {
    case 'completed':
      return undefined
    case 'script-error':
      return `${placeOfFault(end.fault)}: ${end.fault.message} (EDC_ERROR:${end.fault.engineErrorCode})\n${end.fault.statement}`
    case 'out-of-memory':
      return 'the engine ran out of memory'
    case 'crashed':
      return end.message
  }
}

async function show(
  terminal: Terminal,
  end: SessionEnd,
  outcome: Outcome,
  seconds: number,
  dataFile: string,
  rows: number,
): Promise<void> {
  terminal.heading('Script log')
  for (const line of end.scriptLog.trimEnd().split(/\r?\n/)) terminal.line(`  ${terminal.paint('dim', line)}`)
  if (outcome === 'SUCCEEDED') await showTables(terminal, dataFile, rows)
  const problem = outcome === 'FAILED' ? problemOf(end) : undefined
  if (problem !== undefined) terminal.line(`\n${terminal.paint('red', problem)}`)
  const style = outcome === 'SUCCEEDED' ? 'green' : 'red'
  terminal.line(`\n${terminal.paint(style, outcome)} after ${seconds.toFixed(1)} s`)
}

function asJson(end: SessionEnd, outcome: Outcome, seconds: number) {
  return {
    status: outcome,
    durationSeconds: Number(seconds.toFixed(3)),
    ...(end.kind === 'completed' ? { tables: end.tables } : {}),
    ...(end.kind === 'script-error' ? { error: end.fault } : {}),
    ...(end.kind === 'crashed' && outcome === 'FAILED' ? { error: { message: end.message } } : {}),
    storedFiles: storedFiles(end).map(({ connection, path, bytes }) => ({ connection, path, bytes })),
  }
}
