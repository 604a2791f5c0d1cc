/** Engine processes that hang, stopped by a real SIGSTOP, and busy ones that only look as if they did. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { type DuckDbHarness, duckDbHarness, SCRIPTS } from '../support/duckdb-session-harness.ts'
import { isRunning, stopProcess, until } from '../support/observe.ts'

const SILENCE_MS = 4000

let harness: DuckDbHarness
beforeEach(async () => {
  harness = await duckDbHarness({ silenceMs: SILENCE_MS })
})
afterEach(() => harness.close())

const acquire = async () => (await harness.sessions.acquire(harness.size)) as DuckDbSession

/** Runs a script, and resolves when it has told that it came to its second statement. */
async function running(script: string) {
  const session = await acquire()
  let statement = 0
  const end = session.run(harness.workOf(script), (progress) => {
    statement = progress.statement
  })
  await until('the script runs', () => statement >= 2)
  return { session, end }
}

describe('an engine that hangs', () => {
  test('in its script is killed after the time of silence and ends as crashed', async () => {
    const { session, end } = await running(SCRIPTS.endless)
    await stopProcess(session.pid)
    const stoppedAt = performance.now()
    expect(await end).toMatchObject({
      kind: 'crashed',
      message: 'the engine process gave no sign of life for 4 s',
    })
    expect(performance.now() - stoppedAt).toBeGreaterThan(SILENCE_MS * 0.7)
    expect(isRunning(session.pid)).toBe(false)
    expect(harness.logged.some((line) => line.includes('no sign of life'))).toBe(true)
  })

  test('in its script still obeys a kill at once', async () => {
    const { session, end } = await running(SCRIPTS.endless)
    await stopProcess(session.pid)
    session.kill()
    expect(await end).toMatchObject({ kind: 'crashed', message: 'the engine session was killed' })
  })

  test('while it is kept ready is not handed out: the next one serves, and it is gone', async () => {
    await until('one is ready', () => harness.sessions.ready.length === 1)
    const [hanging] = harness.sessions.ready
    await stopProcess(hanging!)
    const session = await acquire()
    expect(session.pid).not.toBe(hanging)
    expect((await session.run(harness.work('completes'), () => {})).kind).toBe('completed')
    await until('the other is gone', () => !isRunning(hanging!))
  })

  test('while it is kept ready and nobody asks is replaced', async () => {
    await until('one is ready', () => harness.sessions.ready.length === 1)
    const [hanging] = harness.sessions.ready
    await stopProcess(hanging!)
    await until(
      'another one is ready',
      () => harness.sessions.ready.length === 1 && harness.sessions.ready[0] !== hanging,
      20_000,
    )
    expect(isRunning(hanging!)).toBe(false)
  })
})

test.each(['endless', 'busy'] as const)(
  'an engine whose script is %s for more than twice the time of silence is not taken for dead',
  async (nature) => {
    const { session, end } = await running(SCRIPTS[nature])
    const still = new Promise((resolve) => setTimeout(() => resolve('it runs'), 2.2 * SILENCE_MS))
    expect(await Promise.race([end, still])).toBe('it runs')
    session.kill()
    expect(await end).toMatchObject({ message: 'the engine session was killed' })
  },
)
