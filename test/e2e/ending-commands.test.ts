/** Commands that take long, ended by Ctrl-C, by a service manager, and by readers that have had enough. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ADMIN_KEY, endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LOADS = 'T: LOAD 1 AS a AUTOGENERATE 1;'
const ENDLESS = `${LOADS}\nSLEEP 600000;`

const children: ChildProcess[] = []
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await endAll()
})

let folder: string
let temporary: string
beforeEach(() => {
  folder = newDataFolder()
  temporary = join(folder, 'tmp')
  mkdirSync(temporary)
})
const leftBehind = () => readdirSync(temporary).filter((name) => name.startsWith('reprise-'))

/** Runs a command, and resolves when it has printed such a line. */
async function started(args: readonly string[], printed: RegExp, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => printed.test(line) && resolve())
    void ended.then(() => reject(new Error(`it ended before it printed ${printed}: ${complaints}`)))
  })
  return { child, ended, complaints: () => complaints }
}

function scriptFile(script: string): string {
  const file = join(folder, 'script.qvs')
  writeFileSync(file, script)
  return file
}

describe('reprise reload', { timeout: 120_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is canceled by %s, and leaves nothing', async (signal) => {
    const { child, ended } = await started(['reload', scriptFile(ENDLESS)], /T/)
    child.kill(signal)
    expect(await ended).toEqual([3, null])
    expect(leftBehind()).toEqual([])
  })

  it('ends at once on a second signal, and leaves nothing', async () => {
    const { child, ended } = await started(['reload', scriptFile(ENDLESS)], /T/)
    child.kill('SIGINT')
    child.kill('SIGTERM')
    // The system may hand them over in either order; a run that was canceled by then has ended in order.
    const ends = [
      [null, 'SIGINT'],
      [null, 'SIGTERM'],
      [3, null],
    ]
    expect(ends).toContainEqual(await ended)
    expect(leftBehind()).toEqual([])
  })

  it('runs to its end though nobody reads on', async () => {
    const script = `${LOADS}\nSLEEP 500;\nTRACE ${'x'.repeat(1000)};\nU: LOAD 2 AS b AUTOGENERATE 1;`
    const { child, ended, complaints } = await started(['reload', scriptFile(script)], /T/)
    child.stdout!.destroy()
    expect(await ended).toEqual([0, null])
    expect(complaints()).toBe('')
  })
})

it('reprise demo ends by Ctrl-C, and leaves nothing', { timeout: 120_000 }, async () => {
  const { child, ended } = await started(['demo'], /listens on/)
  child.kill('SIGINT')
  expect(await ended).toEqual([null, 'SIGINT'])
  expect(leftBehind()).toEqual([])
})

describe('reprise events tail', { timeout: 180_000 }, () => {
  async function tailing(events: number) {
    const service = await startServiceProcess(join(folder, 'data'))
    // Without a script a reload ends at once.
    const appId = await service.client.createApp('app')
    for (let n = 0; n < events; n++) {
      const { id } = await service.client.startReload(appId)
      await service.client.waitForEnd(id)
    }
    const environment = { REPRISE_URL: service.url, REPRISE_KEY: ADMIN_KEY }
    return started(['events', 'tail', '--after', '0', '--json'], /finished/, environment)
  }

  it('ends quietly when nobody reads it any more', async () => {
    const { child, ended, complaints } = await tailing(150)
    child.stdout!.destroy()
    expect(await ended).toEqual([0, null])
    expect(complaints()).toBe('')
  })

  it('ends by Ctrl-C while nobody takes what it prints', async () => {
    const { child, ended } = await tailing(150)
    child.stdout!.pause()
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })
})
