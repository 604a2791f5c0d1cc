/** Apps leave with their data and come in with it, through real engines; what is broken leaves nothing. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { textPart, zipped } from '../../src/archive/zip-writer.ts'
import type { TempContent } from '../../src/catalog/temp-contents.ts'
import type { AppId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.ts'
import { dataTransfers } from '../../src/files/data-transfers.ts'
import { openFileStore } from '../../src/files/local/file-store.ts'
import { realWorld } from '../../src/main/world.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import { type DuckDbHarness, duckDbHarness } from '../support/duckdb-session-harness.ts'
import { madeTask } from '../support/task-api.ts'
import { scheduledTask } from '../support/task-documents.ts'
import { partOf } from '../support/zip-part.ts'

const LIMITS: Limits = { ...DEFAULT_LIMITS, appDataBytes: 3_000_000 }
const SCRIPT = `Orders: LOAD RecNo() AS id, Dual('n' & RecNo(), RecNo()) AS d AUTOGENERATE 1000;
Customers: LOAD id, 'ä€😀' AS name RESIDENT Orders WHERE id < 10; TAG FIELDS name WITH 'mine';`

let folder: string
let killsEngines = false
const nothing = async (): Promise<unknown> => undefined
/** What happens while an engine is asked for. */
let meanwhile = nothing
let harness: DuckDbHarness
let api: ApiUnderTest
let acme: Members
let anna: Person

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-transfer-'))
  const world = realWorld({ info: () => undefined, warn: () => undefined, error: () => undefined })
  const files = await openFileStore(join(folder, 'files'), world.random)
  harness = await duckDbHarness({ spool: files })
  const { sessions, options, data: appData } = harness
  const transfers = dataTransfers({
    store: { tenant: (id) => api.store.tenant(id) },
    world,
    limits: LIMITS,
    sizes: options.sizes,
    sessions: {
      async acquire(...asked) {
        await meanwhile()
        const session = await sessions.acquire(...asked)
        if (killsEngines) session.kill()
        return session
      },
    },
    engines: { lend: async () => ({ giveBack: () => undefined }) },
    files,
    appData,
    pathOf: ({ tenantId, id }: TempContent) => join(dirname(api.filesRoot), 'temp', tenantId, id),
  })
  api = await apiUnderTest({ limits: LIMITS, deps: { appData, files, dataTransfers: transfers } })
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
})

afterAll(async () => {
  await api.close()
  await harness.close()
  await rm(folder, { recursive: true })
})

const OCTETS = { headers: { 'content-type': 'application/octet-stream' } }
const send = (person: Person, archive: Buffer, query = '') =>
  person.call('POST', `/api/v1/apps/import${query}`, archive, OCTETS)
const appOf = async (person: Person, id: string) => (await api.store.app(person.user.tenantId, id as AppId))!

async function makeApp(person: Person, script?: string): Promise<string> {
  const { id } = (await person.call('POST', '/api/v1/apps', { attributes: { name: 'Sales' } })).body
    .attributes
  if (script === undefined) return id
  const work = harness.workOf(script)
  const end = await (await harness.sessions.acquire(harness.size)).run(work, () => {})
  if (end.kind !== 'completed') throw new Error(`the script ended as ${end.kind}`)
  const { fileBytes, engineTime, tables } = end
  const data = { version: work.dataAfter, fileBytes, engineTime, tables }
  await put(api.store, { apps: [{ ...(await appOf(person, id)), data }] })
  return id
}

async function exported(person: Person, appId: string, query = ''): Promise<Buffer> {
  const made = await person.call('POST', `/api/v1/apps/${appId}/export${query}`, {})
  expect([made.status, made.text]).toEqual([201, ''])
  const { rawPayload } = await api.server.inject({
    method: 'GET',
    url: String(made.headers.location),
    headers: { authorization: `Bearer ${person.token}` },
  })
  return rawPayload
}

const spooled = () => readdir(join(folder, 'files', '.spool'))
const temporary = () => readdir(join(dirname(api.filesRoot), 'temp', acme.tenant.id)).catch(() => [])
const versions = async () => (await readdir(harness.data.folder)).sort()
const metadata = async (person: Person, id: string) => {
  const { body } = await person.call('GET', `/api/v1/apps/${id}/data/metadata`)
  const { reload_meta: _meta, static_byte_size: _bytes, ...told } = body
  return told
}

