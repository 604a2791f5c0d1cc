/**
 * Data refresh in a real service, with real engines and files: an app that stores, one that reads, files that
 * another program writes, and a server that is killed between the change and the reload.
 */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { ReloadRecord } from '../../src/cli/client.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

afterAll(endAll)

const STORES = 'T: LOAD RecNo() AS n AUTOGENERATE 3; STORE T INTO [lib://DataFiles/a.qvd] (qvd);'
const READS = `T: LOAD n FROM [lib://DataFiles/a.qvd] (qvd);
FOR EACH f IN FileList('lib://DataFiles/in/*.csv')
  LOAD * FROM [$(f)] (txt, utf8, embedded labels);
NEXT f
FOR EACH f IN FileList('lib://DataFiles/up_*.csv')
  LOAD * FROM [$(f)] (txt, utf8, embedded labels);
NEXT f`
const ENVIRONMENT = { REPRISE_DATA_REFRESH_DELAY: '1s', REPRISE_WATCH: 'on' }

async function reloaded({ client }: ServiceProcess, appId: string): Promise<void> {
  const { id } = await client.startReload(appId)
  expect((await client.waitForEnd(id)).status).toBe('SUCCEEDED')
}

/** How many reloads of an app changed data has made, of those that succeeded. */
async function refreshesOf({ client }: ServiceProcess, appId: string): Promise<number> {
  const path = `/api/v1/reloads?appId=${appId}&limit=100`
  const { data } = await client.call<{ data: ReloadRecord[] }>('GET', path)
  return data.filter(({ status, type }) => status === 'SUCCEEDED' && type === 'data-refresh').length
}

it('reloads an app when what it reads was stored, written by another program, or uploaded before a kill', async () => {
  const folder = newDataFolder()
  const service = await startServiceProcess(folder, ENVIRONMENT)
  const { client } = service
  const [storing, reading] = [await client.createApp('stores'), await client.createApp('reads')]
  await client.setScript(storing, STORES)
  await client.setScript(reading, READS)
  for (const app of [storing, reading]) await reloaded(service, app)
  expect(await client.call('GET', `/api/v1/apps/${reading}/data/lineage`)).toEqual([
    { discriminator: 'lib://DataFiles/a.qvd' },
    { discriminator: 'lib://DataFiles/in/*.csv' },
    { discriminator: 'lib://DataFiles/up_*.csv' },
  ])
  await client.call('POST', '/api/v1/reload-tasks', { appId: reading, timeZone: 'UTC', autoReload: true })
  const refreshes = (count: number, of = service) =>
    expect.poll(() => refreshesOf(of, reading), { timeout: 20_000 }).toBe(count)
  await reloaded(service, storing)
  await refreshes(1)

  const files = readdirSync(join(folder, 'files'), { recursive: true, encoding: 'utf8' })
  const place = join(folder, 'files', files.find((name) => name.endsWith('a.qvd'))!, '..')
  mkdirSync(join(place, 'in'))
  for (const name of ['1.csv', '2.csv', '3.csv', '4.csv', '5.csv']) {
    writeFileSync(join(folder, name), 'n\n1\n')
    renameSync(join(folder, name), join(place, 'in', name))
  }
  await refreshes(2)

  await client.uploadFile('up_1.csv', Buffer.from('n\n2\n'))
  await service.killHard()
  const again = await startServiceProcess(folder, ENVIRONMENT)
  await refreshes(3, again)
  expect(await refreshesOf(again, storing)).toBe(0)
  await again.stop()
})
