/**
 * The contract of the port `EngineSessions`, run on every implementation: what a session tells, that `run`
 * always resolves whatever becomes of the process, and that interrupt and kill may come at any time and more
 * than once.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  EngineSession,
  EngineSessions,
  EngineSize,
  SessionProgress,
  SessionWork,
} from '../../src/engine/engine-session.ts'

/** `endless` never ends by itself and never comes back to its process's main loop while a query runs. */
export type Nature = 'completes' | 'fails' | 'endless'

export interface SessionHarness {
  readonly sessions: EngineSessions
  readonly size: EngineSize
  /** New work of that nature; its data version was never used before. */
  work(nature: Nature): SessionWork
  /** Ends the session's process from outside, as the system might. */
  crash(session: EngineSession): void
  close(): Promise<void>
}

export function exerciseEngineSession(name: string, make: () => Promise<SessionHarness>): void {
  describe(`${name} as an engine session`, () => {
    let harness: SessionHarness
    beforeAll(async () => {
      harness = await make()
    })
    afterAll(() => harness.close())

    const acquire = () => harness.sessions.acquire(harness.size)
    const ignore = () => {}
    /** Runs work that does not end, and resolves when it has told its first progress. */
    const runEndless = async () => {
      const session = await acquire()
      let begun: () => void = ignore
      const running = new Promise<void>((resolve) => {
        begun = resolve
      })
      const end = session.run(harness.work('endless'), () => begun())
      await Promise.race([running, end])
      return { session, end }
    }

    test('tells a completed script with its tables, its size and its times', async () => {
      const session = await acquire()
      expect(session.size).toEqual(harness.size)
      const end = await session.run(harness.work('completes'), ignore)
      expect(end).toMatchObject({ kind: 'completed', storedFiles: [] })
      if (end.kind !== 'completed') return
      expect(end.fileBytes).toBeGreaterThan(0)
      expect(end.tables.length).toBeGreaterThan(0)
      expect(end.tables[0]).toMatchObject({ rows: expect.any(Number), fields: expect.any(Array) })
      expect(end.engineTime).toBeGreaterThanOrEqual(end.startedAt!)
      expect(end.progressLog).toContain('Lines fetched')
      expect(end.scriptLog).not.toBe('')
    })

    test('tells a script error with its place and code', async () => {
      const session = await acquire()
      const end = await session.run(harness.work('fails'), ignore)
      expect(end).toMatchObject({
        kind: 'script-error',
        fault: {
          line: expect.any(Number),
          statement: expect.any(String),
          message: expect.any(String),
          engineErrorCode: expect.any(Number),
        },
      })
      expect(end.startedAt).toBeDefined()
    })

    test('tells progress that only grows, and none after the end', async () => {
      const session = await acquire()
      const told: SessionProgress[] = []
      const end = await session.run(harness.work('completes'), (progress) => told.push(progress))
      const count = told.length
      expect(count).toBeGreaterThan(0)
      for (const [i, progress] of told.entries()) {
        expect(progress.startedAt).toBe(end.startedAt)
        const before = told[i - 1]
        if (before === undefined) continue
        expect(progress.statement).toBeGreaterThanOrEqual(before.statement)
        expect(progress.rowsRead).toBeGreaterThanOrEqual(before.rowsRead)
        expect(progress.progressLog.startsWith(before.progressLog)).toBe(true)
      }
      expect(end.progressLog.startsWith(told.at(-1)!.progressLog)).toBe(true)
      session.interrupt()
      expect(told.length).toBe(count)
    })

    test('an interrupt ends an endless script as crashed, with what it told before', async () => {
      const { session, end } = await runEndless()
      session.interrupt()
      session.interrupt()
      expect(await end).toMatchObject({ kind: 'crashed', startedAt: expect.any(Number) })
    })

    test('a kill ends an endless script as crashed, also when it comes twice', async () => {
      const { session, end } = await runEndless()
      session.kill()
      session.kill()
      expect(await end).toMatchObject({ kind: 'crashed', startedAt: expect.any(Number) })
      session.kill()
    })

    test('a kill right after an interrupt is as good as a kill', async () => {
      const { session, end } = await runEndless()
      session.interrupt()
      session.kill()
      expect(await end).toMatchObject({ kind: 'crashed' })
    })

    test('a process that dies under its script gives a crash that says how', async () => {
      const { session, end } = await runEndless()
      harness.crash(session)
      const ended = await end
      expect(ended.kind).toBe('crashed')
      if (ended.kind === 'crashed') expect(ended.message).not.toBe('')
    })

    test('a process that died before its work gives a crash', async () => {
      const session = await acquire()
      harness.crash(session)
      expect((await session.run(harness.work('completes'), ignore)).kind).toBe('crashed')
    })

    test('an interrupt or a kill before the work ends it', async () => {
      for (const stop of ['interrupt', 'kill'] as const) {
        const session = await acquire()
        session[stop]()
        expect((await session.run(harness.work('endless'), ignore)).kind).toBe('crashed')
      }
    })

    test('an interrupt and a kill after the end change nothing', async () => {
      const session = await acquire()
      const end = await session.run(harness.work('completes'), ignore)
      session.interrupt()
      session.kill()
      expect(end.kind).toBe('completed')
    })

    test('a session that was never run can be given back, and the next one serves', async () => {
      const unused = await acquire()
      unused.kill()
      const session = await acquire()
      expect((await session.run(harness.work('completes'), ignore)).kind).toBe('completed')
    })

    test('sessions side by side do not feel each other', async () => {
      const { session: doomed, end: crashed } = await runEndless()
      const other = await acquire()
      const completed = other.run(harness.work('completes'), ignore)
      doomed.kill()
      expect((await crashed).kind).toBe('crashed')
      expect((await completed).kind).toBe('completed')
    })
  })
}
