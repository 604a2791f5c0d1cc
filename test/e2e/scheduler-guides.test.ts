/** What the guides for people of cron, Kestra and Airflow tell them to write, run as it stands there. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandEnvironment, MAIN } from '../support/command-process.ts'
import {
  ADMIN_KEY,
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const has = (program: string) => spawnSync(program, ['--version']).status === 0
const folder = newDataFolder()
let service: ServiceProcess
let good: string
let bad: string

/** The blocks of a guide in one language, each without its fences. */
const blocksOf = (guide: string, language: string) =>
  [
    ...readFileSync(new URL(`../../docs/guides/${guide}`, import.meta.url), 'utf8').matchAll(
      /```(\w+)\n(.*?)```/gs,
    ),
  ]
    .filter(([, named]) => named === language)
    .map(([, , text]) => text!)

beforeAll(async () => {
  service = await startServiceProcess(newDataFolder())
  good = await newApp('Sales', 'T: LOAD 1 AS a AUTOGENERATE 1;')
  bad = await newApp('Broken', 'LOAD * FROM [lib://DataFiles/missing.csv] (txt);')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'reprise'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`)
  chmodSync(join(bin, 'reprise'), 0o755)
})
afterAll(endAll)

async function newApp(name: string, script: string): Promise<string> {
  const appId = await service.client.createApp(name)
  await service.client.setScript(appId, script)
  return appId
}

/** Runs a program in the folder, with `reprise` on the path. */
async function ended(program: string, args: readonly string[]): Promise<{ code: number; printed: string }> {
  const environment = commandEnvironment(service)
  const env = { ...environment, PATH: `${join(folder, 'bin')}${delimiter}${environment.PATH}` }
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const [code] = await once(child, 'close')
  return { code, printed }
}

const reloadsOf = async (appId: string) =>
  (await service.client.call<{ data: { status: string }[] }>('GET', `/api/v1/reloads?appId=${appId}`)).data

describe('from cron', { timeout: 60_000 }, () => {
  it('the line of the crontab reloads the app and tells its outcome', async () => {
    const line = blocksOf('from-cron.md', 'crontab')[0]!
      .split('\n')
      .find((text) => /^\d/.test(text))!
    const command = line.replace(/^(\S+\s+){5}/, '')
    expect((await ended('/bin/sh', ['-c', command])).code).toBe(0)
    expect(readFileSync(join(folder, 'sales.log'), 'utf8')).toContain('SUCCEEDED after')
    const broken = command.replace('"Sales"', '"Broken"')
    expect((await ended('/bin/sh', ['-c', broken])).code).toBe(1)
  })

  it.runIf(has('curl'))('the script with curl reloads an app once, and tells its outcome', async () => {
    const script = join(folder, 'reload.sh')
    writeFileSync(script, blocksOf('from-cron.md', 'sh')[0]!)
    const before = (await reloadsOf(good)).length
    expect(await ended('/bin/sh', [script, good])).toEqual({ code: 0, printed: '' })
    expect(await reloadsOf(good)).toHaveLength(before + 1)
    const failed = await ended('/bin/sh', [script, bad])
    expect([failed.code, failed.printed]).toEqual([1, expect.stringContaining('missing.csv')])
    const refused = await ended('/bin/sh', [script, 'no-app'])
    expect([refused.code, refused.printed]).toEqual([1, expect.stringContaining('RELOADS-004')])
  })
})

describe('from Kestra', () => {
  it('the request of the flow waits for one reload, however often it is made', async () => {
    const flow = blocksOf('from-kestra.md', 'yaml')[0]!
    const given: Readonly<Record<string, string>> = {
      "secret('REPRISE_KEY')": ADMIN_KEY,
      'execution.id': 'an-execution',
      'inputs.app': good,
    }
    const rendered = (text: string) => text.replaceAll(/{{ (.*?) }}/g, (_, name: string) => given[name]!)
    const told = (name: string) => rendered(new RegExp(`^ +${name}: ["']?(.*?)["']?$`, 'm').exec(flow)![1]!)
    const headers = {
      'content-type': told('contentType'),
      authorization: told('Authorization'),
      'idempotency-key': told('Idempotency-Key'),
    }
    const before = (await reloadsOf(good)).length
    const address = new URL(told('uri'))
    const ask = (query: string) =>
      fetch(service.url + address.pathname + query, {
        method: told('method'),
        headers,
        body: told('body'),
      })
    expect((await ask('?wait=0s')).status).toBe(202)
    let answer = await ask(address.search)
    while (answer.status === 202) answer = await ask(address.search)
    expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([201, 'SUCCEEDED'])
    expect(await reloadsOf(good)).toHaveLength(before + 1)
  })
})

describe('from Airflow', { timeout: 60_000 }, () => {
  it.runIf(has('python3'))(
    'the function waits for one reload of an id, and raises unless it succeeded',
    async () => {
      const call = (appId: string, id: string) =>
        `print(reload_app(${[service.url, ADMIN_KEY, appId, id].map((text) => JSON.stringify(text)).join(', ')})["id"])`
      const program = (...calls: string[]) => [
        '-c',
        [blocksOf('from-airflow.md', 'python')[0], ...calls].join('\n'),
      ]
      const twice = await ended('python3', program(call(good, 'try-1'), call(good, 'try-1')))
      expect([twice.code, twice.printed]).toEqual([0, expect.stringMatching(/^(\w{24})\n\1\n$/)])
      const failed = await ended('python3', program(call(bad, 'try-2')))
      expect([failed.code, failed.printed]).toEqual([
        1,
        expect.stringMatching(/RuntimeError: FAILED: .*missing\.csv/),
      ])
      const refused = await ended('python3', program(call('no-app', 'try-3')))
      expect(refused.printed).toContain('refused: {"errors":[{"code":"RELOADS-004"')
    },
  )

  it('the command reloads the app', async () => {
    expect((await ended('/bin/sh', ['-c', blocksOf('from-airflow.md', 'bash')[0]!])).code).toBe(0)
  })
})
