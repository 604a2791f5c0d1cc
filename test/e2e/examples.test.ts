/** The examples run as their first lines say, against a real service: what they print is what a user sees. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { WEBHOOK_SECRET } from '../support/finished-events.ts'
import {
  ADMIN_KEY,
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const TIMEOUT_MS = 120_000
const examples: ChildProcess[] = []
let service: ServiceProcess

beforeAll(async () => {
  service = await startServiceProcess(newDataFolder())
})
afterAll(async () => {
  for (const example of examples) example.kill('SIGKILL')
  await endAll()
})

/**
 * Starts an example on a free port and subscribes it; `line` waits for a printed line that holds the text.
 */
async function started(name: string, environment: Record<string, string> = {}) {
  const file = fileURLToPath(new URL(`../../examples/receivers/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=reprise-source', file], {
    env: { PATH: process.env.PATH, PORT: '0', WEBHOOK_SECRET, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  examples.push(child)
  const printed: string[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => printed.push(line))
  const line = async (text: string): Promise<string> => {
    for (;;) {
      const found = printed.find((one) => one.includes(text))
      if (found !== undefined) return found
      await once(lines, 'line')
    }
  }
  const url = (await line('listening on ')).slice('listening on '.length)
  await service.client.createWebhook({
    name,
    url,
    secret: WEBHOOK_SECRET,
    enabled: true,
    eventTypes: [FINISHED_EVENT_TYPE],
  })
  return { printed, line }
}

async function app(name: string, script: string): Promise<string> {
  const id = await service.client.createApp(name)
  await service.client.setScript(id, script)
  return id
}

it('alert-on-failure tells of a reload that failed, and of no other', { timeout: TIMEOUT_MS }, async () => {
  const { line, printed } = await started('alert-on-failure')
  const good = await app('good', 'LOAD 1 AS x AUTOGENERATE 1;')
  const bad = await app('bad', 'LOAD * FROM [lib://DataFiles/missing.csv] (txt);')
  const succeeded = await service.client.startReload(good)
  await service.client.waitForEnd(succeeded.id)
  const failed = await service.client.startReload(bad)
  expect(await line(failed.id)).toMatch(
    new RegExp(`reload ${failed.id} of app ${bad}: FAILED EngineReloadScriptError .*missing\\.csv`),
  )
  expect(printed.filter((one) => one.includes('reload '))).toHaveLength(1)
})

it('reload-next-app runs a chain of apps', { timeout: TIMEOUT_MS }, async () => {
  const chain = [
    await app('first', 'LOAD 1 AS x AUTOGENERATE 1;'),
    await app('second', 'LOAD 2 AS x AUTOGENERATE 1;'),
    await app('third', 'LOAD 3 AS x AUTOGENERATE 1;'),
  ]
  const { line, printed } = await started('reload-next-app', {
    REPRISE_URL: service.url,
    REPRISE_KEY: ADMIN_KEY,
    CHAIN: chain.join(','),
  })
  await service.client.startReload(chain[0]!)
  await line(`app ${chain[2]} is next`)
  expect(printed.slice(1)).toEqual([
    `app ${chain[0]} is done, app ${chain[1]} is next`,
    `app ${chain[1]} is done, app ${chain[2]} is next`,
  ])
})
