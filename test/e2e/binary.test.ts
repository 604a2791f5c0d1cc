/** BINARY in a real service behind its walls: a script that begins with the data of another app. */
import { afterAll, expect, it } from 'vitest'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

afterAll(endAll)

async function reloaded({ client }: ServiceProcess, appId: string, script: string) {
  await client.setScript(appId, script)
  const { id } = await client.startReload(appId)
  return client.waitForEnd(id)
}

it('has the tables that the other app has now, and fails with the reason where there are none', async () => {
  const service = await startServiceProcess(newDataFolder(), {})
  const { client } = service
  const [sales, reader] = [await client.createApp('Sales'), await client.createApp('Reader')]
  const rows = async () => {
    const path = `/api/v1/apps/${reader}/data/metadata`
    const { tables } = await client.call<{ tables: { name: string; no_of_rows: number }[] }>('GET', path)
    return tables.map(({ name, no_of_rows }) => `${name} ${no_of_rows}`)
  }
  const early = await reloaded(service, reader, 'BINARY Sales;')
  expect([early.status, early.errorMessage]).toEqual(['FAILED', expect.stringContaining('has no data')])
  for (const [count, named] of [
    [3, 'Sales'],
    [5, 'lib://DataFiles/Sales.qvf'],
    [7, sales],
  ]) {
    await reloaded(service, sales, `T: LOAD RecNo() AS n AUTOGENERATE ${count};`)
    const script = `BINARY [${named}]; V: LOAD Sum(n) AS all RESIDENT T;`
    expect((await reloaded(service, reader, script)).status).toBe('SUCCEEDED')
    expect(await rows()).toEqual([`T ${count}`, 'V 1'])
  }
  const late = await reloaded(service, reader, 'SET a = 1; BINARY Sales;')
  expect([late.status, late.errorMessage]).toEqual(['FAILED', expect.stringContaining('first statement')])
}, 120_000)