describe('the data of an exported app', () => {
  it('comes in with a new app of another tenant, the same by its metadata', async () => {
    const source = await makeApp(anna, SCRIPT)
    const archive = await exported(anna, source, '?NoData=false')
    expect(JSON.parse(await partOf(archive, 'manifest.json')).data).toBe(true)
    expect(await spooled()).toEqual([])
    const { admin } = await api.tenant('globex')
    const { status, body } = await send(admin, archive)
    expect(status).toBe(200)
    const told = await metadata(admin, body.attributes.id)
    expect(told).toEqual(await metadata(anna, source))
    expect(told.fields.find(({ name }: { name: string }) => name === 'id').tags).toContain('$key')
    expect((await appOf(admin, body.attributes.id)).data?.tables).toEqual(
      (await appOf(anna, source)).data?.tables,
    )
  })

  it('is left away when that is asked, on either side', async () => {
    const source = await makeApp(anna, SCRIPT)
    const without = await exported(anna, source, '?NoData=true')
    expect(JSON.parse(await partOf(without, 'manifest.json')).data).toBe(false)
    for (const [archive, query] of [
      [without, ''],
      [await exported(anna, source), '?NoData=true'],
    ] as const) {
      const { body } = await send(anna, archive, query)
      expect((await appOf(anna, body.attributes.id)).data).toBeUndefined()
    }
  })

  it('replaces that of an app, whose old data goes', async () => {
    const archive = await exported(anna, await makeApp(anna, SCRIPT))
    const target = await makeApp(anna, 'Old: LOAD 1 AS a AUTOGENERATE 1;')
    const old = (await appOf(anna, target)).data!.version
    expect((await send(anna, archive, `?mode=replace&appId=${target}`)).status).toBe(200)
    expect((await appOf(anna, target)).data!.tables.map(({ name }) => name)).toEqual(['Orders', 'Customers'])
    expect((await versions()).some((name) => name.startsWith(old))).toBe(false)
  })

  it('replaces it with the script in one commit', async () => {
    const source = await makeApp(anna, SCRIPT)
    await anna.call('POST', `/api/v1/apps/${source}/scripts`, { script: SCRIPT })
    const archive = await exported(anna, source)
    const target = await makeApp(anna, 'Old: LOAD 1 AS a AUTOGENERATE 1;')
    expect((await send(anna, archive, `?mode=replace&appId=${target}`)).status).toBe(200)
    const { body } = await anna.call('GET', '/api/v1/audits?sort=-eventTime')
    const ofTarget = body.data.filter(({ data }: { data: { id: string } }) => data.id === target)
    expect(ofTarget.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
      'com.qlik.v1.app.updated',
      'com.qlik.v1.app.created',
    ])
    expect(ofTarget[0].data.changed).toEqual(expect.arrayContaining(['currentScriptId', 'data']))
  })

  it('changes nothing of an app of which a reload was asked for while the data was made', async () => {
    const source = await makeApp(anna, SCRIPT)
    await anna.call('POST', `/api/v1/apps/${source}/scripts`, { script: SCRIPT })
    const archive = await exported(anna, source)
    const target = await makeApp(anna, 'Old: LOAD 1 AS a AUTOGENERATE 1;')
    const before = [await appOf(anna, target), await versions()]
    meanwhile = () => anna.call('POST', '/api/v1/reloads', { appId: target })
    try {
      const { status, body } = await send(anna, archive, `?mode=replace&appId=${target}`)
      expect([status, body.errors[0].detail]).toEqual([409, expect.stringContaining('being reloaded')])
    } finally {
      meanwhile = nothing
    }
    expect([await appOf(anna, target), await versions()]).toEqual(before)
  })

  it('is not exported when its file is gone', async () => {
    const source = await makeApp(anna, SCRIPT)
    await harness.data.discard((await appOf(anna, source)).data!.version)
    expect((await anna.call('POST', `/api/v1/apps/${source}/export`)).status).toBe(409)
    expect((await anna.call('POST', `/api/v1/apps/${source}/export?NoData=true`)).status).toBe(201)
  })
})

describe('data of an archive that is refused', () => {
  const refused = async (archive: Buffer, query = '') => {
    const before = [await versions(), await temporary()]
    const { status, body } = await send(anna, archive, query)
    expect([await versions(), await temporary()]).toEqual(before)
    expect(await spooled()).toEqual([])
    expect((await anna.call('GET', '/api/v1/items')).body.data).toEqual([])
    return [status, body.errors?.[0].detail]
  }
  const manifest = (data: boolean) =>
    textPart(
      'manifest.json',
      JSON.stringify({ format: 'reprise-app', version: 1, app: { name: 'Theirs' }, data }),
    )

  it('leaves no app, no data and no files', async () => {
    const broken = await buffer(zipped([manifest(true), textPart('data/model.json', '{')]))
    expect(await refused(broken)).toEqual([400, expect.stringContaining('no JSON')])
    const missing = await buffer(zipped([manifest(true)]))
    expect(await refused(missing)).toEqual([400, expect.stringContaining("no part 'data/model.json'")])
  })

  it('is larger than the data of an app may be', async () => {
    const bert = await acme.person('bert')
    const large = await makeApp(bert, 'T: LOAD RecNo() & Repeat(Rand(), 20) AS a AUTOGENERATE 30000;')
    const archive = await exported(bert, large)
    expect(await refused(archive)).toEqual([413, expect.stringContaining('at most 3000000 bytes')])
  })

  it('goes with the app when its tasks are refused', async () => {
    const bert = await acme.person('bert')
    await acme.admin.call('PUT', '/api/scheduling/settings/calendars/holidays', { days: ['2026-12-25'] })
    const source = await makeApp(bert, SCRIPT)
    const start = { schedule: { recurrence: 'FREQ=DAILY', calendar: 'holidays' } }
    await madeTask(bert, scheduledTask(source, { start }))
    const archive = await exported(bert, source)
    const before = await versions()
    const { admin } = await api.tenant('globex')
    const { status, body } = await send(admin, archive)
    expect([status, body.errors[0].code]).toEqual([400, 'CHO-017'])
    expect((await admin.call('GET', '/api/v1/items')).body.data).toEqual([])
    expect(await versions()).toEqual(before)
  })

  it('is refused for now when the engine is killed', async () => {
    const bert = await acme.person('bert')
    const source = await makeApp(bert, SCRIPT)
    const archive = await exported(bert, source)
    killsEngines = true
    try {
      expect(await refused(archive)).toEqual([503, expect.stringContaining('try again')])
      expect((await bert.call('POST', `/api/v1/apps/${source}/export`)).status).toBe(503)
      expect(await spooled()).toEqual([])
    } finally {
      killsEngines = false
    }
    expect((await send(anna, archive)).status).toBe(200)
  })
})
