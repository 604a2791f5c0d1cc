/**
 * `kill -9` of the server in the middle of a reload: one outcome, one finished event, old data intact. That
 * of an engine is a story of test/e2e/seed-run.test.ts.
 */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EventReceiver, startEventReceiver } from '../../src/cli/event-receiver.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { countFinishedEvents, finishedOf, subscribe, WEBHOOK_SECRET } from '../support/finished-events.ts'
import { endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

const OLD = 'Old: LOAD RecNo() AS old AUTOGENERATE 3;'
const SLOW = `
Marker: LOAD RecNo() AS x AUTOGENERATE 5;
SLEEP 6000;
New: LOAD RecNo() AS y AUTOGENERATE 7;
`

let receiver: EventReceiver
beforeEach(async () => {
  receiver = await startEventReceiver(WEBHOOK_SECRET)
})
afterEach(() => receiver.close())
afterAll(endAll)

describe('kill -9', () => {
  it('of the server keeps the old data, and after a restart the reload succeeds with one finished event', async () => {
    const folder = newDataFolder()
    const first = await startServiceProcess(folder)
    const appId = await first.client.createApp('slow')
    await first.client.setScript(appId, OLD)
    const { id: before } = await first.client.startReload(appId)
    expect((await first.client.waitForEnd(before)).status).toBe('SUCCEEDED')
    await subscribe(first.client, receiver)
    await first.client.setScript(appId, SLOW)
    const { id } = await first.client.startReload(appId)
    let killed: Promise<void> | undefined
    await first.client
      .waitForEnd(id, (record) => {
        if (record.log?.includes('Marker <<') === true) killed ??= first.killHard()
      })
      .catch(() => {})
    expect(killed).toBeDefined()
    await killed

    const second = await startServiceProcess(folder)
    const tables = async () => (await second.client.dataModel(appId)).tables.map(({ name }) => name)
    const statesSeen = new Set<string>()
    const record = await second.client.reload(id)
    expect(['QUEUED', 'RELOADING']).toContain(record.status)
    expect(await tables()).toEqual(['Old'])
    const ended = await second.client.waitForEnd(id, ({ status }) => statesSeen.add(status))
    expect(ended.status).toBe('SUCCEEDED')
    expect(await tables()).toEqual(['Marker', 'New'])
    const { event, verified } = await receiver.waitFor(finishedOf(id))
    expect(verified).toBe(true)
    expect(event.data).toMatchObject({ requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 } })
    expect(await countFinishedEvents(second, id)).toBe(1)
    expect(await second.stop()).toBe(0)
    expect(receiver.received.filter(({ event: { type } }) => type === FINISHED_EVENT_TYPE)).toHaveLength(1)
  }, 120_000)
})
