/**
 * The ways a reload ends, and what each leaves behind: over a real service process, engine and webhook
 * receiver.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../src/cli/client.ts'
import { type EventReceiver, startEventReceiver } from '../../src/cli/event-receiver.ts'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { countFinishedEvents, finishedOf, subscribe, WEBHOOK_SECRET } from '../support/finished-events.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const OLD = 'Old: LOAD RecNo() AS old AUTOGENERATE 3;'
/** One statement that runs for hours in the row machine. */
const ENDLESS_ROWS = 'X: LOAD RecNo() AS x AUTOGENERATE 1000000000000 WHERE RecNo() < 0;'
/** One statement that runs for hours inside the database. */
const ENDLESS_QUERY = `
A: LOAD RecNo() AS a, 1 AS one AUTOGENERATE 300000;
B: LOAD RecNo() AS b, 1 AS one AUTOGENERATE 300000;
INNER JOIN (A) LOAD b, one RESIDENT B;
`

let service: ServiceProcess
let receiver: EventReceiver
beforeAll(async () => {
  receiver = await startEventReceiver(WEBHOOK_SECRET)
  service = await startServiceProcess(newDataFolder(), { REPRISE_SLOTS: '1' })
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

async function reloadToEnd(script: string, appId?: string) {
  const id = appId ?? (await newApp(script))
  if (appId !== undefined) await service.client.setScript(appId, script)
  const { id: reloadId } = await service.client.startReload(id)
  const record = await service.client.waitForEnd(reloadId)
  const { event, verified } = await receiver.waitFor(finishedOf(reloadId))
  expect(verified).toBe(true)
  expect(finishedEventFaults(event)).toEqual([])
  return { appId: id, reloadId, record, event }
}

async function refusal(asking: Promise<unknown>): Promise<ApiError> {
  const error = await asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiError)) throw new Error(`no refusal: ${String(error)}`)
  return error
}

async function tablesOf(appId: string): Promise<string[]> {
  return (await service.client.dataModel(appId)).tables.map(({ name }) => name)
}

