/**
 * What an engine process may not do: its JavaScript by Node's flags, and what the running process was given.
 */
import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { sandboxEnvironment, sandboxFlags } from '../../src/engine/pool/session-sandbox.ts'
import { type DuckDbHarness, duckDbHarness } from '../support/duckdb-session-harness.ts'

const DUCKDB = import.meta.resolve('@duckdb/node-api')
const OWN_CODE = join(import.meta.dirname, '../../src/engine/child/session-process.ts')

describe('the JavaScript of an engine process', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'reprise-sandbox-'))
    for (const folder of ['apps', 'in', 'tmp']) await mkdir(join(root, folder))
    await writeFile(join(root, 'secret.txt'), 'secret')
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  /** Runs one expression under the flags of an engine process; gives "did: value" or "refused: code". */
  async function attempt(expression: string): Promise<string> {
    const probe = join(root, 'apps', 'probe.mjs')
    await writeFile(
      probe,
      `import fs from 'node:fs'; import os from 'node:os'; import { spawnSync } from 'node:child_process'
       const root = ${JSON.stringify(root)}
       try { console.log('did: ' + (${expression})) } catch (e) { console.log('refused: ' + (e.code ?? e.name)) }`,
    )
    const flags = sandboxFlags({
      folders: [join(root, 'apps')],
      roots: [],
      folder: { path: root, in: join(root, 'in'), out: join(root, 'tmp') },
      heapBytes: 2 ** 30,
    })
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, probe], {
      env: sandboxEnvironment(),
      encoding: 'utf8',
    })
    return (stdout + stderr).trim()
  }

  test.each([
    ['read a folder of data', "fs.readdirSync(root + '/apps').join()", 'probe.mjs'],
    ['write a file of its own folder', "fs.writeFileSync(root + '/tmp/x', 'x')", 'undefined'],
    ['load DuckDB', `typeof (await import(${JSON.stringify(DUCKDB)})).DuckDBInstance`, 'function'],
  ])('may %s', async (_what, expression, value) => {
    expect(await attempt(expression)).toBe(`did: ${value}`)
  })

  test.each([
    ['read a system file', "fs.readFileSync('/etc/passwd')", 'ERR_ACCESS_DENIED'],
    ['read beside its folders', "fs.readFileSync(root + '/secret.txt')", 'ERR_ACCESS_DENIED'],
    ['read out of its folder by dots', "fs.readFileSync(root + '/apps/../secret.txt')", 'ERR_ACCESS_DENIED'],
    ['list a folder above', 'fs.readdirSync(root)', 'ERR_ACCESS_DENIED'],
    ['write a file among data', "fs.writeFileSync(root + '/apps/x', 'x')", 'ERR_ACCESS_DENIED'],
    ['write beside its folders', "fs.writeFileSync(root + '/x', 'x')", 'ERR_ACCESS_DENIED'],
    ['overwrite its own code', `fs.writeFileSync(${JSON.stringify(OWN_CODE)}, '')`, 'ERR_ACCESS_DENIED'],
    ['make a link to outside', "fs.symlinkSync('/etc/passwd', root + '/apps/link')", 'ERR_ACCESS_DENIED'],
    ['start a process', "spawnSync('/bin/true')", 'ERR_ACCESS_DENIED'],
    ['make code from a text', "new Function('return 1')()", 'EvalError'],
    ['make code from a text by eval', "(0, eval)('1')", 'EvalError'],
    ['grant itself more', "process.permission.has('fs.read', '/etc/passwd') || missing", 'ReferenceError'],
  ])('may not %s', async (_what, expression, code) => {
    expect(await attempt(expression)).toBe(`refused: ${code}`)
  })
})

describe('a running engine process', () => {
  beforeEach(({ skip }) => skip(process.platform !== 'linux', 'needs /proc, which Linux alone has'))
  let harness: DuckDbHarness
  let session: DuckDbSession
  const of = (file: string) => `/proc/${session.pid}/${file}`
  beforeAll(async () => {
    process.env.REPRISE_ADMIN_KEY = 'a secret of the service'
    harness = await duckDbHarness()
    openSync(join(harness.folder, 'open-in-the-service'), 'w')
    session = (await harness.sessions.acquire(harness.size)) as DuckDbSession
  })
  afterAll(() => {
    delete process.env.REPRISE_ADMIN_KEY
    return harness.close()
  })

  test('has no environment but the time zone, and where it works', async () => {
    const environment = (await readFile(of('environ'), 'utf8')).split('\0').filter((entry) => entry !== '')
    expect(environment.filter((entry) => !/^(TZ|PWD)=/.test(entry))).toEqual([])
  })

  test('has no open file of the service', async () => {
    const links = await Promise.all(
      (await readdir(of('fd'))).map((fd) => readlink(of(`fd/${fd}`)).catch(() => '')),
    )
    expect(links.filter((link) => link.includes(harness.folder))).toEqual([])
    // Standard input, output and error, the channel and the lifeline.
    expect(links.filter((link) => link.startsWith('socket:')).length).toBeLessThanOrEqual(5)
  })

  test('works in a private folder', async () => {
    const folder = await readlink(of('cwd'))
    expect(folder.startsWith(join(await realpath(harness.folder), 'tmp', `session-${process.pid}-`))).toBe(
      true,
    )
  })

  test('steps back for the service in time and in memory', async () => {
    const fields = (await readFile(of('stat'), 'latin1')).replace(/^.*\) /s, '').split(' ')
    expect(Number(fields[16])).toBeGreaterThanOrEqual(10)
    expect((await readFile(of('oom_score_adj'), 'latin1')).trim()).toBe('1000')
  })

  test('is in another process group than the service, so that Ctrl-C is for the service alone', async () => {
    const groupIn = (stat: string) => Number(stat.replace(/^.*\) /s, '').split(' ')[2])
    const [engine, service] = await Promise.all([
      readFile(of('stat'), 'latin1'),
      readFile('/proc/self/stat', 'latin1'),
    ])
    expect(groupIn(engine)).not.toBe(groupIn(service))
  })
})
