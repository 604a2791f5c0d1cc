/**
 * The vendor's own client, unchanged, on the catalog around reloads, over either store: contract 05, section
 * 11.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as apiKeys from '@qlik/api/api-keys'
import * as apps from '@qlik/api/apps'
import * as audits from '@qlik/api/audits'
import * as dataFiles from '@qlik/api/data-files'
import * as items from '@qlik/api/items'
import * as reloads from '@qlik/api/reloads'
import * as spaces from '@qlik/api/spaces'
import * as tenants from '@qlik/api/tenants'
import * as users from '@qlik/api/users'
import type { FastifyRequest } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'

const STORES: readonly [string, (folder: string) => Store][] = [
  ['memory', () => new MemoryStore()],
  ['SQLite', (folder) => SqliteStore.open(join(folder, 'reprise.sqlite'))],
]

describe.each(STORES)('@qlik/api on the catalog over the %s store', (_name, openStore) => {
  let folder: string
  let api: ApiUnderTest
  let acme: Members
  let host: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-client-'))
    const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
    api = await apiUnderTest({ deps: { store: openStore(folder), hostUrl } })
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    host = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
  })

  afterAll(async () => {
    await api.close()
    await rm(folder, { recursive: true, force: true })
  })

  beforeEach(async () => {
    acme = await api.tenant('acme')
    // The client talks to the console about refusals.
    for (const level of ['debug', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {})
  })

  afterEach(() => vi.restoreAllMocks())

  const optionsFor = (apiKey: string) => ({
    hostConfig: { host, authType: 'apikey' as const, apiKey },
    noCache: true,
  })
  const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })

  it('makes an app, sets its script, reads it back, and lists the app as an item', async () => {
    const options = optionsFor(acme.admin.token)
    const { attributes } = (await apps.createApp({ attributes: { name: 'Sales' } }, options)).data
    const id = attributes!.id!
    await apps.updateAppScript(id, { script: 'LOAD 1 AS a AUTOGENERATE 1;', versionMessage: 'one' }, options)
    expect((await apps.getAppScript(id, 'current', options)).data).toEqual({
      script: 'LOAD 1 AS a AUTOGENERATE 1;',
      versionMessage: 'one',
    })
    expect((await apps.getAppScriptHistory(id, {}, options)).data.scripts).toHaveLength(1)
    expect(
      (await apps.updateAppInfo(id, { attributes: { name: 'Orders' } }, options)).data.attributes?.name,
    ).toBe('Orders')
    await reloads.queueReload({ appId: id }, options)
    const claimed = await claimNext(parts())
    await api.store.saveScriptLog(claimed.reload.id, 1, {
      text: '2026-11-02T04:06:00.000Z 0001 LOAD\r\n',
      statements: [],
    })
    const data = { version: 'v1' as never, engineTime: api.world.clock.now(), fileBytes: 10 }
    const reads = [{ place: { ownerId: acme.admin.user.id }, name: 'a.csv' }]
    await endAttempt(parts(), claimed, { kind: 'completed', data }, undefined, reads)
    const logs = (await apps.getAppReloadLogs(id, options)).data.data!
    expect(logs).toMatchObject([{ reloadId: claimed.reload.id, success: true, duration: 1500 }])
    expect((await apps.getAppReloadLog(id, claimed.reload.id, options)).data).toContain('0001 LOAD\r\n')
    expect((await apps.getAppReloadMetadata(id, '', {}, options)).data.data).toHaveLength(1)
    expect((await apps.getAppDataMetadata(id, options)).data.tables).toEqual([])
    expect((await apps.getAppDataLineage(id, options)).data).toEqual([
      { discriminator: 'lib://DataFiles/a.csv' },
    ])
    const listed = (await items.getItems({ resourceType: 'app' }, options)).data.data
    expect(listed).toMatchObject([{ resourceId: id, name: 'Orders', resourceReloadStatus: 'succeeded' }])
    expect((await items.getItem(listed[0]!.id, options)).data.resourceId).toBe(id)
    await apps.deleteApp(id, options)
    await expect(apps.getAppInfo(id, options)).rejects.toMatchObject({ status: 404 })
  })

  it('uploads a file, with File first, to the personal place and to a space', async () => {
    const options = optionsFor(acme.admin.token)
    const File = new Blob(['a,b\n1,2\n'])
    const mine = (await dataFiles.uploadDataFile({ File, Json: { name: 'sales.csv' } }, options)).data
    expect(mine).toMatchObject({ name: 'sales.csv', size: 8 })
    const space = (await spaces.createSpace({ name: 'Shared data', type: 'shared' }, options)).data
    const connections = (await dataFiles.getDataFilesConnections({ spaceId: space.id }, options)).data.data
    const connectionId = connections[0]!.id
    const wish = { Json: { name: 'in/sales.csv', connectionId }, File }
    const shared = (await dataFiles.uploadDataFile(wish, options)).data
    const at = join(api.filesRoot, acme.tenant.id, 'spaces', space.id, 'in/sales.csv')
    expect(await readFile(at, 'utf8')).toBe('a,b\n1,2\n')
    const newer = { File: new Blob(['a\n']) }
    expect((await dataFiles.reuploadDataFile(shared.id, newer, options)).data).toMatchObject({ size: 2 })
    expect(await readFile(at, 'utf8')).toBe('a\n')
    expect((await dataFiles.getDataFiles({ connectionId }, options)).data.data).toHaveLength(1)
    await dataFiles.deleteDataFile(shared.id, options)
    await expect(dataFiles.getDataFile(shared.id, options)).rejects.toMatchObject({ status: 404 })
    expect((await dataFiles.getDataFilesQuotas(options)).data.size).toBe(8)
  })

  it('resolves users and the tenant, and manages members of a space', async () => {
    const anna = await acme.person('anna')
    const options = optionsFor(acme.admin.token)
    expect((await users.getMyUser(options)).data.id).toBe(acme.admin.user.id)
    expect((await users.getUser(anna.user.id, {}, options)).data.name).toBe('anna')
    expect((await tenants.getMyTenant(options)).data.id).toBe(acme.tenant.id)
    const space = (await spaces.createSpace({ name: 'Sales', type: 'shared' }, options)).data
    const member = { type: 'user' as const, assigneeId: anna.user.id, roles: ['producer' as const] }
    await spaces.createSpaceAssignment(space.id, member, options)
    expect((await spaces.getSpaces({}, optionsFor(anna.token))).data.data).toMatchObject([{ id: space.id }])
  })

  it('makes a key, uses it, and revokes it', async () => {
    const options = optionsFor(acme.admin.token)
    const key = (await apiKeys.createApiKey({ description: 'ci', expiry: 'PT24H' }, options)).data
    const withKey = optionsFor(key.token)
    expect((await users.getMyUser(withKey)).data.id).toBe(acme.admin.user.id)
    await apiKeys.patchApiKey(key.id, [{ op: 'replace', path: '/description', value: 'nightly' }], options)
    expect((await apiKeys.getApiKey(key.id, options)).data.description).toBe('nightly')
    await apiKeys.deleteApiKey(key.id, options)
    await expect(users.getMyUser(withKey)).rejects.toMatchObject({ status: 401 })
  })

  it('pages through every list with limit=1 using next()', async () => {
    const options = optionsFor(acme.admin.token)
    await acme.person('anna')
    for (const name of ['a', 'b', 'c']) {
      const app = (await apps.createApp({ attributes: { name } }, options)).data.attributes!.id!
      await spaces.createSpace({ name, type: 'shared' }, options)
      await dataFiles.uploadDataFile({ Json: { name: `${name}.csv` }, File: new Blob(['x']) }, options)
      await reloads.queueReload({ appId: app }, options)
      await succeedNext(parts())
      api.advance(1000)
    }
    type Answer = { data: { data?: readonly unknown[] }; next?: (options?: object) => Promise<Answer> }
    const count = async (first: Promise<unknown>) => {
      let rows = 0
      for (let page = (await first) as Answer; ; ) {
        expect(page.data.data).toHaveLength(1)
        rows += 1
        if (page.next === undefined) return rows
        page = await page.next(options)
      }
    }
    expect(await count(spaces.getSpaces({ limit: 1 }, options))).toBe(3)
    expect(await count(users.getUsers({ limit: 1 }, options))).toBe(2)
    expect(await count(items.getItems({ limit: 1 }, options))).toBe(3)
    expect(await count(dataFiles.getDataFiles({ limit: 1 }, options))).toBe(3)
    expect(await count(apiKeys.getApiKeys({ limit: 1 }, options))).toBe(2)
    const events = (await audits.getAudits({ limit: 100 }, options)).data.data!
    expect(await count(audits.getAudits({ limit: 1 }, options))).toBe(events.length)
    expect((await audits.getAudit(events[0]!.id!, options)).data).toEqual(events[0])
  })

  it('leaves nothing of an upload that the client breaks off', async () => {
    const spool = join(api.filesRoot, '.spool')
    const upload = httpRequest(`${host}/api/v1/data-files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${acme.admin.token}`,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': 1_000_000,
      },
    })
    upload.on('error', () => undefined)
    upload.write(
      `--b\r\nContent-Disposition: form-data; name="File"; filename="x"\r\n\r\n${'x'.repeat(100_000)}`,
    )
    await vi.waitFor(async () => expect(await readdir(spool)).toHaveLength(1))
    upload.destroy()
    await vi.waitFor(async () => expect(await readdir(spool)).toEqual([]))
    expect((await acme.admin.call('GET', '/api/v1/data-files')).body.data).toEqual([])
  })
})