describe('a reload', () => {
  it('of a sound script ends SUCCEEDED, with every field of the event that is known', async () => {
    const { record, event, appId, reloadId } = await reloadToEnd(OLD)
    expect(record).toMatchObject({ status: 'SUCCEEDED', type: 'external', weight: 1 })
    expect(event).toMatchObject({
      reason: 'User initiated reload',
      authtype: 'api_key',
      originip: '127.0.0.1',
      toplevelresourceid: appId,
      data: {
        id: reloadId,
        appId,
        status: 'SUCCEEDED',
        succeeded: true,
        type: 'external',
        partial: false,
        appUsage: 'ANALYTICS',
        crashedOnMaxSizeEngine: false,
        requeueCounters: { requeuesTotal: 0, requeuesWithErrors: 0 },
      },
    })
    expect(event.userid).toBe(event.data.userId)
    expect(event.data.lastReloadTime).toBe(record.engineTime)
    expect(event.data.durationSeconds).toBeGreaterThan(0)
    expect(record.log).toContain('Old << AUTOGENERATE(3) 3 Lines fetched')
    expect(record.log).toContain('Finished successfully')
    expect(await service.client.scriptLog(appId, reloadId)).toContain('LOAD RecNo() AS old AUTOGENERATE 3')
  })

  it('of a script with an error ends FAILED, names the line, and leaves the old tables', async () => {
    const { appId } = await reloadToEnd(OLD)
    const { record, event } = await reloadToEnd(
      'New: LOAD 1 AS a AUTOGENERATE 1;\n\nLOAD zz RESIDENT New;',
      appId,
    )
    expect(record).toMatchObject({ status: 'FAILED', errorCode: 'EngineReloadScriptError' })
    expect(record.errorMessage).toMatch(/^line 3, column 6: .*zz/)
    expect(event.data).toMatchObject({
      status: 'FAILED',
      succeeded: false,
      errorMessage: record.errorMessage,
    })
    expect(event.data.lastReloadTime).toBeUndefined()
    expect(record.log).toMatch(/The engine error code: EDC_ERROR:\d+/)
    expect(await tablesOf(appId)).toEqual(['Old'])
  })

  it('of an app, or its deletion, leaves the data of its copy as it was', async () => {
    const { appId } = await reloadToEnd(`${OLD}\nExtra: ADD ONLY LOAD 1 AS extra AUTOGENERATE 1;`)
    const copy = await service.client.call<{ attributes: { id: string } }>(
      'POST',
      `/api/v1/apps/${appId}/copy`,
      {},
    )
    const copyId = copy.attributes.id
    const again = await service.client.startReload(appId)
    expect((await service.client.waitForEnd(again.id)).status).toBe('SUCCEEDED')
    await service.client.call('DELETE', `/api/v1/apps/${appId}`)
    // A partial reload starts from the data that is there.
    const partial = await service.client.startReload(copyId, { partial: true })
    const record = await service.client.waitForEnd(partial.id)
    expect(record.errorMessage).toBeUndefined()
    expect(await tablesOf(copyId)).toEqual(['Old', 'Extra'])
  })

  it('that is partial runs its prefixed loads on the data there is, and needs some', async () => {
    const script = `${OLD}
Grown: ADD LOAD If(IsPartialReload(), 'partial', 'full') AS kind AUTOGENERATE 2;
IF IsPartialReload() AND FieldValueCount('kind') > 1 THEN
DROP TABLE Tmp;
END IF`
    const appId = await newApp(script)
    const reload = async (partial: boolean) => {
      const { id } = await service.client.startReload(appId, { partial })
      return service.client.waitForEnd(id)
    }
    const early = await reload(true)
    expect(early).toMatchObject({ status: 'FAILED', errorCode: 'EngineReloadScriptError', partial: true })
    expect(early.errorMessage).toContain('reload it in full first')
    expect((await reload(false)).status).toBe('SUCCEEDED')
    const rows = async () =>
      (await service.client.dataModel(appId)).tables.map((table) => [table.name, table.no_of_rows])
    expect(await rows()).toEqual([
      ['Old', 3],
      ['Grown', 2],
    ])
    // The rows of this one are not kept: it fails at a table that is not there, and the data before stays.
    const failed = await reload(true)
    expect(failed).toMatchObject({ status: 'FAILED', errorMessage: expect.stringContaining("Table 'Tmp'") })
    expect(await rows()).toEqual([
      ['Old', 3],
      ['Grown', 2],
    ])
    await service.client.setScript(appId, script.replace('DROP TABLE Tmp;', 'TRACE grown;'))
    expect((await reload(true)).status).toBe('SUCCEEDED')
    expect(await rows()).toEqual([
      ['Old', 3],
      ['Grown', 4],
    ])
  })

  it.each([
    ['rows that never end', ENDLESS_ROWS],
    ['a query that never yields', ENDLESS_QUERY],
    ['a loop that never ends', 'DO WHILE 1=1\nLET a = 1;\nLOOP'],
    ['a sleep', 'SLEEP 600000;'],
  ])('with %s is canceled within 2 seconds', async (_label, script) => {
    const appId = await newApp(script)
    const { id } = await service.client.startReload(appId)
    await service.client.waitFor(id, ({ log }) => log?.includes('Started loading') === true)
    const askedAt = performance.now()
    expect(await service.client.cancelReload(id)).toEqual({ status: 'CANCELING' })
    const record = await service.client.waitForEnd(id)
    expect(performance.now() - askedAt).toBeLessThan(2000)
    expect(record.status).toBe('CANCELED')
    const { event } = await receiver.waitFor(finishedOf(id))
    expect(event.data).toMatchObject({ status: 'CANCELED', succeeded: false })
    expect(await countFinishedEvents(service, id)).toBe(1)
    expect((await refusal(service.client.cancelReload(id))).status).toBe(409)
  })

  it('that waits is canceled at once, and a second request for its app is refused until then', async () => {
    const busy = await service.client.startReload(await newApp('SLEEP 600000;'))
    await service.client.waitFor(busy.id, ({ status }) => status === 'RELOADING')
    const appId = await newApp(OLD)
    const answers = await Promise.allSettled([
      service.client.startReload(appId),
      service.client.startReload(appId),
    ])
    const accepted = answers.filter((answer) => answer.status === 'fulfilled')
    const refused = answers.filter((answer) => answer.status === 'rejected')
    expect([accepted.length, refused.length]).toEqual([1, 1])
    const { id } = accepted[0]!.value
    expect(refused[0]!.reason).toMatchObject({
      status: 429,
      problems: [{ code: 'RELOADS-007', meta: { pendingReloadId: id } }],
    })
    expect((await service.client.reload(id)).status).toBe('QUEUED')
    expect(await service.client.cancelReload(id)).toBeUndefined()
    expect((await service.client.reload(id)).status).toBe('CANCELED')
    await receiver.waitFor(finishedOf(id))
    expect(await countFinishedEvents(service, id)).toBe(1)
    await service.client.cancelReload(busy.id)
    expect((await service.client.waitForEnd(busy.id)).status).toBe('CANCELED')
  })

  it.each([
    ['reads a file that is no CSV', 'LOAD * FROM [lib://DataFiles/picture.csv] (txt);', 'picture.csv'],
    ['reads a path with ..', 'LOAD * FROM [lib://DataFiles/../../reprise.db] (txt);', '..'],
    ['reads a file that is not there', 'LOAD * FROM [lib://DataFiles/nowhere.csv] (txt);', 'nowhere.csv'],
    ['reads an unknown connection', 'LOAD * FROM [lib://Elsewhere/x.csv] (txt);', 'Elsewhere'],
    ['reads an absolute path', 'LOAD * FROM [/etc/passwd] (txt);', '/etc/passwd'],
    ['names an unknown statement', 'ThisFailsForSure...', 'ThisFailsForSure'],
  ])('of a script that %s ends FAILED and says so', async (_label, script, named) => {
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0, 255, 254])
    await service.client.uploadFile('picture.csv', png).catch((error: ApiError) => {
      if (error.status !== 409) throw error
    })
    const { record } = await reloadToEnd(script)
    expect(record).toMatchObject({ status: 'FAILED', errorCode: 'EngineReloadScriptError' })
    expect(record.errorMessage).toContain(named)
  })
})

