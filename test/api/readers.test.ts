/**
 * What reads scripts and large bodies: real processes, within their time and memory, in turns between
 * tenants.
 */
import { spawn } from 'node:child_process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ApiRefusal } from '../../src/api/http/problem.ts'
import { Readers } from '../../src/api/reader/readers.ts'
import type { TenantId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import { KIB, MIB } from '../../src/core/units.ts'

const ACME = 'acme' as TenantId
const OTHER = 'other' as TenantId
/** Takes seconds to check. */
const SLOW = 'IF 1 THEN\n'.repeat(300_000)
const SHORT = 'LET x = 1 +;'

let readers: Readers
let logged: string[]

beforeEach(() => {
  logged = []
  const log = {
    info: () => {},
    warn: (message: string) => logged.push(message),
    error: (message: string) => logged.push(message),
  }
  readers = new Readers({ limits: { ...DEFAULT_LIMITS, readTimeMs: 1_000 }, log })
})
afterEach(() => readers.stop())

const body = (text: string) => [Buffer.from(text)]
const errorsOf = async (checked: Promise<Uint8Array>) =>
  JSON.parse(Buffer.from(await checked).toString()).Errors
const refusalOf = async (refused: Promise<unknown>) => {
  const error = await refused.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof ApiRefusal ? error.errorName : error
}

it('checks a script, and tells issues as the client gets them', async () => {
  expect(await errorsOf(readers.checkScript(ACME, SHORT))).toMatchObject([
    { Tab: 0, Line: 0, Info: SHORT.slice(0, -1) },
  ])
})

it('of a body come the named members: texts whole and well formed, nested ones empty', async () => {
  const long = 'é'.repeat(100 * KIB)
  const read = (text: string) => readers.readMembers(ACME, body(text), ['script', 'n', 'list', 'deep'])
  expect(
    await read(`{"script":"${long}\\ud800","other":"${long}","n":1.5,"list":[1,2],"deep":{"a":{}}}`),
  ).toEqual({
    script: `${long}\ufffd`,
    n: 1.5,
    list: [],
    deep: {},
  })
  expect(await read(`{"__proto__":{"script":"x"},"constructor":1}`)).toEqual({})
  expect([await read('[[[]]]'), await read('"text"'), await read('null')]).toEqual([[], '', null])
  expect(await refusalOf(read('{"script":'))).toBe('badRequest')
  expect(await refusalOf(readers.readMembers(ACME, [Buffer.from([0x22, 0xff, 0x22])], []))).toBe('badRequest')
  expect(await refusalOf(read(`{"script":"${'x'.repeat(5 * MIB)}"}`))).toBe('tooLarge')
})

it('a script that takes too long is refused in time, and its process reads on', async () => {
  expect(await refusalOf(readers.checkScript(ACME, SLOW))).toBe('unprocessable')
  const [pid] = readers.pids
  expect(await errorsOf(readers.checkScript(ACME, SHORT))).toHaveLength(1)
  expect(readers.pids).toEqual([pid])
})

it('a body that fills the memory ends its process and nothing else; the next is read by another', async () => {
  await readers.checkScript(ACME, SHORT)
  const [pid] = readers.pids
  const lists = [Buffer.from('['), Buffer.alloc(24 * MIB, '[],'), Buffer.from('0]')]
  expect(await refusalOf(readers.readMembers(ACME, lists, []))).toBe('unprocessable')
  expect(await errorsOf(readers.checkScript(ACME, SHORT))).toHaveLength(1)
  expect(readers.pids).not.toContain(pid)
  expect(logged).toEqual(['a reader process ended at the input of a tenant and is replaced'])
})

it('a tenant that sends nothing but slow scripts has one process, and others are answered meanwhile', async () => {
  const over: string[] = []
  const slow = [1, 2, 3, 4, 5].map(async () => {
    await refusalOf(readers.checkScript(ACME, SLOW))
    over.push('slow')
  })
  await readers.checkScript(OTHER, SHORT)
  over.push('other')
  expect(readers.pids).toHaveLength(2)
  await Promise.all(slow)
  expect(over.at(-1)).toBe('slow')
})

it('what a tenant may have waiting is bounded, and others are not refused for it', async () => {
  const many = Array.from({ length: 30 }, () => refusalOf(readers.checkScript(ACME, SLOW)))
  expect(await Promise.race(many.slice(21))).toBe('busy')
  expect(await errorsOf(readers.checkScript(OTHER, SHORT))).toHaveLength(1)
  await readers.stop()
  const ends = await Promise.all(many)
  expect(ends.filter((end) => end === 'busy')).toHaveLength(9)
  const others = ends.filter((end) => end !== 'busy')
  expect(['unavailable', 'unprocessable']).toEqual(expect.arrayContaining(others))
})

it('stops at once, whatever is being read, and refuses everything then', async () => {
  const slow = refusalOf(readers.checkScript(ACME, SLOW))
  await readers.checkScript(OTHER, SHORT)
  const { pids } = readers
  await readers.stop()
  expect(await slow).toBe('unavailable')
  expect(pids.filter(isThere)).toEqual([])
  expect(await refusalOf(readers.checkScript(OTHER, SHORT))).toBe('unavailable')
})

it('a reader ends with a service that is killed, also in the middle of a script', async () => {
  const program = `
    import { Readers } from ${JSON.stringify(new URL('../../src/api/reader/readers.ts', import.meta.url).href)}
    const readers = new Readers({ limits: { readTimeMs: 1000, scriptBytes: 1e7, requestBodyBytes: 1e5 }, log: console })
    await readers.checkScript('acme', 'LET x = 1;')
    void readers.checkScript('acme', 'IF 1 THEN\\n'.repeat(300000))
    console.log(readers.pids[0])`
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program]
  const service = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = Number(await new Promise<Buffer>((told) => service.stdout.once('data', told)))
  expect(isThere(pid)).toBe(true)
  service.kill('SIGKILL')
  await expect.poll(() => isThere(pid), { timeout: 30_000 }).toBe(false)
})

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
