/** Engine processes that die, eat memory, never yield, or lose their worker: all of them real. */
import { spawn } from 'node:child_process'
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DataVersion } from '../../src/core/ids.ts'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { readPeakMemory } from '../../src/engine/pool/resident-memory.ts'
import { engineSize } from '../../src/engine/sizes.ts'
import { nodeAlone } from '../../src/engine/wall/node-alone.ts'
import { type DuckDbHarness, duckDbHarness, SCRIPTS } from '../support/duckdb-session-harness.ts'
import { isRunning, until } from '../support/observe.ts'

const MIB = 1024 ** 2
const onLinux = process.platform === 'linux'
const NEEDS_PROC = 'needs /proc, which Linux alone has'

let harness: DuckDbHarness
beforeAll(async () => {
  harness = await duckDbHarness()
})
afterAll(() => harness.close())

const acquire = async (size = harness.size) => (await harness.sessions.acquire(size)) as DuckDbSession
/** What lies beside and of a version in the folder of app data. */
const dataFiles = (version: string) =>
  readdirSync(join(harness.folder, 'apps')).filter((name) => name.startsWith(version))

/** Runs a script, and resolves when it has told that it came to that statement. */
async function runUntil(statement: number, script: string) {
  const session = await acquire()
  const work = harness.workOf(script)
  let begun: () => void = () => {}
  const running = new Promise<void>((resolve) => {
    begun = resolve
  })
  const end = session.run(work, (progress) => {
    if (progress.statement >= statement) begun()
  })
  await Promise.race([running, end])
  return { session, work, end }
}

