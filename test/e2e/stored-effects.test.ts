/**
 * A reload that runs twice has one effect: its script adds a row to a file and stores it, the engine or the
 * server is killed after the STORE, and the next attempt finds the file as it was.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ReloadRecord } from '../../src/cli/client.ts'
import { readQvd } from '../../src/qvd/qvd.ts'
import {
  endAll,
  HAS_PROC,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

afterAll(endAll)

const FIRST = 'H: LOAD 0 AS n AUTOGENERATE 1; STORE H INTO [lib://DataFiles/h.qvd] (qvd);'
/** TRACE says when the file is stored. */
const ADDS = `H: LOAD n FROM [lib://DataFiles/h.qvd] (qvd);
CONCATENATE (H) LOAD 1 AS n AUTOGENERATE 1;
STORE H INTO [lib://DataFiles/h.qvd] (qvd);
Again: NoConcatenate LOAD n AS again FROM [lib://DataFiles/h.qvd] (qvd);
TRACE stored;
SLEEP 4000;`

const hasStored = ({ log }: ReloadRecord) => log?.includes('Again <<') === true

/** The values of the file, wherever its place is, when nothing is on its way there. */
async function stored(folder: string): Promise<unknown[]> {
  await expect.poll(() => readdirSync(join(folder, 'files', '.spool'))).toEqual([])
  const files = readdirSync(join(folder, 'files'), { recursive: true, encoding: 'utf8' })
  const [path] = files.filter((name) => name.endsWith('h.qvd'))
  const { columns } = await readQvd(join(folder, 'files', path!))
  return Array.from(columns[0]!.indexes, (index) => columns[0]!.symbols[index])
}

async function withFirstRow(service: ServiceProcess, script: string): Promise<string> {
  const appId = await service.client.createApp('adds')
  await service.client.setScript(appId, FIRST)
  const { id } = await service.client.startReload(appId)
  expect((await service.client.waitForEnd(id)).status).toBe('SUCCEEDED')
  await service.client.setScript(appId, script)
  return appId
}

describe('a reload whose script stores what it reads', () => {
  it('has one effect when its engine is killed after the STORE', async (context) => {
    if (!HAS_PROC) context.skip('finding the engine process needs /proc')
    const folder = newDataFolder()
    const service = await startServiceProcess(folder)
    const appId = await withFirstRow(service, ADDS)
    const { id } = await service.client.startReload(appId)
    await service.client.waitFor(id, hasStored)
    expect(await stored(folder)).toEqual([0])
    for (const pid of service.enginePids()) process.kill(pid, 'SIGKILL')
    const ended = await service.client.waitForEnd(id)
    expect(ended.status).toBe('SUCCEEDED')
    expect(await stored(folder)).toEqual([0, 1])
    await service.stop()
  })

  it('has one effect when the server is killed after the STORE', async () => {
    const folder = newDataFolder()
    const first = await startServiceProcess(folder)
    const appId = await withFirstRow(first, ADDS)
    const { id } = await first.client.startReload(appId)
    await first.client.waitFor(id, hasStored)
    await first.killHard()
    expect(await stored(folder)).toEqual([0])
    const second = await startServiceProcess(folder)
    expect((await second.client.waitForEnd(id)).status).toBe('SUCCEEDED')
    expect(await stored(folder)).toEqual([0, 1])
    expect(readdirSync(join(folder, 'files', '.spool'))).toEqual([])
    await second.stop()
  })

  it('has none when it fails or is canceled after the STORE, unless the app asks for its stores at once', async () => {
    const folder = newDataFolder()
    const { client, stop } = await startServiceProcess(folder)
    const service = { client } as ServiceProcess
    const appId = await withFirstRow(service, ADDS.replace('SLEEP 4000;', 'ThisFailsForSure;'))
    const failed = await client.startReload(appId)
    expect((await client.waitForEnd(failed.id)).status).toBe('FAILED')
    await client.setScript(appId, ADDS)
    const { id } = await client.startReload(appId)
    await client.waitFor(id, hasStored)
    await client.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
    expect((await client.waitForEnd(id)).status).toBe('CANCELED')
    expect(await stored(folder)).toEqual([0])

    await client.call('PUT', `/api/v1/apps/${appId}`, { attributes: { stores: 'immediate' } })
    await client.setScript(appId, ADDS.replace('SLEEP 4000;', 'ThisFailsForSure;'))
    const once = await client.startReload(appId)
    expect((await client.waitForEnd(once.id)).status).toBe('FAILED')
    expect(await stored(folder)).toEqual([0, 1])
    await stop()
  })
})
