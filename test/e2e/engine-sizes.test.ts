/**
 * The ladder of engine sizes with scripts that really eat memory: over a real service process, engine and
 * receiver.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventReceiver, startEventReceiver } from '../../src/cli/event-receiver.ts'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { countFinishedEvents, finishedOf, subscribe, WEBHOOK_SECRET } from '../support/finished-events.ts'
import {
  endAll,
  HAS_PROC,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

/** A cross join whose texts are put together to one: side * side * 2 KB, twice and more in memory. */
const eats = (side: number) => `
A: LOAD RecNo() AS a, Repeat('x', 2000) AS text AUTOGENERATE ${side};
JOIN (A) LOAD RecNo() AS b AUTOGENERATE ${side};
All: LOAD Concat(text & a & b) AS all RESIDENT A;
DROP TABLE A;`
const FITS_512M = eats(60)
const FITS_NOTHING = eats(400)
const SMALL = 'Small: LOAD 1 AS a AUTOGENERATE 1;'

describe.skipIf(!HAS_PROC)('on a ladder of 256 MB and 512 MB (the ceiling is watched in /proc)', () => {
  let service: ServiceProcess
  let receiver: EventReceiver
  beforeAll(async () => {
    receiver = await startEventReceiver(WEBHOOK_SECRET)
    const ladder = { REPRISE_ENGINE_SIZES: '256m,512m', REPRISE_ENGINE_MEMORY: '600m' }
    service = await startServiceProcess(newDataFolder(), { ...ladder, REPRISE_SLOTS: '2' })
    await subscribe(service.client, receiver)
  })
  afterAll(async () => {
    await endAll()
    await receiver.close()
  })

  const newApp = async (script: string) => {
    const appId = await service.client.createApp('app')
    await service.client.setScript(appId, script)
    return appId
  }
  const reloadToEnd = async (appId: string) => {
    const { id } = await service.client.startReload(appId)
    const record = await service.client.waitForEnd(id)
    const { event, verified } = await receiver.waitFor(finishedOf(id))
    expect(verified).toBe(true)
    expect(finishedEventFaults(event)).toEqual([])
    expect(await countFinishedEvents(service, id)).toBe(1)
    return { record, data: event.data }
  }

  it('a reload climbs to the size on which it fits, and the next one starts there', async () => {
    const appId = await newApp(FITS_512M)
    const first = await reloadToEnd(appId)
    expect(first.record.errorMessage).toBeUndefined()
    expect(first.data).toMatchObject({
      status: 'SUCCEEDED',
      crashedOnMaxSizeEngine: false,
      enginePoolName: 'engine-512m',
      engineSizingReason: 'app_crash',
      requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 },
    })
    const second = await reloadToEnd(appId)
    expect(second.data).toMatchObject({
      status: 'SUCCEEDED',
      enginePoolName: 'engine-512m',
      engineSizingReason: 'standard_calculation',
      requeueCounters: { requeuesTotal: 0, requeuesWithErrors: 0 },
    })
  })

  it('a reload that fits none fails, and the next is refused without an engine until the script changes', async () => {
    const appId = await newApp(FITS_NOTHING)
    const { record, data } = await reloadToEnd(appId)
    expect(record).toMatchObject({ status: 'FAILED', errorCode: 'EngineOutOfMemory' })
    expect(data).toMatchObject({
      status: 'FAILED',
      succeeded: false,
      errorCode: 'EngineOutOfMemory',
      crashedOnMaxSizeEngine: false,
      enginePoolName: 'engine-512m',
      engineSizingReason: 'app_crash',
      requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 },
    })

    // Two processes are kept ready; once they stand, one that is used or made would be seen.
    await expect.poll(() => service.enginePids().length).toBe(2)
    const ready = service.enginePids()
    const refused = await reloadToEnd(appId)
    expect(refused.data).toMatchObject({
      status: 'FAILED',
      errorCode: 'EngineCrashedOnMaxSize',
      crashedOnMaxSizeEngine: true,
      requeueCounters: { requeuesTotal: 0, requeuesWithErrors: 0 },
    })
    expect(refused.data.startTime).toBeUndefined()
    expect(refused.data.enginePoolName).toBeUndefined()
    expect(service.enginePids()).toEqual(ready)

    await service.client.setScript(appId, SMALL)
    expect((await reloadToEnd(appId)).data).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('two reloads that do not fit the memory together run one after the other', async () => {
    const apps = [await newApp(FITS_512M), await newApp(FITS_512M)]
    for (const appId of apps) await reloadToEnd(appId)
    const ended = await Promise.all(apps.map(reloadToEnd))
    const spans = ended
      .map(({ data }) => ({
        from: Date.parse(data.startTime as string),
        to: Date.parse(data.startTime as string) + (data.durationSeconds as number) * 1000,
      }))
      .toSorted((left, right) => left.from - right.from)
    expect(spans[1]!.from).toBeGreaterThanOrEqual(spans[0]!.to - 50)
  })
})
