/**
 * `reprise events tail` and `reprise listen` as their users run them, against a real service that is killed
 * meanwhile.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EventReceiver, startEventReceiver } from '../../src/cli/event-receiver.ts'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { commandEnvironment, endCommands, MAIN, startCommand } from '../support/command-process.ts'
import { finishedOf, WEBHOOK_SECRET } from '../support/finished-events.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const TIMEOUT_MS = 120_000
const folder = newDataFolder()
let service: ServiceProcess
let receiver: EventReceiver

beforeAll(async () => {
  service = await startServiceProcess(folder)
  receiver = await startEventReceiver(WEBHOOK_SECRET)
})
afterAll(async () => {
  endCommands()
  await receiver.close()
  await endAll()
})

const environment = () => commandEnvironment(service)
const started = (...args: string[]) => startCommand(environment(), args)

async function reloadNow(script: string): Promise<{ appId: string; id: string }> {
  const appId = await service.client.createApp('app')
  await service.client.setScript(appId, script)
  const { id } = await service.client.startReload(appId)
  await service.client.waitForEnd(id)
  return { appId, id }
}

it('tail prints events in lines that people read, and as JSON', { timeout: TIMEOUT_MS }, async () => {
  const bad = await reloadNow('LOAD * FROM [lib://DataFiles/missing.csv] (txt);')
  const good = await reloadNow('LOAD 1 AS x AUTOGENERATE 1;')
  const all = started('events', 'tail', '--after', '0')
  expect(await all.line((line) => line.includes(`${FINISHED_EVENT_TYPE}  FAILED`))).toMatch(
    new RegExp(`^\\S+Z  ${FINISHED_EVENT_TYPE}  FAILED  app ${bad.appId}  reload ${bad.id}  .*missing\\.csv`),
  )
  await all.line((line) => line.includes(`reload ${good.id}  `) && line.includes('SUCCEEDED'))
  const failed = started(
    'events',
    'tail',
    '--after',
    '0',
    '--outcome',
    'FAILED',
    '--app',
    bad.appId,
    '--json',
  )
  const event = JSON.parse(await failed.line((line) => line.startsWith('{')))
  expect(finishedEventFaults(event)).toEqual([])
  expect(event.data.id).toBe(bad.id)
  failed.child.kill('SIGINT')
  expect((await once(failed.child, 'exit'))[0]).toBe(0)
  expect(failed.printed).toHaveLength(1)
})

it('listen forwards signed events, also those that happen while the service is away', {
  timeout: TIMEOUT_MS,
}, async () => {
  const forwarded = started(
    'listen',
    '--forward',
    receiver.url,
    '--secret',
    WEBHOOK_SECRET,
    '--types',
    FINISHED_EVENT_TYPE,
    '--after',
    '0',
  )
  await forwarded.line((line) => line.startsWith('Forwarding'))
  const first = await reloadNow('LOAD 1 AS x AUTOGENERATE 1;')
  expect((await receiver.waitFor(finishedOf(first.id))).verified).toBe(true)
  await forwarded.line((line) => line.includes(first.id) && /-> 204 \(\d+ ms\)$/.test(line))
  const { port } = new URL(service.url)
  await service.killHard()
  await forwarded.line((line) => line.startsWith('connection lost'))
  service = await startServiceProcess(folder, { REPRISE_PORT: port })
  const second = await reloadNow('LOAD 1 AS x AUTOGENERATE 1;')
  await forwarded.line((line) => line.startsWith('connected to'))
  expect((await receiver.waitFor(finishedOf(second.id))).verified).toBe(true)
  const ids = receiver.received.map(({ event }) => event.id)
  expect(new Set(ids).size).toBe(ids.length)
})

it.each([
  [
    ['events', 'tail', '--outcome', 'BROKEN'],
    2,
    '--outcome takes SUCCEEDED, FAILED, CANCELED, EXCEEDED_LIMIT',
  ],
  [['events', 'tail', '--url', 'nowhere'], 2, '--url takes an address'],
  [['listen', '--forward', 'file:///etc'], 2, '--forward takes an address'],
  [['listen'], 2, "required option '--forward <address>' not specified"],
  [['events', 'tail', '--types', 'nothing'], 1, 'the service refused: HTTP-400 types must be a comma list'],
  [['events', 'tail', '--key', 'wrong'], 1, 'the service refused: HTTP-401'],
])('%j ends with %d and says why', (args, status, text) => {
  const ended = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env: environment() })
  expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(text)])
})
