/**
 * The vendor's own client, unchanged, against a listening server over either store: contract 02, section 10,
 * item by item. It takes a host with http:// as it is, so that no TLS is needed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as reloads from '@qlik/api/reloads'
import * as webhooks from '@qlik/api/webhooks'
import type { FastifyRequest } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { App } from '../../src/core/records.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { addApp, claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'

const STORES: readonly [string, (folder: string) => Store][] = [
  ['memory', () => new MemoryStore()],
  ['SQLite', (folder) => SqliteStore.open(join(folder, 'reprise.sqlite'))],
]

describe.each(STORES)('@qlik/api over the %s store', (_name, openStore) => {
  let folder: string
  let api: ApiUnderTest
  let acme: Members
  let app: App
  let seen: { readonly method: string; readonly url: string; readonly headers: FastifyRequest['headers'] }[]
  let options: { readonly hostConfig: { readonly host: string; authType: 'apikey'; readonly apiKey: string } }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-client-'))
    seen = []
    const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
    api = await apiUnderTest({ deps: { store: openStore(folder), hostUrl } })
    api.server.server.prependListener('request', ({ method, url, headers }) => {
      seen.push({ method: method!, url: url!, headers })
    })
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = api.server.server.address() as AddressInfo
    acme = await api.tenant('acme')
    app = await addApp(api, acme.admin.user)
    options = {
      hostConfig: { host: `http://127.0.0.1:${port}`, authType: 'apikey', apiKey: acme.admin.token },
    }
    reloads.clearCache()
    // The client talks to the console about refusals and deprecations.
    for (const level of ['debug', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {})
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await api.close()
    await rm(folder, { recursive: true, force: true })
  })

  const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })
  const queue = async () => (await reloads.queueReload({ appId: app.id }, options)).data.id
  const read = async (id: string) => (await reloads.getReload(id, { ...options, noCache: true })).data

  it('queues a reload and reads it to its end, without the cache', async () => {
    const queued = await reloads.queueReload({ appId: app.id, partial: true, variables: { v: '1' } }, options)
    expect(queued.status).toBe(201)
    expect(queued.data).toMatchObject({ appId: app.id, status: 'QUEUED', type: 'external', partial: true })
    const { id } = queued.data
    expect((await reloads.getReload(id, options)).data.status).toBe('QUEUED')
    await succeedNext(parts(), 'Started loading\r\nFinished successfully\r\n')
    // What the contract warns of: the client's own cache hides the change for ten minutes.
    expect((await reloads.getReload(id, options)).data.status).toBe('QUEUED')
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED', log: expect.stringContaining('Finished') })
  })

  it('pages through the list with limit 1 by next() and back by prev()', async () => {
    const ids: string[] = []
    for (let i = 0; i < 4; i++) {
      ids.unshift(await queue())
      await succeedNext(parts())
      api.advance(1000)
    }
    const filter = '(status eq "SUCCEEDED" or status eq "FAILED") and partial eq "false"'
    const query = { appId: app.id, limit: 1, sort: '-creationTime' as const, filter }
    let page = await reloads.getReloads(query, options)
    const listed = [page]
    while (page.next !== undefined) {
      page = await page.next(options)
      listed.push(page)
    }
    expect(listed.map(({ data }) => data.data?.map(({ id }) => id))).toEqual(ids.map((id) => [id]))
    const back = await page.prev!(options)
    expect(back.data.data?.[0]?.id).toBe(ids[2])
    expect((await reloads.getReloads({ ...query, sort: '+creationTime' }, options)).data.data?.[0]?.id).toBe(
      ids[3],
    )
  })

  it('gives ids and cursors that the client can send back as query values', async () => {
    for (let i = 0; i < 2; i++) {
      await queue()
      await succeedNext(parts())
      api.advance(1000)
    }
    const page = await reloads.getReloads({ appId: app.id, limit: 1 }, options)
    const next = new URL(page.data.links!.next!.href!).searchParams.get('next')!
    expect(next).not.toContain('%')
    const second = await reloads.getReloads({ appId: app.id, limit: 1, next }, options)
    expect(second.data.data).toHaveLength(1)
    expect(second.data.data?.[0]?.id).not.toBe(page.data.data?.[0]?.id)
    // Why it must not: the client decodes every value once before it sends it.
    await expect(reloads.getReloads({ appId: app.id, next: '%' }, options)).rejects.toThrow(URIError)
  })

  it('cancels a waiting and a running reload, with a POST that has no body and no content type', async () => {
    const waiting = await queue()
    expect((await reloads.cancelReload(waiting, options)).status).toBe(204)
    expect((await read(waiting)).status).toBe('CANCELED')
    const running = await queue()
    const claimed = await claimNext(parts())
    const answer = await reloads.cancelReload(running, options)
    expect([answer.status, answer.data]).toEqual([202, { status: 'CANCELING' }])
    expect((await read(running)).status).toBe('CANCELING')
    await endAttempt(parts(), claimed, { kind: 'canceled' })
    expect((await read(running)).status).toBe('CANCELED')
    const sent = seen.find(({ url }) => url.endsWith('/actions/cancel'))!
    expect(sent.headers['content-type']).toBeUndefined()
    expect(sent.headers['content-length']).toBe('0')
  })

  it('gets refusals as parsed JSON with their status', async () => {
    const id = await queue()
    await expect(reloads.queueReload({ appId: app.id }, options)).rejects.toMatchObject({
      status: 429,
      data: { errors: [{ code: 'RELOADS-007', meta: { pendingReloadId: id } }] },
    })
    await expect(read('6906d0a1b2c3d4e5f6071829')).rejects.toMatchObject({
      status: 404,
      data: { errors: [{ code: 'RELOADS-004' }] },
    })
    await reloads.cancelReload(id, options)
    await expect(reloads.cancelReload(id, options)).rejects.toMatchObject({
      status: 409,
      data: { errors: [{ code: 'HTTP-409' }] },
    })
    const stranger = { hostConfig: { ...options.hostConfig, apiKey: 'rpk_unknown' } }
    await expect(reloads.queueReload({ appId: app.id }, stranger)).rejects.toMatchObject({ status: 401 })
  })

  it('may send its version, and may probe for product information', async () => {
    await queue()
    const sent = seen.find(({ method }) => method === 'POST')!
    expect(sent.headers['qlik-api-version']).toMatch(/^\d{4}-\d{2}$/)
    expect(sent.headers['user-agent']).toMatch(/^qlik-api\//)
    const probe = await fetch(`${options.hostConfig.host}/resources/autogenerated/product-info.json`)
    expect([probe.status, probe.headers.get('content-type')]).toEqual([
      404,
      'application/json; charset=utf-8',
    ])
    for (const { url, method } of seen.filter(({ url }) => !url.startsWith('/api/'))) {
      expect([method, url]).toEqual(['GET', '/resources/autogenerated/product-info.json'])
    }
  })

  it('reads log text as text, not as a number', async () => {
    const id = await queue()
    await succeedNext(parts(), '2026-11-02T04:06:00.000Z 1')
    expect((await read(id)).log).toBe('2026-11-02T04:06:00.000Z 1')
  })

  it('manages webhooks under the prefix it knows, which tells that it is deprecated', async () => {
    const made = await webhooks.createWebhook(
      { name: 'n', url: 'https://hooks.example.com', eventTypes: [FINISHED_EVENT_TYPE] },
      options,
    )
    expect([made.status, made.headers.get('deprecation')]).toEqual([201, '@1793664000'])
    const id = made.data.id!
    const patch = [{ op: 'replace' as const, path: '/enabled' as const, value: true }]
    expect((await webhooks.patchWebhook(id, patch, options)).status).toBe(204)
    expect((await webhooks.getWebhook(id, { ...options, noCache: true })).data.enabled).toBe(true)
    const replaced = await webhooks.updateWebhook(
      id,
      { name: 'm', url: 'https://hooks.example.com' },
      options,
    )
    expect(replaced.data).toMatchObject({ name: 'm', enabled: false })
    expect((await webhooks.getWebhookDeliveries(id, {}, options)).data.data).toEqual([])
    expect((await webhooks.getWebhooks({ limit: 1 }, options)).data.data).toHaveLength(1)
    expect((await webhooks.deleteWebhook(id, options)).status).toBe(204)
  })
})
