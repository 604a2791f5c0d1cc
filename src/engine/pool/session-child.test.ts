/**
 * A worker and engine processes that misbehave: real processes that run something else than our own main
 * file.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRunning, until } from '../../../test/support/observe.ts'
import { MESSAGE_MAX_BYTES, PROTOCOL_VERSION } from '../channel/session-protocol.ts'
import { nodeAlone } from '../wall/node-alone.ts'
import { type ChildExit, exitText, SessionChild } from './session-child.ts'
import { makeSessionFolder } from './session-folder.ts'

let folder: string
let children: SessionChild[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-child-'))
  await mkdir(join(folder, 'tmp'))
})
afterAll(async () => {
  for (const child of children) child.kill()
  await Promise.all(children.map((child) => child.exited))
  children = []
  await rm(folder, { recursive: true, force: true })
})

const PREAMBLE = `import { writeSync } from 'node:fs'
const send = (text, length = Buffer.byteLength(text)) => {
  const head = Buffer.alloc(4); head.writeUInt32BE(length); writeSync(3, Buffer.concat([head, Buffer.from(text)]))
}
const ready = () => send('{"kind":"ready","version":${PROTOCOL_VERSION}}')
setInterval(() => {}, 1000)
`

async function start(source: string): Promise<SessionChild> {
  const file = join(folder, 'tmp', `${children.length}.mjs`)
  await writeFile(file, PREAMBLE + source)
  const sandbox = { folders: [join(folder, 'tmp')], roots: [], heapBytes: 256 * 1024 ** 2 }
  const session = makeSessionFolder(join(folder, 'session-'))
  const child = new SessionChild({ ...sandbox, folder: session }, nodeAlone('a test'), () => {}, file)
  children.push(child)
  return child
}

describe('an engine process is ended when it', () => {
  test.each([
    ['speaks another version', `send('{"kind":"ready","version":99}')`, 'another version'],
    ['sends what is not JSON', `ready(); send('{"kind"')`, 'not JSON'],
    ['sends an unknown kind', `ready(); send('{"kind":"settle"}')`, 'unknown kind'],
    ['announces a frame above the bound', `ready(); send('x', ${MESSAGE_MAX_BYTES + 1})`, 'too large'],
    [
      'floods with few large messages',
      `ready(); const memory = '{"kind":"memory","residentBytes":1}'.padEnd(20_000_000); for (;;) send(memory)`,
      'talks too much',
    ],
    ['floods', `ready(); for (;;) send('{"kind":"memory","residentBytes":1}')`, 'talks too much'],
  ])('%s', async (_what, source, fault) => {
    const child = await start(source)
    const exit = await child.exited
    expect(exit).toMatchObject({ signal: 'SIGKILL', fault: expect.stringContaining(fault) })
    expect(exitText(exit)).toContain(fault)
  })
})

describe('an engine process', () => {
  test('is ready when it says so, and is heard from then on', async () => {
    const child = await start(`ready(); send('{"kind":"memory","residentBytes":7}')`)
    const heard = new Promise((resolve) => {
      child.onMessage = resolve
    })
    await child.ready
    expect(await heard).toEqual({ kind: 'memory', residentBytes: 7 })
  })

  test('that spoke while its service was paused is no flood', async () => {
    const child = await start(
      `ready(); for (let i = 0; i < 300; i++) send('{"kind":"memory","residentBytes":1}')`,
    )
    let heard = 0
    child.onMessage = () => {
      heard += 1
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4500)
    await until('all was heard', () => heard === 300)
    expect(isRunning(child.pid!)).toBe(true)
  })

  test('that ends before it is ready says how, to the log also why', async () => {
    const child = await start(`console.error('out of ideas'); process.exit(3)`)
    await expect(child.ready).rejects.toThrow('the engine process exited with code 3')
    expect((await child.exited).stderr).toContain('out of ideas')
  })

  test('is spoken to and killed without harm after its end', async () => {
    const child = await start('process.exit(0)')
    await child.exited
    child.send({ kind: 'interrupt' })
    child.kill()
  })

  test('keeps only the end of what it writes to its standard error', async () => {
    const child = await start(`process.stderr.write('x'.repeat(1e6) + 'the end', () => process.exit(1))`)
    const { stderr } = await child.exited
    expect(stderr.length).toBeLessThanOrEqual(4096)
    expect(stderr.endsWith('the end')).toBe(true)
  })
})

test.each<[Partial<ChildExit>, string]>([
  [{ signal: 'SIGKILL' }, 'the engine process was killed by signal SIGKILL'],
  [{ code: 7 }, 'the engine process exited with code 7'],
  [{ signal: 'SIGKILL', fault: 'it lied' }, 'it lied'],
])('the end %j reads "%s"', (exit, text) => {
  expect(exitText({ code: null, signal: null, stderr: '', ...exit })).toBe(text)
})
