/**
 * Two more clients of others, unchanged, against a listening server: the official TypeScript SDK before
 * `@qlik/api`, and `qlik-saas-api` by Informatiqal. Both take a host of plain http (contract 07).
 */
import {
  ApiKeys,
  Apps,
  Audits,
  Auth,
  AuthType,
  DataFiles,
  Items,
  Reloads,
  Spaces,
  Users,
  Webhooks,
} from '@qlik/sdk'
import { QlikSaaSApi } from 'qlik-saas-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scheduledTask } from '../support/task-documents.ts'
import { type Sequence, sequence } from './client-sequences/sequence.ts'

let to: Sequence
beforeEach(async () => {
  to = await sequence()
})
afterEach(() => to?.api.close())

/** What the client walks to the end, page by page. */
async function walked(list: { readonly pagination: AsyncIterable<unknown> }): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const one of list.pagination) all.push(one)
  return all
}

describe('@qlik/sdk', () => {
  const client = () => {
    const { token: apiKey } = to.acme.admin
    const auth = new Auth({ authType: AuthType.APIKey, host: to.origin, apiKey })
    return {
      apiKeys: new ApiKeys(auth),
      apps: new Apps(auth),
      audits: new Audits(auth),
      dataFiles: new DataFiles(auth),
      items: new Items(auth),
      reloads: new Reloads(auth),
      spaces: new Spaces(auth),
      users: new Users(auth),
      webhooks: new Webhooks(auth),
    }
  }

  it('pages every list to its end, though it sends its own query with each link again', async () => {
    const qlik = client()
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const app = await qlik.apps.create({ attributes: { name } })
      await qlik.spaces.create({ name, type: 'shared' } as never)
      await qlik.dataFiles.create(Buffer.from('x'), `${name}.csv`)
      await to.acme.person(`person-${name}`)
      await qlik.reloads.create({ appId: app.attributes!.id! })
      await to.succeed()
      await qlik.webhooks.create({ name, url: 'https://example.com/', eventTypes: [] } as never)
      await qlik.apiKeys.create({ description: name })
      to.api.advance(1000)
    }
    const limit = 2
    expect(await walked(await qlik.items.getItems({ limit }))).toHaveLength(5)
    expect(await walked(await qlik.spaces.getSpaces({ limit }))).toHaveLength(5)
    expect(await walked(await qlik.users.getUsers({ limit }))).toHaveLength(7)
    expect(await walked(await qlik.dataFiles.getDataFiles({ limit }))).toHaveLength(5)
    expect(await walked(await qlik.reloads.getReloads({ limit } as never))).toHaveLength(5)
    expect(await walked(await qlik.webhooks.getWebhooks({ limit }))).toHaveLength(5)
    expect(await walked(await qlik.apiKeys.getApiKeys({ limit }))).toHaveLength(12)
    const events = await to.ask('GET', '/api/v1/audits?limit=100')
    expect(await walked(await qlik.audits.getAudits({ limit }))).toHaveLength(events.body.data.length)
  })

  it('uploads a file and changes it, reloads an app and reads its log', async () => {
    const qlik = client()
    const file = await qlik.dataFiles.create(Buffer.from('a,b\n1,2\n'), 'sales.csv')
    expect(file).toMatchObject({ name: 'sales.csv', size: 8 })
    expect((await qlik.dataFiles.get(file.id)).size).toBe(8)
    const app = await qlik.apps.create({ attributes: { name: 'Sales' } })
    const appId = app.attributes!.id!
    await app.createScript({ script: 'LOAD 1 AS a;', versionMessage: 'one' })
    expect((await app.getScriptByVersion('current')).script).toBe('LOAD 1 AS a;')
    const reload = await qlik.reloads.create({ appId })
    expect(reload.status).toBe('QUEUED')
    await to.succeed('Started\r\n')
    await to.api.store.saveScriptLog(reload.id as never, 1, { text: 'Started\r\n', statements: [] })
    expect((await qlik.reloads.get(reload.id)).status).toBe('SUCCEEDED')
    expect((await app.getReloadsLogs()).data).toMatchObject([{ reloadId: reload.id, success: true }])
    expect(Buffer.from(await app.getReloadsLog(reload.id)).toString()).toBe('Started\r\n')
    const waiting = await qlik.reloads.create({ appId })
    await waiting.cancel()
    expect((await qlik.reloads.get(waiting.id)).status).toBe('CANCELED')
    await app.delete()
    await expect(qlik.apps.get(appId)).rejects.toThrow()
  })
})

describe('qlik-saas-api', () => {
  const client = () => {
    const host = to.origin.replace('http://', '')
    return new QlikSaaSApi.client({ host, notSecure: true, authentication: { token: to.acme.admin.token } })
  }

  it('makes apps, which are items at once, and lists more of them than a page holds', async () => {
    const saas = client()
    const app = await saas.apps.create({ name: 'Sales' })
    expect(app.details).toMatchObject({ resourceType: 'app', name: 'Sales' })
    for (let at = 0; at < 101; at++) {
      await to.send('POST', '/api/v1/apps', { attributes: { name: `app ${at}` } })
      to.api.advance(1)
    }
    expect(await saas.apps.getAll()).toHaveLength(102)
    expect(await saas.items.getAll()).toHaveLength(102)
  }, 60_000)

  it('sets a script, reloads, reads and cancels reloads, and keeps tasks', async () => {
    const saas = client()
    const { attributes } = (await to.send('POST', '/api/v1/apps', { attributes: { name: 'Sales' } })).body
    const appId = attributes.id as string
    const app = await saas.apps.get({ id: appId })
    await app.setScript({ script: 'LOAD 1 AS a;', versionMessage: 'one' } as never)
    expect(await app.scriptVersions()).toHaveLength(1)
    const reload = await saas.reloads.start({ appId })
    expect(reload.details).toMatchObject({ appId, status: 'QUEUED' })
    expect(await saas.reloads.getAll()).toHaveLength(1)
    await to.succeed()
    expect((await saas.reloads.get({ id: reload.details.id })).details.status).toBe('SUCCEEDED')
    const task = await saas.reloadTasks.create({
      appId,
      partial: false,
      timeZone: 'Europe/London',
      startDateTime: '2026-11-01T06:00:00',
      endDateTime: '',
      recurrence: ['RRULE:FREQ=DAILY'],
      state: 'Enabled',
      type: 'scheduled_reload',
    } as never)
    expect(task.details).toMatchObject({ appId })
    expect(await saas.reloadTasks.getAll()).toHaveLength(1)
    expect((await to.send('POST', '/api/v1/tasks', scheduledTask(appId))).status).toBe(201)
  })

  it('keeps spaces, keys and users', async () => {
    const saas = client()
    const space = await saas.spaces.create({ name: 'Sales', type: 'shared' })
    expect(
      (await saas.spaces.getAll()).map(({ details }: { details: { id: string } }) => details.id),
    ).toEqual([space.details.id])
    await space.update({ name: 'Orders', description: 'd', ownerId: to.acme.admin.user.id })
    expect((await saas.spaces.get({ id: space.details.id })).details.name).toBe('Orders')
    expect(await space.remove()).toBe(204)
    expect((await saas.users.me()).details.id).toBe(to.acme.admin.user.id)
    expect(await saas.users.getAll()).toHaveLength(2)
    const key = await saas.apiKeys.create({ description: 'ci' } as never)
    expect(JSON.stringify(key.details)).toContain('ci')
  })
})
