/** Real engine sessions in a temporary folder, with the scripts that tests run in them. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localStores } from '../../src/cli/local-stores.ts'
import type { DataVersion, ReloadId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import type { SessionWork } from '../../src/engine/engine-session.ts'
import { DataFolder } from '../../src/engine/pool/data-files.ts'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { DuckDbSessions, type DuckDbSessionsOptions } from '../../src/engine/pool/duckdb-sessions.ts'
import { engineSize } from '../../src/engine/sizes.ts'
import { raiseWall } from '../../src/engine/wall/raise-wall.ts'
import { realWorld } from '../../src/main/world.ts'
import type { Nature, SessionHarness } from '../contract/engine-session-contract.ts'

export const SCRIPTS = {
  completes: `T:
LOAD RecNo() AS n, 'row ' & RecNo() AS name AUTOGENERATE 1000;
U:
LOAD n, n * 2 AS twice RESIDENT T WHERE n <= 10;`,
  fails: `T:
LOAD 1 AS a AUTOGENERATE 1;
ThisFailsForSure;`,
  /** The join is one query inside DuckDB: 4 * 10^10 pairs, an hour and more. */
  endless: `T:
LOAD RecNo() AS a AUTOGENERATE 200000;
JOIN (T) LOAD RecNo() AS b AUTOGENERATE 200000;`,
  /** Never asks DuckDB for anything: the interpreter alone, for hours. */
  busy: `FOR i = 1 TO 100000000000
LET x = i;
NEXT`,
  /** Puts two million long texts together to one of 2 GB. */
  hungry: `T:
LOAD Concat(text) AS all;
LOAD Repeat('x', 1000) & RecNo() AS text AUTOGENERATE 2000000;`,
} as const

export interface DuckDbHarness extends SessionHarness {
  readonly sessions: DuckDbSessions
  /** What the sessions were made with. */
  readonly options: DuckDbSessionsOptions
  readonly data: DataFolder
  /** Everything the harness writes lies below it. */
  readonly folder: string
  readonly filesRoot: string
  /** The lines that the sessions logged. */
  readonly logged: string[]
  workOf(script: string, more?: Partial<SessionWork>): SessionWork
}

/** With the second wall where the machine has one, unless another is given. */
export async function duckDbHarness(options: Partial<DuckDbSessionsOptions> = {}): Promise<DuckDbHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-sessions-'))
  const size = engineSize(1024 ** 3, 2)
  const data = new DataFolder(join(folder, 'apps'))
  const filesRoot = join(folder, 'files')
  const logged: string[] = []
  const write = (message: string, fields?: unknown) =>
    logged.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const log = { info: write, warn: write, error: write }
  const tempRoot = join(folder, 'tmp')
  const wall = options.wall ?? (await raiseWall(tempRoot, log))
  const all: DuckDbSessionsOptions = {
    data,
    spool: localStores(join(folder, 'spool'), realWorld(log).random),
    wall,
    tempRoot,
    fileRoots: [filesRoot],
    sizes: [size],
    slots: 8,
    warm: 1,
    memoryBytes: 9 * size.memoryBytes,
    silenceMs: DEFAULT_LIMITS.engineSilenceMs,
    timers: realWorld(log).timers,
    log,
    ...options,
  }
  const sessions = new DuckDbSessions(all)
  await sessions.start()
  const workOf = (script: string, more: Partial<SessionWork> = {}): SessionWork => ({
    reloadId: '6906d0a1b2c3d4e5f6071829' as ReloadId,
    attempt: 1,
    appId: '116dbfae-7fb9-4983-8e23-5ccd8c508722',
    appName: 'Sales',
    script,
    variables: {},
    partial: false,
    dataAfter: `${randomUUID()}.duckdb` as DataVersion,
    connections: [],
    ...more,
  })
  return {
    sessions,
    options: all,
    data,
    folder,
    filesRoot,
    logged,
    size,
    work: (nature: Nature) => workOf(SCRIPTS[nature]),
    workOf,
    crash: (session) => process.kill((session as DuckDbSession).pid, 'SIGKILL'),
    async close() {
      await sessions.stop()
      await wall.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
