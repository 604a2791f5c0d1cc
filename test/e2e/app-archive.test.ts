/** An app with data leaves a real service and comes in again, through its engines and their walls. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import {
  ADMIN_KEY,
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

afterAll(endAll)

const SCRIPT = `T: LOAD RecNo() AS id, Dual('n' & RecNo(), RecNo()) AS d AUTOGENERATE 1000;
U: LOAD id, 'ä€😀' AS name RESIDENT T WHERE id < 10;`

async function answered(
  { url }: ServiceProcess,
  method: string,
  path: string,
  body?: Uint8Array<ArrayBuffer>,
) {
  const type = body === undefined ? undefined : 'application/octet-stream'
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, ...defined({ 'content-type': type }) }
  const answer = await fetch(`${url}${path}`, { method, headers, ...defined({ body }) })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect(answer.ok, Buffer.from(bytes).toString()).toBe(true)
  return { bytes, location: answer.headers.get('location') ?? '' }
}

it('has the same data in the app that it becomes, also after a restart', async () => {
  const folder = newDataFolder()
  const service = await startServiceProcess(folder)
  const { client } = service
  const json = async (path: string) =>
    JSON.parse(Buffer.from((await answered(service, 'GET', path)).bytes).toString())
  const appId = await client.createApp('source')
  await client.setScript(appId, SCRIPT)
  expect((await client.waitForEnd((await client.startReload(appId)).id)).status).toBe('SUCCEEDED')

  const { location } = await answered(service, 'POST', `/api/v1/apps/${appId}/export`)
  const { bytes } = await answered(service, 'GET', location)
  const made = await answered(service, 'POST', '/api/v1/apps/import?name=target', bytes)
  const { id } = JSON.parse(Buffer.from(made.bytes).toString()).attributes
  const [before, after] = await Promise.all(
    [appId, id].map((each) => json(`/api/v1/apps/${each}/data/metadata`)),
  )
  expect(after.fields).toEqual(before.fields)
  expect(after.tables).toEqual(before.tables)
  expect(readdirSync(join(folder, 'files', '.spool'))).toEqual([])
  await service.stop()
  // What no app points at would be gone by now.
  const again = await startServiceProcess(folder)
  const kept = await answered(again, 'GET', `/api/v1/apps/${id}/data/metadata`)
  expect(JSON.parse(Buffer.from(kept.bytes).toString()).fields).toEqual(before.fields)
}, 60_000)