describe('a session', () => {
  test('tells a script log of more than ten MiB whole', async () => {
    const script = `LET x = Repeat('x', 1000);\nFOR i = 1 TO 5300\nTRACE $(x);\nNEXT`
    const end = await (await acquire()).run(harness.workOf(script), () => {})
    expect(end.kind).toBe('completed')
    expect(end.scriptLog.length).toBeGreaterThan(10 * MIB)
    expect(end.scriptLog).not.toContain('left out)')
  })

  test.each([
    ['is killed from outside', 'SLEEP 600000;', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['is killed for its time', SCRIPTS.endless, (_pid: number, kill: () => void) => kill()],
  ])('whose engine %s keeps its script log up to there', async (_, rest, end) => {
    const session = await acquire()
    let told = 0
    let tell: () => void = () => {}
    const toldTwice = new Promise<void>((resolve) => {
      tell = resolve
    })
    const ended = session.run(harness.workOf(`TRACE I was here;\n${rest}`), (progress) => {
      // The lines follow the report that they go with.
      if (progress.statement >= 2 && ++told === 2) tell()
    })
    await toldTwice
    end(session.pid, () => session.kill())
    const { kind, scriptLog } = await ended
    expect(kind).toBe('crashed')
    expect(scriptLog).toMatch(/Execution started\.\r\n(.*\r\n)*.*I was here\r\n/)
  })

  test('tells the script when the reload before it finished, and NULL when there was none', async () => {
    const script = `T: LOAD Timestamp(ReloadTime(), 'YYYY-MM-DD hh:mm:ss.fff') AS at AUTOGENERATE 1;
      TRACE at $(=Peek('at', 0, 'T')).;`
    const told = async (more: object) =>
      (await (await acquire()).run(harness.workOf(script, more), () => {})).scriptLog
    expect(await told({ lastReloadAt: new Date(2026, 0, 2, 3, 4, 5, 678).getTime() })).toContain(
      'at 2026-01-02 03:04:05.678.',
    )
    expect(await told({})).toContain('at .')
  })
})

describe('a session that ends', () => {
  test('leaves its data file and what was counted in it, complete, and no process and no folder', async () => {
    const session = await acquire()
    const work = harness.workOf(SCRIPTS.completes)
    const end = await session.run(work, () => {})
    expect(end).toMatchObject({ kind: 'completed', tables: [{ name: 'T', rows: 1000 }, { name: 'U' }] })
    expect(isRunning(session.pid)).toBe(false)
    expect(dataFiles(work.dataAfter).sort()).toEqual([work.dataAfter, `${work.dataAfter}.profile`])
    await until('its folder is gone', () => readdirSync(join(harness.folder, 'tmp')).length <= 1)
  })

  test('killed from outside it names the signal, and what it wrote is gone', async () => {
    const { session, work, end } = await runUntil(2, SCRIPTS.endless)
    process.kill(session.pid, 'SIGKILL')
    expect(await end).toMatchObject({
      kind: 'crashed',
      message: 'the engine process was killed by signal SIGKILL',
    })
    expect(dataFiles(work.dataAfter)).toEqual([])
    expect(harness.logged.some((line) => line.includes(`"pid":${session.pid}`))).toBe(true)
  })

  test('after a script that writes control characters or an endless statement tells all of its end', async () => {
    const controls = `LET x = Repeat(Chr(27) & Chr(1), 500000);\nFOR i = 1 TO 10\nTRACE $(x);\nNEXT\nTRACE over;`
    const completed = await (await acquire()).run(harness.workOf(controls), () => {})
    expect(completed.kind).toBe('completed')
    expect(completed.scriptLog).toContain('over')
    expect(/[^\P{Cc}\t\r\n]/u.test(completed.scriptLog)).toBe(false)
    const endless = `LET x = Repeat(Chr(1), 3000000);\nNonsense $(x)$(x)$(x);`
    const failed = await (await acquire()).run(harness.workOf(endless), () => {})
    expect(failed).toMatchObject({ kind: 'script-error', fault: { line: 2 } })
    expect(JSON.stringify(failed).length).toBeLessThan(1024 ** 2)
  })

  test('killed in the middle of a STORE leaves nothing of it, neither among the data files nor elsewhere', async () => {
    const root = join(harness.filesRoot, 'storing')
    mkdirSync(root)
    const script = `T: LOAD RecNo() AS a, 'a text to make it long' AS b AUTOGENERATE 2000000;
      STORE T INTO [lib://DataFiles/t.csv] (txt);`
    const session = await acquire()
    const connections = [{ name: 'DataFiles', root, writable: true }]
    const end = session.run(harness.workOf(script, { connections }), () => {})
    const halfWritten = () => globSync('tmp/*/**/*.part', { cwd: harness.folder })
    await until('the file is being written', () => halfWritten().length > 0, 60_000)
    session.kill()
    expect((await end).kind).toBe('crashed')
    expect(readdirSync(root)).toEqual([])
    await until('its private folder is gone', () => halfWritten().length === 0)
  })

  describe('that begins with BINARY', () => {
    const made = async () => {
      const work = harness.workOf(SCRIPTS.completes)
      expect(await (await acquire()).run(work, () => {})).toMatchObject({ kind: 'completed' })
      return work.dataAfter
    }
    const script = 'BINARY [Other app]; V: LOAD Sum(n) AS all RESIDENT T; DROP TABLE U;'

    test('has the tables of the other app and leaves that as it was', async () => {
      const data = await made()
      const file = join(harness.folder, 'apps', data)
      const before = readFileSync(file)
      const work = harness.workOf(script, { other: { named: 'Other app', data } })
      const end = await (await acquire()).run(work, () => {})
      expect(end).toMatchObject({
        kind: 'completed',
        tables: [
          { name: 'T', rows: 1000, fields: ['n', 'name'] },
          { name: 'V', rows: 1, fields: ['all'] },
        ],
      })
      expect(readFileSync(file).equals(before)).toBe(true)
    }, 60_000)

    test('is refused with what the service told, and for a name that it was not told', async () => {
      const refused = harness.workOf(script, { other: { named: 'Other app', refusal: 'It may not be read' } })
      expect(await (await acquire()).run(refused, () => {})).toMatchObject({
        kind: 'script-error',
        fault: { engineErrorCode: 11039, message: expect.stringContaining('It may not be read'), line: 1 },
      })
      const data = await made()
      for (const other of [undefined, { named: 'Another', data }]) {
        const work = harness.workOf(script, other === undefined ? {} : { other })
        expect(await (await acquire()).run(work, () => {})).toMatchObject({
          kind: 'script-error',
          fault: { engineErrorCode: 11039 },
        })
      }
    }, 60_000)

    test('starts from its own data in a partial reload', async () => {
      const dataBefore = await made()
      const work = harness.workOf('BINARY [Other app]; ADD LOAD 1 AS one AUTOGENERATE 1;', {
        partial: true,
        dataBefore,
      })
      const end = await (await acquire()).run(work, () => {})
      expect(end).toMatchObject({
        kind: 'completed',
        scriptLog: expect.stringContaining('Skipped in a partial'),
      })
    }, 60_000)
  })

  test('broken by the world tells the cause to the log of the service, and no folder of ours to the tenant', async () => {
    const session = await acquire()
    const dataBefore = 'broken.duckdb' as DataVersion
    writeFileSync(join(harness.folder, 'apps', dataBefore), 'no database')
    const work = harness.workOf(SCRIPTS.completes, { partial: true, dataBefore })
    const end = await session.run(work, () => {})
    expect(end.kind).toBe('crashed')
    expect(JSON.stringify(end)).not.toContain(harness.folder)
    expect(harness.logged.some((line) => /engine process failed.*data\.duckdb/.test(line))).toBe(true)
  })

  test('interrupted inside one query of an hour it ends, with its log', async ({ skip }) => {
    skip(!onLinux, NEEDS_PROC)
    const { session, end } = await runUntil(2, SCRIPTS.endless)
    // The two tables it joins take far less: more memory than that is the query at work.
    await until('the query is under way', () => (readPeakMemory(session.pid) ?? 0) > 350 * MIB, 60_000)
    session.interrupt()
    const ended = await end
    expect(ended).toMatchObject({ kind: 'crashed', message: 'the engine session was interrupted' })
    expect(ended.scriptLog).toContain('JOIN (T) LOAD RecNo() AS b')
  })

  test('interrupted while its interpreter asks for nothing it ends at once, with its log', async () => {
    const { session, end } = await runUntil(10, SCRIPTS.busy)
    session.interrupt()
    const ended = await end
    expect(ended).toMatchObject({ kind: 'crashed', message: 'the engine session was interrupted' })
    expect(ended.scriptLog).toContain('LET x = ')
  })

  test('interrupted or killed in the middle of a LOAD it tells where it stood and what it had read', async () => {
    const script = `SET a = 1;\nT:\nLOAD RecNo() AS n, Upper('x' & RecNo()) AS t\nAUTOGENERATE 100000000;`
    const reached = { statement: 2, line: 2, text: expect.stringMatching(/^T:\nLOAD[^;]*$/) }
    for (const stop of ['interrupt', 'kill'] as const) {
      const session = await acquire()
      let read = 0
      const end = session.run(harness.workOf(script), (progress) => {
        read = progress.rowsRead
        if (read > 0) session[stop]()
      })
      const ended = await end
      expect(ended).toMatchObject({ kind: 'crashed', reached })
      expect(ended.reached!.rowsRead).toBeGreaterThanOrEqual(read)
      expect(read).toBeGreaterThan(0)
    }
  })

  test('killed while its interpreter never yields it ends at once', async () => {
    const { session, end } = await runUntil(10, SCRIPTS.busy)
    const asked = performance.now()
    session.kill()
    expect(await end).toMatchObject({ kind: 'crashed', message: 'the engine session was killed' })
    expect(performance.now() - asked).toBeLessThan(2000)
  })
})

describe('memory', () => {
  beforeEach(({ skip }) => skip(!onLinux, NEEDS_PROC))
  const small = engineSize(300 * MIB, 1)

  test('a script that eats it ends as out of memory, near the ceiling of its size', async () => {
    const session = await acquire(small)
    const end = await session.run(harness.workOf(SCRIPTS.hungry), () => {})
    expect(end.kind).toBe('out-of-memory')
    expect(end.peakMemoryBytes).toBeGreaterThan(100 * MIB)
    expect(end.peakMemoryBytes).toBeLessThan(700 * MIB)
    expect(isRunning(session.pid)).toBe(false)
  })

  test('the most it held is told of every script', async () => {
    const session = await acquire()
    const end = await session.run(harness.workOf(SCRIPTS.completes), () => {})
    expect(end.peakMemoryBytes).toBeGreaterThan(50 * MIB)
    expect(end.peakMemoryBytes).toBeLessThan(harness.size.memoryBytes)
  })

  test('where the system tells nothing of it the process itself does', async () => {
    const wall = nodeAlone('a system without /proc has no second wall')
    const blind = await duckDbHarness({ readMemory: () => undefined, wall })
    try {
      const session = await blind.sessions.acquire(small)
      const end = await session.run(blind.workOf(SCRIPTS.hungry), () => {})
      expect(end.kind).toBe('out-of-memory')
    } finally {
      await blind.close()
    }
  })
})

test.each(['endless', 'busy'] as const)(
  'no engine process outlives a service killed with -9 in the middle of a script that is %s',
  async (nature) => {
    const service = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/engine-service.ts'), SCRIPTS[nature]],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: harness.folder } },
    )
    const line = await createInterface(service.stdout)[Symbol.asyncIterator]().next()
    const { running, ready } = JSON.parse(line.value!) as { running: number; ready: number }
    expect([running, ready].map(isRunning)).toEqual([true, true])
    service.kill('SIGKILL')
    try {
      await until('both engine processes are gone', () => !isRunning(running) && !isRunning(ready))
    } finally {
      for (const pid of [running, ready].filter(isRunning)) process.kill(pid, 'SIGKILL')
    }
  },
)
