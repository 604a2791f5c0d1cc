/** The pool of ready engine processes: quick to give, refilled, started and stopped in any order. */
import { mkdir, readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { DuckDbSessions, type DuckDbSessionsOptions } from '../../src/engine/pool/duckdb-sessions.ts'
import { type DuckDbHarness, duckDbHarness, SCRIPTS } from '../support/duckdb-session-harness.ts'
import { isRunning, until } from '../support/observe.ts'

let opened: DuckDbHarness[] = []
afterEach(async () => {
  await Promise.all(opened.map((harness) => harness.close()))
  opened = []
})

async function open(options: Partial<DuckDbSessionsOptions> = {}): Promise<DuckDbHarness> {
  const harness = await duckDbHarness(options)
  opened.push(harness)
  return harness
}

const acquire = async ({ sessions, size }: DuckDbHarness) => (await sessions.acquire(size)) as DuckDbSession
const folders = ({ folder }: DuckDbHarness) => readdir(join(folder, 'tmp'))

describe('the pool', () => {
  test('hands a ready process over without waiting for one to start, and makes the next ready', async () => {
    const harness = await open()
    const { pid } = await acquire(harness)
    await until('another one is ready', () => harness.sessions.ready.length === 1)
    const asked = performance.now()
    const session = await acquire(harness)
    expect(performance.now() - asked).toBeLessThan(50)
    expect(session.pid).not.toBe(pid)
    expect((await session.run(harness.work('completes'), () => {})).kind).toBe('completed')
  })

  test('serves more at once than it keeps ready, each from a process of its own', async () => {
    const harness = await open()
    const sessions = await Promise.all(Array.from({ length: 4 }, () => acquire(harness)))
    expect(new Set(sessions.map((session) => session.pid)).size).toBe(4)
  })

  test('serves without keeping any ready', async () => {
    const harness = await open({ warm: 0 })
    const session = await acquire(harness)
    expect((await session.run(harness.work('completes'), () => {})).kind).toBe('completed')
    expect(harness.sessions.ready).toEqual([])
  })

  test('replaces a ready process that died', async () => {
    const harness = await open()
    const first = await acquire(harness)
    await until('another one is ready', () => harness.sessions.ready.length === 1)
    const [pid] = harness.sessions.ready
    process.kill(pid!, 'SIGKILL')
    await until(
      'it was replaced',
      () => harness.sessions.ready.length === 1 && harness.sessions.ready[0] !== pid,
    )
    first.kill()
  })
})

describe('start and stop', () => {
  test('may each be called twice', async () => {
    const harness = await open()
    await Promise.all([harness.sessions.start(), harness.sessions.start()])
    await Promise.all([harness.sessions.stop(), harness.sessions.stop()])
    await harness.sessions.stop()
  })

  test('stop before start is harmless, and no session is given then', async () => {
    const { options, size, folder } = await open()
    const never = new DuckDbSessions({ ...options, tempRoot: join(folder, 'other') })
    await expect(never.acquire(size)).rejects.toThrow('not started')
    await never.stop()
    await expect(never.acquire(size)).rejects.toThrow('stopping')
  })

  test('stop ends ready and running sessions and leaves no process and no folder', async () => {
    const harness = await open()
    const running = await acquire(harness)
    let begun = false
    const end = running.run(harness.workOf(SCRIPTS.endless), () => {
      begun = true
    })
    await until('the script runs', () => begun && harness.sessions.ready.length === 1)
    const pids = [running.pid, ...harness.sessions.ready]
    await harness.sessions.stop()
    expect(pids.map(isRunning)).toEqual([false, false])
    expect((await end).kind).toBe('crashed')
    expect(await folders(harness)).toEqual([])
    await expect(harness.sessions.acquire(harness.size)).rejects.toThrow('stopping')
  })

  test('start clears the folders of services that are gone and spares those of living ones', async () => {
    const harness = await open({ warm: 0 })
    const tmp = join(harness.folder, 'tmp')
    const earlier = `session-${process.pid}-earlier`
    for (const name of ['session-4194999-gone', 'session-1-alive', earlier, 'other'])
      await mkdir(join(tmp, name))
    const longAgo = new Date(Date.now() - 86_400_000)
    await utimes(join(tmp, earlier), longAgo, longAgo)
    const next = new DuckDbSessions(harness.options)
    await next.start()
    await next.stop()
    expect((await folders(harness)).sort()).toEqual(['other', 'session-1-alive'])
  })
})
