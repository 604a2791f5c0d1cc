/** Cancel where the race is in the process: over a real service process, engine and webhook receiver. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventReceiver, startEventReceiver } from '../../src/cli/event-receiver.ts'
import { countFinishedEvents, finishedOf, subscribe, WEBHOOK_SECRET } from '../support/finished-events.ts'
import {
  endAll,
  HAS_PROC,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const OLD = 'Old: LOAD RecNo() AS old AUTOGENERATE 3;'
const ENDLESS = 'SLEEP 600000;'
/** Some hundred MB, row by row: a STORE that is still under way when it is seen. */
const STORES = `
T: LOAD RecNo() AS a, Repeat('x', 200) AS text AUTOGENERATE 1500000;
STORE T INTO [lib://DataFiles/out.csv] (txt);
SLEEP 600000;`

let service: ServiceProcess
let receiver: EventReceiver
let folder: string
beforeAll(async () => {
  folder = newDataFolder()
  receiver = await startEventReceiver(WEBHOOK_SECRET)
  service = await startServiceProcess(folder, { REPRISE_SLOTS: '1' })
  await subscribe(service.client, receiver)
})
afterAll(async () => {
  await endAll()
  await receiver.close()
})

async function newApp(script: string): Promise<string> {
  const appId = await service.client.createApp('app')
  await service.client.setScript(appId, script)
  return appId
}

/** After a cancel that was answered with 202. */
async function expectCanceled(reloadId: string, appId: string, tables: readonly string[]) {
  expect((await service.client.waitForEnd(reloadId)).status).toBe('CANCELED')
  const { event } = await receiver.waitFor(finishedOf(reloadId))
  expect(event.data).toMatchObject({ status: 'CANCELED', succeeded: false })
  expect(await countFinishedEvents(service, reloadId)).toBe(1)
  expect((await service.client.dataModel(appId)).tables.map(({ name }) => name)).toEqual(tables)
}

const filesBelow = (name: string) =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

describe('a cancel', () => {
  it('while a STORE writes leaves nothing of its file, and the data of before', async () => {
    const appId = await newApp(OLD)
    await service.client.waitForEnd((await service.client.startReload(appId)).id)
    await service.client.setScript(appId, STORES)
    const before = filesBelow('apps')
    const stored = filesBelow('files')
    const { id } = await service.client.startReload(appId)
    const halfWritten = () => filesBelow('tmp').filter((name) => name.endsWith('.part'))
    await expect.poll(halfWritten, { timeout: 60_000, interval: 10 }).not.toEqual([])
    expect(await service.client.cancelReload(id)).toEqual({ status: 'CANCELING' })
    await expectCanceled(id, appId, ['Old'])
    expect(filesBelow('files')).toEqual(stored)
    await expect.poll(halfWritten).toEqual([])
    await expect.poll(() => filesBelow('apps')).toEqual(before)
  })

  it.skipIf(!HAS_PROC)('while its session starts ends it', async () => {
    const first = await service.client.startReload(await newApp(ENDLESS))
    await service.client.waitFor(first.id, ({ log }) => log?.includes('Started loading') === true)
    const appId = await newApp(ENDLESS)
    const { id } = await service.client.startReload(appId)
    await expect.poll(() => service.enginePids().length).toBe(2)
    // The one that is kept ready dies, so that the second reload has to wait for a process to start.
    process.kill(service.enginePids().at(-1)!, 'SIGKILL')
    await service.client.cancelReload(first.id)
    await service.client.waitFor(id, ({ status }) => status === 'RELOADING')
    expect(await service.client.cancelReload(id)).toEqual({ status: 'CANCELING' })
    await expectCanceled(id, appId, [])
  })
})
