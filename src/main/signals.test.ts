/** What SIGTERM does to a process, in processes of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'reprise-signals-'))
const NOBODY_WRITES = join(folder, 'pipe')
spawnSync('mkfifo', [NOBODY_WRITES])
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

/** @param around what goes on in the process; `stop` is what stops it */
async function running(around: string, stop: string): Promise<ChildProcess> {
  const code = `
    import { open } from 'node:fs'
    import { connect } from 'node:net'
    const { stopOnSignal } = await import('${new URL('./signals.ts', import.meta.url).href}')
    const { jsonLog } = await import('${new URL('./world.ts', import.meta.url).href}')
    ${around}
    const ended = stopOnSignal(jsonLog('info'), 0, async () => { ${stop} })
    setInterval(() => {}, 1000)
    console.log('listening')
    await ended`
  const started = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(started.stdout!, 'data')
  child = started
  return started
}

it('one that has stopped ends, whatever timers and sockets are left', async () => {
  const process = await running('', '')
  process.kill('SIGTERM')
  expect(await once(process, 'exit')).toEqual([0, null])
})

it('one that did not stop in order ends with 1', async () => {
  const process = await running('', "throw new Error('no')")
  process.kill('SIGINT')
  expect(await once(process, 'exit')).toEqual([1, null])
})

it('one whose stop never ends is ended after the drain time and 5 s', async () => {
  const process = await running('', 'await new Promise(() => {})')
  const begun = performance.now()
  process.kill('SIGTERM')
  expect(await once(process, 'exit')).toEqual([1, null])
  expect(performance.now() - begun).toBeGreaterThan(4900)
})

// Opening a pipe that nobody writes into is a call that never returns, and `process.exit` waits for it.
const HANGING_CALL = `open('${NOBODY_WRITES}', 'r', () => {})`

it('a second signal ends it at once, also where a call of the system hangs', async () => {
  const process = await running(HANGING_CALL, 'await new Promise(() => {})')
  process.kill('SIGTERM')
  await once(process.stderr!, 'data')
  const begun = performance.now()
  process.kill('SIGTERM')
  expect(await once(process, 'exit')).toEqual([null, 'SIGKILL'])
  expect(performance.now() - begun).toBeLessThan(4500)
})

it('a call of the system that hangs holds a stopped process for 5 s, no longer', {
  timeout: 60_000,
}, async () => {
  const process = await running(HANGING_CALL, '')
  process.kill('SIGTERM')
  expect(await once(process, 'exit')).toEqual([null, 'SIGKILL'])
})
