/** Apps leave as archives and come in from them; temporary contents; archives that are hostile. */
import { readdir, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { deflateRawSync } from 'node:zlib'
import * as apps from '@qlik/api/apps'
import * as tempContents from '@qlik/api/temp-contents'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { textPart, zipped } from '../../src/archive/zip-writer.ts'
import { KIB } from '../../src/core/units.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { upload } from '../support/multipart.ts'
import { zipWith } from '../support/zip-with.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person
let bert: Person

const CONTENT_MAX = 200 * KIB

beforeAll(async () => {
  api = await apiUnderTest({ limits: { dataFileBytes: CONTENT_MAX, scriptBytes: 1000 } })
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
  bert = await acme.person('bert')
})

afterAll(() => api.close())

const OCTETS = { headers: { 'content-type': 'application/octet-stream' } }
const TEMP = '/api/v1/temp-contents'

const send = (person: Person, url: string, payload: Buffer | string) =>
  person.call('POST', url, Buffer.from(payload), OCTETS)
const temporary = async (person: Person, payload: Buffer | string, query = 'filename=a.zip') =>
  String((await send(person, `${TEMP}?${query}`, payload)).headers.location)
const bytesOf = (parts: Parameters<typeof zipped>[0]) => buffer(zipped(parts))
const manifest = (more: object = {}, app: object = {}) =>
  textPart(
    'manifest.json',
    JSON.stringify({ format: 'reprise-app', version: 1, app: { name: 'Theirs', ...app }, ...more }),
  )

async function exported(person: Person, appId: string): Promise<Buffer> {
  const made = await person.call('POST', `/api/v1/apps/${appId}/export?NoData=true`, {})
  expect([made.status, made.text]).toEqual([201, ''])
  const location = String(made.headers.location)
  expect(location).toMatch(/^\/api\/v1\/temp-contents\/[0-9a-f-]{36}$/)
  const { rawPayload } = await api.server.inject({
    method: 'GET',
    url: location,
    headers: { authorization: `Bearer ${person.token}` },
  })
  return rawPayload
}

async function makeApp(person: Person, attributes: object, script = 'LOAD 1 AS a AUTOGENERATE 1;') {
  const { id } = (await person.call('POST', '/api/v1/apps', { attributes })).body.attributes
  await person.call('POST', `/api/v1/apps/${id}/scripts`, { script })
  return id as string
}
const scriptOf = async (person: Person, id: string) =>
  (await person.call('GET', `/api/v1/apps/${id}/scripts/current`)).body.script
const leftovers = async () => {
  const root = join(dirname(api.filesRoot), 'temp', acme.tenant.id)
  return readdir(root).catch(() => [])
}

describe('an exported app', () => {
  it('comes in again in another space, and in another tenant', async () => {
    const source = { name: 'Säles "1"', description: 'd', usage: 'DATA_PREPARATION', stores: 'immediate' }
    const archive = await exported(anna, await makeApp(anna, source, "TRACE 'ä€😀';"))
    const spaceId = (await anna.call('POST', '/api/v1/spaces', { name: 's', type: 'shared' })).body.id
    const globex = await api.tenant('globex')
    for (const [person, query] of [
      [anna, `?spaceId=${spaceId}`],
      [globex.admin, ''],
    ] as const) {
      const { status, body } = await send(person, `/api/v1/apps/import${query}`, archive)
      expect([status, body.attributes]).toEqual([
        200,
        expect.objectContaining({ ...source, ownerId: person.user.id }),
      ])
      expect(await scriptOf(person, body.attributes.id)).toBe("TRACE 'ä€😀';")
    }
    const [listed] = (await anna.call('GET', `/api/v1/items?resourceType=app&spaceId=${spaceId}`)).body.data
    expect(listed.name).toBe(source.name)
  })

  it('comes in from a temporary content, which stays until it expires', async () => {
    const location = await temporary(anna, await exported(anna, await makeApp(anna, { name: 'a' })))
    const fileId = location.slice(location.lastIndexOf('/') + 1)
    for (const name of ['one', 'two']) {
      const { body } = await anna.call('POST', `/api/v1/apps/import?fileId=${fileId}&name=${name}`)
      expect(body.attributes.name).toBe(name)
    }
    const theirs = await bert.call('POST', `/api/v1/apps/import?fileId=${fileId}`)
    expect([theirs.status, theirs.body.errors[0].source]).toEqual([404, { parameter: 'fileId' }])
    api.advance(3_600_000)
    expect((await anna.call('POST', `/api/v1/apps/import?fileId=${fileId}`)).status).toBe(410)
  })

  it('replaces the script of an app, by its id in either parameter', async () => {
    const archive = await exported(anna, await makeApp(anna, { name: 'a' }, 'TRACE new;'))
    for (const query of ['mode=replace&appId=ID', 'mode=REPLACE&mode=ID', 'mode=ID']) {
      const target = await makeApp(anna, { name: 'target' }, 'TRACE old;')
      const { body } = await send(anna, `/api/v1/apps/import?${query.replace('ID', target)}`, archive)
      expect([body.attributes.id, body.attributes.name]).toEqual([target, 'target'])
      expect(await scriptOf(anna, target)).toBe('TRACE new;')
    }
    const theirs = await makeApp(bert, { name: 'b' })
    expect((await send(anna, `/api/v1/apps/import?mode=replace&appId=${theirs}`, archive)).status).toBe(404)
    const nameless = await send(anna, '/api/v1/apps/import?mode=replace', archive)
    expect([nameless.status, nameless.body.errors[0].source]).toEqual([400, { parameter: 'appId' }])
    const unknown = await send(anna, '/api/v1/apps/import?mode=over', archive)
    expect(unknown.body.errors[0].source).toEqual({ parameter: 'mode' })
  })

  it('replaces the only app of its name in the place, or is a new one', async () => {
    const archive = await exported(anna, await makeApp(anna, { name: 'deploy' }, 'TRACE new;'))
    const spaceId = (await anna.call('POST', '/api/v1/spaces', { name: 's', type: 'shared' })).body.id
    const deploy = () => send(anna, `/api/v1/apps/import?mode=autoreplace&spaceId=${spaceId}`, archive)
    const first = (await deploy()).body.attributes
    expect((await deploy()).body.attributes.id).toBe(first.id)
    await makeApp(anna, { name: 'deploy', spaceId })
    expect((await deploy()).status).toBe(409)
  })

  it('tells nobody what apps are in a space that they do not see', async () => {
    const spaceId = (await anna.call('POST', '/api/v1/spaces', { name: 's', type: 'shared' })).body.id
    for (const name of ['once', 'twice', 'twice']) await makeApp(anna, { name, spaceId })
    const archive = await exported(bert, await makeApp(bert, { name: 'b' }))
    const globex = await api.tenant('globex')
    for (const person of [bert, globex.admin]) {
      const answers = []
      for (const name of ['never', 'once', 'twice']) {
        const query = `mode=autoreplace&spaceId=${spaceId}&name=${name}`
        const { status, body } = await send(person, `/api/v1/apps/import?${query}`, archive)
        answers.push([status, body.errors[0].detail])
      }
      expect(answers).toEqual(Array(3).fill([404, 'there is no space with this id']))
    }
  })

  it('is made by who may read the script, and is for its maker alone', async () => {
    const id = await makeApp(anna, { name: 'a' })
    expect((await bert.call('POST', `/api/v1/apps/${id}/export`)).status).toBe(404)
    expect((await acme.admin.call('POST', `/api/v1/apps/${id}/export`)).status).toBe(403)
    const location = String((await anna.call('POST', `/api/v1/apps/${id}/export`)).headers.location)
    const globex = await api.tenant('globex')
    for (const person of [bert, acme.admin, globex.admin]) {
      expect((await person.call('GET', location)).status).toBe(404)
      expect((await person.call('GET', `${location}/details`)).status).toBe(404)
    }
  })

  it('is no JSON: bytes of another type are refused, and no bytes have no type', async () => {
    for (const url of ['/api/v1/apps/import', `${TEMP}?filename=a`]) {
      for (const body of [{}, [], [[1e308]], 'text', 7]) {
        const answer = await anna.call('POST', url, JSON.stringify(body), {
          headers: { 'content-type': 'application/json' },
        })
        expect([url, answer.status]).toEqual([url, 415])
      }
    }
    expect(await leftovers()).toEqual([])
    const json = { headers: { 'content-type': 'application/json' } }
    expect((await anna.call('POST', '/api/v1/apps/import', undefined, json)).status).toBe(400)
  })

  it('takes part in no space to which the caller may not add', async () => {
    const archive = await exported(anna, await makeApp(anna, { name: 'a' }))
    const theirs = (await bert.call('POST', '/api/v1/spaces', { name: 'x', type: 'shared' })).body.id
    expect((await send(anna, `/api/v1/apps/import?spaceId=${theirs}`, archive)).status).toBe(404)
  })
})

describe('a hostile archive', () => {
  const good = () => [manifest(), textPart('script.qvs', 'TRACE 1;')]
  const refused = async (archive: Buffer) => {
    const answer = await send(anna, '/api/v1/apps/import', archive)
    expect(await leftovers()).toEqual([])
    return [answer.status, answer.body.errors?.[0].detail] as const
  }

  it('is refused in words, and leaves nothing', async () => {
    const cases: readonly (readonly [Buffer, string])[] = [
      [Buffer.from('no archive'), 'it has no directory'],
      [Buffer.alloc(1000), 'it has no directory'],
      [Buffer.alloc(0), 'send the archive as the body'],
      [(await bytesOf(good())).subarray(0, -1), 'directory'],
      [await bytesOf([textPart('script.qvs', 'x')]), "it has no part 'manifest.json'"],
      [await bytesOf([textPart('manifest.json', 'nothing')]), 'its manifest has no format'],
      [await bytesOf([textPart('manifest.json', '[]')]), 'its manifest has no format'],
      [await bytesOf([manifest({ version: 2 })]), 'its version is not 1'],
      [await bytesOf([manifest({ format: 'qvf' })]), 'its manifest has no format'],
      [await bytesOf([manifest({}, { name: 7 })]), 'no name that is taken'],
      [await bytesOf([manifest({}, { name: 'x'.repeat(257) })]), 'no name that is taken'],
      [await bytesOf([manifest({}, { description: 'x'.repeat(5000) })]), 'the description of its app'],
      [await bytesOf([manifest({}, { usage: 'GAME' })]), 'no usage that is known'],
      [
        await bytesOf([manifest(), textPart('script.qvs', 'x'.repeat(1001))]),
        'unpacks to more than 1000 bytes',
      ],
    ]
    for (const [archive, words] of cases) {
      expect(await refused(archive)).toEqual([400, expect.stringContaining(words)])
    }
    expect((await anna.call('GET', '/api/v1/items')).body.data).toEqual([])
  })

  it('does not unpack beyond its bounds, whatever it says about its sizes', async () => {
    const bomb = deflateRawSync(Buffer.alloc(50 * 1024 * 1024))
    for (const told of [50 * 1024 * 1024, 10]) {
      const archive = zipWith([{ name: 'manifest.json', packed: bomb, method: 8, bytes: told }])
      expect(await refused(archive)).toEqual([400, expect.stringContaining('unpacks to more than')])
    }
  })

  it('has names that lead nowhere, links, and very many parts', async () => {
    const names = ['../manifest.json', '/etc/passwd', '..\\script.qvs', 'a/../../b', 'x'.repeat(60_000)]
    const archive = await bytesOf([...good(), ...names.map((name) => textPart(name, 'root'))])
    expect((await send(anna, '/api/v1/apps/import', archive)).status).toBe(200)
    expect(await leftovers()).toEqual([])
    const link = { name: 'script.qvs', packed: Buffer.from('/etc/passwd'), bytes: 11, mode: 0o120777 }
    const linked = zipWith([{ name: 'manifest.json', packed: await contentOf(manifest()) }, link])
    const { body } = await send(anna, '/api/v1/apps/import', linked)
    // The text of the link, never what it leads to.
    expect(await scriptOf(anna, body.attributes.id)).toBe('/etc/passwd')
    const many = zipWith(
      Array.from({ length: 10_001 }, (_, at) => ({ name: String(at), packed: Buffer.alloc(0) })),
      true,
    )
    expect(await refused(many)).toEqual([expect.any(Number), expect.any(String)])
  })

  it('cannot make a name or a script that cannot be stored', async () => {
    const archive = await bytesOf([
      textPart(
        'manifest.json',
        '{"format":"reprise-app","version":1,"app":{"name":"a\\ud800b"},"__proto__":{}}',
      ),
      textPart('script.qvs', 'x'),
    ])
    const { status, body } = await send(anna, '/api/v1/apps/import', archive)
    expect([status, body.attributes.name]).toEqual([200, 'a\ufffdb'])
    const broken = zipWith([
      { name: 'manifest.json', packed: await contentOf(manifest()) },
      { name: 'script.qvs', packed: Buffer.from([0xff, 0xfe]) },
    ])
    expect(await refused(broken)).toEqual([400, expect.stringContaining('not UTF-8')])
  })
})

async function contentOf(part: ReturnType<typeof textPart>): Promise<Buffer> {
  return buffer(Readable.from(part.content()))
}

describe('temporary contents', () => {
  it('are kept for as long as is asked, and told about', async () => {
    const location = await temporary(anna, 'abc', 'filename=a%20%22b.csv&ttl=60')
    const { status, text, headers } = await anna.call('GET', location)
    expect([status, text]).toEqual([200, 'abc'])
    expect(headers).toMatchObject({
      'content-disposition': "attachment; filename*=UTF-8''a%20%22b.csv",
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    })
    expect((await anna.call('GET', `${location}/details`)).body).toMatchObject({
      Name: 'a "b.csv',
      Size: '3',
      TTLSeconds: 60,
      CreatorID: anna.user.id,
    })
    api.advance(60_000)
    expect((await anna.call('GET', location)).status).toBe(410)
    await api.deps.tempContents.sweep()
    expect((await anna.call('GET', location)).status).toBe(404)
    expect(await leftovers()).toEqual([])
  })

  it('are bounded, each and all of a tenant', async () => {
    const large = await send(anna, `${TEMP}?filename=a`, Buffer.alloc(CONTENT_MAX + 1))
    expect(large.status).toBe(413)
    for (const _ of [1, 2]) {
      expect((await send(anna, `${TEMP}?filename=a`, Buffer.alloc(CONTENT_MAX))).status).toBe(201)
    }
    expect((await send(bert, `${TEMP}?filename=a`, 'x')).status).toBe(429)
    expect(await leftovers()).toHaveLength(4)
    const globex = await api.tenant('globex')
    expect((await send(globex.admin, `${TEMP}?filename=a`, 'x')).status).toBe(201)
    api.advance(3_600_000)
    expect((await send(bert, `${TEMP}?filename=a`, 'x')).status).toBe(201)
  })

  it.each(['filename=', 'filename=a&ttl=0', 'filename=a&ttl=259201', `filename=${'x'.repeat(257)}`])(
    'are refused with ?%s',
    async (query) => {
      expect((await send(anna, `${TEMP}?${query}`, 'x')).status).toBe(400)
    },
  )

  it('are found by ids and nothing else', async () => {
    await temporary(anna, 'abc')
    await writeFile(join(dirname(api.filesRoot), 'temp', 'secret.json'), '{"id":"secret"}')
    for (const id of ['..', '..%2fsecret', 'x', '%2e%2e%2fsecret.json', 'secret']) {
      expect((await anna.call('GET', `${TEMP}/${id}/details`)).status).toBe(404)
    }
  })

  it('become data files', async () => {
    const location = await temporary(anna, 'a,b\n')
    const tempContentFileId = location.slice(location.lastIndexOf('/') + 1)
    const { payload, headers } = upload({ name: 'a.csv', tempContentFileId })
    const made = await anna.call('POST', '/api/v1/data-files', payload, { headers })
    expect([made.status, made.body.size]).toEqual([201, 4])
    const put = upload({ tempContentFileId })
    const renewed = await anna.call('PUT', `/api/v1/data-files/${made.body.id}`, put.payload, {
      headers: put.headers,
    })
    expect(renewed.status).toBe(201)
    const theirs = await bert.call('POST', '/api/v1/data-files', payload, { headers })
    expect([theirs.status, theirs.body.errors[0].code]).toEqual([404, 'DF-012'])
    expect(await readdir(join(api.filesRoot, '.spool'))).toEqual([])
  })
})

describe('over a socket', () => {
  let host: string

  beforeAll(async () => {
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    host = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
  })

  it('the official client exports, fetches and imports', async () => {
    const options = { hostConfig: { host, authType: 'apikey' as const, apiKey: anna.token }, noCache: true }
    const id = await makeApp(anna, { name: 'Sales' }, 'TRACE 1;')
    const { headers } = await apps.exportApp(id, { NoData: true }, options)
    const address = headers.get('location')!
    const archive = await tempContents.downloadTempFile(
      address.slice(address.lastIndexOf('/') + 1),
      {},
      options,
    )
    const { data } = await apps.importApp({ name: 'Again' }, archive.data as Blob, options)
    expect(await scriptOf(anna, data.attributes!.id!)).toBe('TRACE 1;')
    const kept = await tempContents.uploadTempFile({ filename: 'a.zip' }, archive.data as Blob, options)
    const fileId = kept.headers.get('location')!.split('/').at(-1)!
    expect((await tempContents.getTempFileDetails(fileId, options)).data).toMatchObject({ Name: 'a.zip' })
    expect((await apps.importApp({ fileId }, '', options)).data.attributes?.name).toBe('Sales')
  })

  it('a body that is too large is answered, and one that is broken off leaves nothing', async () => {
    const headers = { authorization: `Bearer ${anna.token}`, 'content-type': 'application/octet-stream' }
    const body = Buffer.alloc(20 * CONTENT_MAX)
    const answer = await fetch(`${host}${TEMP}?filename=a`, { method: 'POST', headers, body })
    expect(answer.status).toBe(413)
    const upload = httpRequest(`${host}${TEMP}?filename=a`, {
      method: 'POST',
      headers: { ...headers, 'content-length': CONTENT_MAX },
    })
    upload.on('error', () => undefined)
    upload.write(Buffer.alloc(1000))
    await vi.waitFor(async () => expect(await leftovers()).toHaveLength(1))
    upload.destroy()
    await vi.waitFor(async () => expect(await leftovers()).toEqual([]))
  })
})