describe('a bad request', () => {
  it.each([
    ['weight 11', { weight: 11 }, '/weight'],
    ['weight 1.5', { weight: 1.5 }, '/weight'],
    ['a weight that is no number', { weight: 'heavy' }, '/weight'],
    [
      '21 variables',
      { variables: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`v${i}`, 'x'])) },
      '/variables',
    ],
    ['a value of 257 characters', { variables: { v: 'x'.repeat(257) } }, '/variables/v'],
    ['an unknown resource type', { resourceType: 'cron' }, '/resourceType'],
  ])('with %s is refused and named', async (_label, more, pointer) => {
    const error = await refusal(service.client.startReload(await newApp(OLD), more))
    expect(error).toMatchObject({ status: 400, problems: [{ code: 'HTTP-400', source: { pointer } }] })
    expect(error.problems[0]?.detail).not.toBe('')
  })

  it('for an unknown app is refused', async () => {
    const error = await refusal(service.client.startReload('3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001'))
    expect(error).toMatchObject({ status: 404, problems: [{ code: 'RELOADS-004' }] })
  })

  it('with malformed JSON, without a key, or with a file name that leads out is refused, and the service goes on', async () => {
    const headers = { authorization: 'Bearer end-to-end-admin-key', 'content-type': 'application/json' }
    const malformed = await fetch(`${service.url}/api/v1/reloads`, {
      method: 'POST',
      headers,
      body: '{"appId":',
    })
    expect(malformed.status).toBe(400)
    expect(await malformed.json()).toMatchObject({
      errors: [{ code: 'HTTP-400', detail: expect.stringContaining('JSON') }],
    })
    expect((await fetch(`${service.url}/api/v1/reloads`)).status).toBe(401)
    const named = await refusal(service.client.uploadFile('../out.csv', Buffer.from('a')))
    expect(named).toMatchObject({ status: 400, problems: [{ code: 'DF-015' }] })
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  })
})
