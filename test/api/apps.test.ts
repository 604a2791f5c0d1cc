import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DataFolder } from '../../src/engine/pool/data-files.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  HOST_URL,
  type Members,
  type Person,
} from '../support/api-under-test.ts'
import { giveData } from '../support/app-data.ts'
import { put, remove } from '../support/catalog.ts'
import { claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person

beforeAll(async () => {
  api = await apiUnderTest({ limits: { scriptBytes: 1000 } })
})

beforeEach(async () => {
  acme = await api.tenant(`t${Math.random().toString(36).slice(2)}`)
  anna = await acme.person('anna')
})

afterAll(() => api.close())

const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })
const codeOf = (answer: { status: number; body: { errors: { code: string }[] } }) => [
  answer.status,
  answer.body.errors[0]!.code,
]

async function makeApp(person: Person, attributes: object = {}): Promise<string> {
  return (await person.call('POST', '/api/v1/apps', { attributes })).body.attributes.id
}
async function makeSpace(owner: Person, type: string, members: readonly [Person, string][] = []) {
  const name = `${type} ${Math.random()}`
  const { id } = (await owner.call('POST', '/api/v1/spaces', { name, type })).body
  for (const [person, role] of members) {
    const body = { type: 'user', assigneeId: person.user.id, roles: [role] }
    expect((await owner.call('POST', `/api/v1/spaces/${id}/assignments`, body)).status).toBe(201)
  }
  return id as string
}

describe('apps', () => {
  it('creates a personal app and reads it back', async () => {
    const answer = await anna.call('POST', '/api/v1/apps', {
      attributes: { name: 'Sales', description: 'd' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      attributes: { name: 'Sales', description: 'd', ownerId: anna.user.id, usage: 'ANALYTICS' },
      privileges: [
        'read',
        'update',
        'duplicate',
        'publish',
        'export',
        'reload',
        'delete',
        'change_space',
        'change_owner',
      ],
    })
    expect(answer.body.attributes).not.toHaveProperty('spaceId')
    expect(answer.body.attributes).not.toHaveProperty('lastReloadTime')
    const read = await anna.call('GET', `/api/v1/apps/${answer.body.attributes.id}`)
    expect([read.status, read.body]).toEqual([200, answer.body])
  })

  it('needs no body at all', async () => {
    expect((await anna.call('POST', '/api/v1/apps')).body.attributes.name).toBe('New app')
  })

  it.each([
    [{ name: '' }, '/attributes/name'],
    [{ name: 'x'.repeat(257) }, '/attributes/name'],
    [{ usage: 'GAME' }, '/attributes/usage'],
    [{ stores: 'sometimes' }, '/attributes/stores'],
  ])('refuses attributes %j and names the field', async (attributes, pointer) => {
    const answer = await anna.call('POST', '/api/v1/apps', { attributes })
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer }])
  })

  it('renames and describes', async () => {
    const id = await makeApp(anna, { name: 'a', description: 'b' })
    api.advance(1000)
    const { body } = await anna.call('PUT', `/api/v1/apps/${id}`, { attributes: { name: 'c' } })
    expect(body.attributes).toMatchObject({ name: 'c', description: 'b' })
    expect(Date.parse(body.attributes.modifiedDate) - Date.parse(body.attributes.createdDate)).toBe(1000)
  })

  it('says when others see what it stores: atomically, unless it is told otherwise; copies do the same', async () => {
    const id = await makeApp(anna)
    const stores = async (app: string) =>
      (await anna.call('GET', `/api/v1/apps/${app}`)).body.attributes.stores
    expect(await stores(id)).toBe('atomic')
    await anna.call('PUT', `/api/v1/apps/${id}`, { attributes: { stores: 'immediate' } })
    await anna.call('PUT', `/api/v1/apps/${id}`, { attributes: { name: 'renamed' } })
    expect(await stores(id)).toBe('immediate')
    const { body } = await anna.call('POST', `/api/v1/apps/${id}/copy`)
    expect(body.attributes.stores).toBe('immediate')
    expect(await stores(await makeApp(anna, { stores: 'immediate' }))).toBe('immediate')
  })

  it('tells the time of the last reload and the data model once there is data', async () => {
    const id = await makeApp(anna)
    const model = `/api/v1/apps/${id}/data/metadata`
    expect((await anna.call('GET', model)).body).toMatchObject({
      tables: [],
      fields: [],
      static_byte_size: 0,
    })
    await anna.call('POST', '/api/v1/reloads', { appId: id })
    await succeedNext(parts())
    const { body } = await anna.call('GET', `/api/v1/apps/${id}`)
    const stored = (await api.store.app(acme.tenant.id, id as never))!.data!
    expect(body.attributes.lastReloadTime).toBe(new Date(stored.engineTime).toISOString())
    const { body: filled } = await anna.call('GET', model)
    expect(filled.static_byte_size).toBe(stored.fileBytes)
    expect(filled.tables.map((table: { name: string }) => table.name)).toEqual(
      stored.tables.map(({ name }) => name),
    )
  })

  it('describes key fields of a data model', async () => {
    const id = await makeApp(anna)
    await anna.call('POST', '/api/v1/reloads', { appId: id })
    const claimed = await claimNext(parts())
    const tables = [
      { name: 'Orders', rows: 5, fields: ['OrderId', 'CustomerId'] },
      { name: 'Customers', rows: 2, fields: ['CustomerId', 'City'] },
    ]
    await api.store.transition([
      {
        reloadId: claimed.reload.id,
        fence: claimed.attempt.leaseToken,
        step: ({ reload, app }) => ({
          reload,
          app: {
            crashedOnMaxSize: app!.crashedOnMaxSize,
            data: {
              version: 'v' as never,
              fileBytes: 10,
              engineTime: 1,
              tables,
              peakMemoryBytes: { full: 5 },
            },
          },
        }),
      },
    ])
    await endAttempt(parts(), claimed, { kind: 'canceled' })
    const { body } = await anna.call('GET', `/api/v1/apps/${id}/data/metadata`)
    expect(body.reload_meta).toEqual({ fullReloadPeakMemoryBytes: 5 })
    expect(body.tables.map((table: { no_of_key_fields: number }) => table.no_of_key_fields)).toEqual([1, 1])
    expect(body.fields.find((field: { name: string }) => field.name === 'CustomerId')).toMatchObject({
      src_tables: ['Orders', 'Customers'],
      total_count: 7,
    })
  })

  it('tells what was counted of the data, and nothing of data from before', async () => {
    const id = await makeApp(anna)
    const metadata = async () => (await anna.call('GET', `/api/v1/apps/${id}/data/metadata`)).body
    const tables = [{ name: 'T', rows: 3, fields: ['a', 'b'] }]
    const stored = await api.store.app(acme.tenant.id, id as never)
    const { data } = await giveData(api, stored!, 'data', tables)
    expect((await metadata()).fields[0]).not.toHaveProperty('cardinal')
    const field = { name: 'a', distinct: 2, values: 3, bytes: 24, isNumeric: true, hash: '0123456789abcdef' }
    const tags = ['$numeric', '$hidden']
    await (api.deps.appData as DataFolder).saveProfile(data!.version, {
      tables: [{ name: 'T', bytes: 24, comment: 'orders' }],
      fields: [{ ...field, tags, comment: 'c' }],
      hasSectionAccess: true,
    })
    const { tables: told, fields, has_section_access } = await metadata()
    expect(told).toMatchObject([{ name: 'T', no_of_rows: 3, byte_size: 24, comment: 'orders' }])
    expect(fields).toMatchObject([
      {
        name: 'a',
        cardinal: 2,
        byte_size: 24,
        is_numeric: true,
        is_hidden: true,
        tags,
        hash: field.hash,
        comment: 'c',
      },
      { name: 'b', is_hidden: false },
    ])
    expect(fields[1]).not.toHaveProperty('hash')
    expect(has_section_access).toBe(true)
  })

  it('lists the data files that the data stems from, as the script names them', async () => {
    const spaceId = await makeSpace(anna, 'shared')
    const id = await makeApp(anna)
    const lineage = `/api/v1/apps/${id}/data/lineage`
    expect(await anna.call('GET', lineage)).toMatchObject({ status: 200, body: [] })
    await anna.call('POST', '/api/v1/reloads', { appId: id })
    const own = { ownerId: anna.user.id }
    const shared = { spaceId: spaceId as never }
    await succeedNext(parts(), undefined, [
      { place: own, name: 'in/a.csv' },
      { place: shared, name: 'm_*.qvd' },
      { place: { spaceId: 'gone' as never }, name: 'b.csv' },
    ])
    const { name } = (await anna.call('GET', `/api/v1/spaces/${spaceId}`)).body
    expect((await anna.call('GET', lineage)).body).toEqual([
      { discriminator: 'lib://DataFiles/in/a.csv' },
      { discriminator: `lib://${name}:DataFiles/m_*.qvd` },
      { discriminator: 'lib://gone:DataFiles/b.csv' },
    ])
  })

  it('deletes an app and cancels its active reload', async () => {
    const id = await makeApp(anna)
    const reload = (await anna.call('POST', '/api/v1/reloads', { appId: id })).body
    const answer = await anna.call('DELETE', `/api/v1/apps/${id}`)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await api.store.reload(acme.tenant.id, reload.id))?.state).toBe('CANCELED')
    expect((await api.store.eventsOf(reload.id)).map(({ type }) => type)).toEqual([
      'com.qlik.v1.reload.finished',
    ])
    expect(codeOf(await anna.call('GET', `/api/v1/apps/${id}`))).toEqual([404, 'HTTP-404'])
    expect((await anna.call('DELETE', `/api/v1/apps/${id}`)).status).toBe(404)
  })

  it('copies script and data, not the history', async () => {
    const id = await makeApp(anna, { name: 'Sales' })
    await anna.call('POST', `/api/v1/apps/${id}/scripts`, { script: 'one' })
    await anna.call('POST', `/api/v1/apps/${id}/scripts`, { script: 'two' })
    const copy = (await anna.call('POST', `/api/v1/apps/${id}/copy`, {})).body.attributes
    expect(copy.name).toBe('Sales (copy)')
    expect((await anna.call('GET', `/api/v1/apps/${copy.id}/scripts`)).body.scripts).toHaveLength(1)
    expect((await anna.call('GET', `/api/v1/apps/${copy.id}/scripts/current`)).body.script).toBe('two')
  })

  it('moves into a space, out of it, and to another owner', async () => {
    const bert = await acme.person('bert')
    const id = await makeApp(anna)
    const spaceId = await makeSpace(anna, 'shared')
    const moved = await anna.call('PUT', `/api/v1/apps/${id}/space`, { spaceId })
    expect([moved.status, moved.body.attributes.spaceId]).toEqual([200, spaceId])
    const out = await anna.call('DELETE', `/api/v1/apps/${id}/space`)
    expect(out.body.attributes).not.toHaveProperty('spaceId')
    const handed = await anna.call('PUT', `/api/v1/apps/${id}/owner`, { ownerId: bert.user.id })
    expect(handed.body.attributes.ownerId).toBe(bert.user.id)
    expect((await anna.call('GET', `/api/v1/apps/${id}`)).status).toBe(404)
    const unknown = await bert.call('PUT', `/api/v1/apps/${id}/owner`, { ownerId: 'x' })
    expect(codeOf(unknown)).toEqual([404, 'USERS-7'])
  })

  it('puts no app into a data space', async () => {
    const spaceId = await makeSpace(anna, 'data')
    expect(codeOf(await anna.call('POST', '/api/v1/apps', { attributes: { spaceId } }))).toEqual([
      400,
      'HTTP-400',
    ])
  })
})

describe('rights on apps', () => {
  it.each([
    [
      'shared',
      'facilitator',
      [
        'read',
        'update',
        'duplicate',
        'publish',
        'export',
        'reload',
        'delete',
        'change_space',
        'change_owner',
      ],
    ],
    ['shared', 'producer', ['read', 'update', 'duplicate', 'publish', 'export', 'reload']],
    ['shared', 'codeveloper', ['read', 'update', 'duplicate', 'publish', 'export', 'reload']],
    ['shared', 'consumer', ['read']],
    ['managed', 'publisher', ['read', 'update', 'duplicate', 'publish', 'export', 'reload']],
    ['managed', 'contributor', ['read']],
  ])('are those of the role: %s %s', async (type, role, privileges) => {
    const bert = await acme.person('bert')
    const spaceId = await makeSpace(anna, type, [[bert, role]])
    const id = await makeApp(anna, { spaceId })
    expect((await bert.call('GET', `/api/v1/apps/${id}`)).body.privileges).toEqual(privileges)
    const may = (privilege: string) => privileges.includes(privilege)
    const script = await bert.call('POST', `/api/v1/apps/${id}/scripts`, { script: '' })
    expect(script.status).toBe(may('update') ? 200 : 403)
    expect((await bert.call('GET', `/api/v1/apps/${id}/scripts/current`)).status).toBe(
      may('duplicate') ? 200 : 403,
    )
    expect((await bert.call('GET', `/api/v1/apps/${id}/reloads/logs`)).status).toBe(
      may('duplicate') ? 200 : 403,
    )
    const reload = await bert.call('POST', '/api/v1/reloads', { appId: id })
    expect(reload.status).toBe(may('reload') ? 201 : 403)
    if (may('reload')) await bert.call('POST', `/api/v1/reloads/${reload.body.id}/actions/cancel`)
    expect((await bert.call('DELETE', `/api/v1/apps/${id}`)).status).toBe(may('delete') ? 200 : 403)
  })

  it('are none for others, and sight without scripts for a tenant admin', async () => {
    const bert = await acme.person('bert')
    const id = await makeApp(anna)
    expect((await bert.call('GET', `/api/v1/apps/${id}`)).status).toBe(404)
    expect((await acme.admin.call('GET', `/api/v1/apps/${id}`)).body.privileges).toEqual([
      'read',
      'change_owner',
    ])
    expect(codeOf(await acme.admin.call('GET', `/api/v1/apps/${id}/scripts/current`))).toEqual([
      403,
      'HTTP-403',
    ])
    expect(codeOf(await acme.admin.call('POST', `/api/v1/apps/${id}/scripts`, { script: '' }))).toEqual([
      403,
      'HTTP-403',
    ])
  })

  it('end with the membership', async () => {
    const bert = await acme.person('bert')
    const spaceId = await makeSpace(anna, 'shared', [[bert, 'producer']])
    const id = await makeApp(anna, { spaceId })
    expect((await bert.call('GET', `/api/v1/apps/${id}`)).status).toBe(200)
    const [assignment] = (await anna.call('GET', `/api/v1/spaces/${spaceId}/assignments`)).body.data
    await anna.call('DELETE', `/api/v1/spaces/${spaceId}/assignments/${assignment.id}`)
    expect((await bert.call('GET', `/api/v1/apps/${id}`)).status).toBe(404)
  })
})

describe('scripts', () => {
  it('makes a version of every set, newest first, and reads each back', async () => {
    const id = await makeApp(anna)
    const path = `/api/v1/apps/${id}/scripts`
    expect((await anna.call('GET', `${path}/current`)).body).toEqual({ script: '' })
    const set = await anna.call('POST', path, { script: 'LOAD 1;', versionMessage: 'first' })
    expect([set.status, set.text]).toEqual([200, ''])
    api.advance(1000)
    await anna.call('POST', path, { script: 'é€𝄞' })
    const { scripts } = (await anna.call('GET', path)).body
    expect(scripts).toMatchObject([
      { size: 9, versionMessage: '', modifierId: anna.user.id },
      { size: 7, versionMessage: 'first', modifierId: anna.user.id },
    ])
    expect((await anna.call('GET', `${path}/current`)).body.script).toBe('é€𝄞')
    const first = (await anna.call('GET', `${path}/${scripts[1].scriptId}`)).body
    expect(first).toEqual({ script: 'LOAD 1;', versionMessage: 'first' })
    const only = await anna.call('GET', `${path}?limit=1`)
    expect(only.body.scripts).toEqual([scripts[0]])
    const filter = encodeURIComponent(`ScriptId eq "${scripts[1].scriptId}"`)
    expect((await anna.call('GET', `${path}?filter=${filter}`)).body.scripts).toEqual([scripts[1]])
    expect((await anna.call('GET', `${path}/nope`)).status).toBe(404)
  })

  it('keeps a hundred versions', async () => {
    const id = await makeApp(anna)
    for (let i = 0; i <= 100; i++) {
      await anna.call('POST', `/api/v1/apps/${id}/scripts`, { script: `${i}` })
      api.advance(1)
    }
    expect((await anna.call('GET', `/api/v1/apps/${id}/scripts`)).body.scripts).toHaveLength(100)
  })

  it('clears the marks of crashes on the largest engine', async () => {
    const id = await makeApp(anna)
    const app = (await api.store.app(acme.tenant.id, id as never))!
    await remove(api.store, acme.tenant.id, { apps: [app.id] })
    await put(api.store, { apps: [{ ...app, crashedOnMaxSize: { full: true, partial: true } }] })
    await anna.call('POST', `/api/v1/apps/${id}/scripts`, { script: 'x' })
    const after = await api.store.app(acme.tenant.id, app.id)
    expect(after?.crashedOnMaxSize).toEqual({ full: false, partial: false })
  })

  it.each([
    [{}, 400, '/script'],
    [{ script: 7 }, 400, '/script'],
    [{ script: 'é'.repeat(501) }, 413, '/script'],
  ])('refuses %j', async (body, status, pointer) => {
    const id = await makeApp(anna)
    const answer = await anna.call('POST', `/api/v1/apps/${id}/scripts`, body)
    expect([answer.status, answer.body.errors[0].source]).toEqual([status, { pointer }])
  })

  it('refuses a filter that cannot be read', async () => {
    const id = await makeApp(anna)
    const answer = await anna.call('GET', `/api/v1/apps/${id}/scripts?filter=Color+eq+%22x%22`)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { parameter: 'filter' }])
  })
})

describe('validating', () => {
  it('tells faults of a script by line, and stores nothing', async () => {
    const script = 'TRACE ok;\nThisFailsForSure now;'
    const { status, body } = await anna.call('POST', '/api/v1/apps/validatescript', { script })
    expect([status, body.Warnings]).toEqual([200, []])
    expect(body.Errors).toMatchObject([{ Line: 1, Info: 'ThisFailsForSure now', Msg: expect.any(String) }])
    const large = await anna.call('POST', '/api/v1/apps/validatescript', { script: 'x'.repeat(1001) })
    expect(codeOf(large)).toEqual([413, 'HTTP-413'])
  })
})

describe('reload logs', () => {
  it('lists the ten newest ended reloads, and serves the text of each', async () => {
    const id = await makeApp(anna)
    const logs = `/api/v1/apps/${id}/reloads/logs`
    const ended: string[] = []
    for (let i = 0; i < 11; i++) {
      const reload = (await anna.call('POST', '/api/v1/reloads', { appId: id })).body
      const claimed = await claimNext(parts())
      await api.store.saveScriptLog(claimed.reload.id, 1, {
        text: `2026-11-02T04:06:00.000Z 0001 TRACE ${i}\r\n`,
        statements: [{ type: 'load', line: 1, table: 'T', rows: i, fields: 2, durationMs: 3 }],
      })
      api.advance(1000)
      await endAttempt(parts(), claimed, { kind: 'canceled' })
      ended.unshift(reload.id)
    }
    const running = (await anna.call('POST', '/api/v1/reloads', { appId: id })).body
    const { body } = await anna.call('GET', logs)
    expect(body.data.map((row: { reloadId: string }) => row.reloadId)).toEqual(ended.slice(0, 10))
    expect(body.data[0].links.log).toBe(`${HOST_URL}${logs}/${ended[0]}`)
    const text = await anna.call('GET', `${logs}/${ended[10]}`)
    expect(text.headers['content-type']).toBe('text/plain; charset=UTF-8')
    expect(text.text).toBe('2026-11-02T04:06:00.000Z 0001 TRACE 0\r\n')
    expect(codeOf(await anna.call('GET', `${logs}/${running.id}`))).toEqual([404, 'HTTP-404'])
    await anna.call('POST', `/api/v1/reloads/${running.id}/actions/cancel`)
    const never = await anna.call('GET', `${logs}/${running.id}`)
    expect([never.status, never.body.errors[0].detail]).toEqual([
      404,
      expect.stringContaining('no script log'),
    ])
    const other = await makeApp(anna)
    expect((await anna.call('GET', `/api/v1/apps/${other}/reloads/logs/${ended[0]}`)).status).toBe(404)
    const metadata = `/api/v1/apps/${id}/reloads/metadata/`
    expect((await anna.call('GET', metadata)).body.data).toHaveLength(12)
    expect((await anna.call('GET', `${metadata}?limit=2`)).body.data).toHaveLength(2)
    expect((await anna.call('GET', metadata + ended[0])).body.data[0].statements).toEqual([
      { type: 'load', tableName: 'T', nbrOfRows: 10, nbrOfFields: 2, duration: 3, line: 1 },
    ])
    expect((await anna.call('GET', metadata + ended[0])).body.data).toMatchObject([
      { reloadId: ended[0], success: false, isPartialReload: false },
    ])
  })
})

describe('items', () => {
  const items = async (person: Person, query = '') =>
    (await person.call('GET', `/api/v1/items?${query}`)).body.data.map((row: { name: string }) => row.name)

  it('lists apps with the outcome of the last reload', async () => {
    const id = await makeApp(anna, { name: 'Sales' })
    const [before] = (await anna.call('GET', '/api/v1/items?resourceType=app')).body.data
    expect(before).toMatchObject({ resourceId: id, name: 'Sales', ownerId: anna.user.id })
    expect(before.id).toMatch(/^[0-9a-f]{24}$/)
    expect(before).not.toHaveProperty('resourceReloadStatus')
    await anna.call('POST', '/api/v1/reloads', { appId: id })
    await succeedNext(parts())
    const [after] = (await anna.call('GET', '/api/v1/items?resourceType=app')).body.data
    expect(after.id).toBe(before.id)
    expect(after.resourceReloadStatus).toBe('succeeded')
    const [log] = (await anna.call('GET', `/api/v1/apps/${id}/reloads/metadata/`)).body.data
    expect(after.resourceReloadEndTime).toBe(log.endTime)
    expect((await anna.call('GET', `/api/v1/items/${after.id}`)).body).toEqual(after)
    expect((await anna.call('GET', `/api/v1/items/${id}`)).status).toBe(404)
  })

  it('shows each caller its own, and all to a tenant admin', async () => {
    const bert = await acme.person('bert')
    await makeApp(anna, { name: 'anna' })
    await makeApp(bert, { name: 'bert' })
    const spaceId = await makeSpace(anna, 'shared', [[bert, 'consumer']])
    await makeApp(anna, { name: 'both', spaceId })
    expect(await items(bert, 'sort=name')).toEqual(['bert', 'both'])
    expect(await items(anna, 'sort=-name')).toEqual(['both', 'anna'])
    expect(await items(acme.admin, 'sort=name')).toEqual(['anna', 'bert', 'both'])
    expect(await items(anna, 'spaceId=personal')).toEqual(['anna'])
    expect(await items(anna, `spaceId=${spaceId}`)).toEqual(['both'])
    expect(await items(anna, 'spaceType=shared')).toEqual(['both'])
    expect(await items(anna, 'name=ANNA')).toEqual(['anna'])
    expect(await items(anna, 'query=ot')).toEqual(['both'])
    expect(await items(anna, 'resourceType=dataset')).toEqual([])
    expect(await items(anna, 'resourceType=app[data-preparation,]&sort=name')).toEqual(['anna', 'both'])
    expect(await items(bert, `ownerId=${anna.user.id}`)).toEqual(['both'])
    expect(await items(bert, `notOwnerId=${anna.user.id}`)).toEqual(['bert'])
  })

  it('pages with limit=1', async () => {
    for (const name of ['a', 'b', 'c']) await makeApp(anna, { name })
    const seen: string[] = []
    let page = (await anna.call('GET', '/api/v1/items?limit=1&sort=name')).body
    for (; ; page = (await anna.call('GET', page.links.next.href)).body) {
      seen.push(page.data[0].name)
      if (page.links.next === undefined) break
    }
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('has no collections, and leaves out actions when asked', async () => {
    await makeApp(anna, { name: 'a' })
    const get = async (query: string) => (await anna.call('GET', `/api/v1/items?${query}`)).body.data
    expect(await get('collectionId=x')).toEqual([])
    expect((await get(''))[0].actions).toContain('reload')
    expect((await get('noActions=true'))[0].actions).toBeUndefined()
    expect((await get('noActions=false'))[0].actions).toContain('reload')
  })

  it.each([
    ['createdByUserId=x', 'createdByUserId'],
    ['notCreatedByUserId=x', 'notCreatedByUserId'],
    ['resourceId=x', 'resourceId'],
    ['resourceType=app[a]&resourceSubType=b', 'resourceSubType'],
    [`resourceIds=${'x,'.repeat(100)}x`, 'resourceIds'],
    ['sort=color', 'sort'],
    ['next=x', 'next'],
  ])('refuses %s', async (query, parameter) => {
    const answer = await anna.call('GET', `/api/v1/items?${query}`)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { parameter }])
  })
})

describe('audits', () => {
  /** Without those of what people did. */
  const FINISHED = '/api/v1/audits?eventType=com.qlik.v1.reload.finished'

  async function finished(person: Person) {
    const id = await makeApp(person)
    const reload = (await person.call('POST', '/api/v1/reloads', { appId: id })).body
    api.advance(1000)
    await person.call('POST', `/api/v1/reloads/${reload.id}/actions/cancel`)
    return (await api.store.eventsOf(reload.id))[0]!
  }

  it('shows the stored event with equal data', async () => {
    const event = await finished(anna)
    const { body } = await anna.call('GET', FINISHED)
    expect(body.data).toHaveLength(1)
    expect(body.data[0]).toMatchObject({
      eventId: event.id,
      eventType: 'com.qlik.v1.reload.finished',
      eventTime: event.body.time,
      source: 'com.qlik/reloads',
      contentType: 'application/json',
      userId: anna.user.id,
      tenantId: acme.tenant.id,
      extensions: { ownerId: anna.user.id, topLevelResourceId: event.topLevelResourceId },
    })
    expect(body.data[0].data).toEqual(event.body.data)
    expect((await anna.call('GET', `/api/v1/audits/${body.data[0].id}`)).body).toEqual(body.data[0])
  })

  it('shows others their own and a tenant admin all, and pages both ways', async () => {
    const bert = await acme.person('bert')
    const events = [await finished(anna), await finished(bert), await finished(anna)]
    const seen: string[] = []
    let page = (await acme.admin.call('GET', `${FINISHED}&limit=1`)).body
    for (; ; page = (await acme.admin.call('GET', page.links.next.href)).body) {
      seen.push(page.data[0].id)
      if (page.links.next === undefined) break
    }
    expect(seen).toEqual(events.map(({ id }) => id).reverse())
    const back = (await acme.admin.call('GET', page.links.prev.href)).body
    expect(back.data[0].id).toBe(events[1]!.id)
    expect(back.links).toMatchObject({ prev: {}, next: {} })
    const first = (await acme.admin.call('GET', back.links.prev.href)).body
    expect(first.data[0].id).toBe(events[2]!.id)
    expect(first.links).not.toHaveProperty('prev')
    expect((await bert.call('GET', FINISHED)).body.data).toHaveLength(1)
    expect((await bert.call('GET', `/api/v1/audits/${events[0]!.id}`)).status).toBe(404)
    const oldest = (await acme.admin.call('GET', `${FINISHED}&sort=%2BeventTime&limit=2`)).body
    expect(oldest.data.map((row: { id: string }) => row.id)).toEqual([events[0]!.id, events[1]!.id])
    const rest = (await acme.admin.call('GET', oldest.links.next.href)).body
    expect(rest.data.map((row: { id: string }) => row.id)).toEqual([events[2]!.id])
  })

  it('sorts by type and by source, each by time within, and pages both ways', async () => {
    for (const _ of [1, 2]) {
      const id = await makeApp(anna)
      await anna.call('POST', '/api/v1/reloads', { appId: id })
      api.advance(1000)
      await succeedNext(parts())
    }
    type Row = Readonly<Record<string, string>>
    const all: Row[] = (await anna.call('GET', '/api/v1/audits?sort=%2BeventTime&limit=100')).body.data
    expect(new Set(all.map(({ source }) => source)).size).toBe(3)
    for (const [sort, field] of [
      ['eventType', 'eventType'],
      ['-eventType', 'eventType'],
      ['source', 'source'],
      ['-source', 'source'],
    ] as const) {
      const ascending = all.toSorted((left, right) =>
        left[field]! < right[field]! ? -1 : Number(left[field] !== right[field]),
      )
      const expected = (sort === field ? ascending : ascending.toReversed()).map(({ id }) => id)
      const seen: string[] = []
      const back: string[] = []
      let page = (await anna.call('GET', `/api/v1/audits?limit=1&sort=${sort}`)).body
      for (; ; page = (await anna.call('GET', page.links.next.href)).body) {
        seen.push(page.data[0].id)
        if (page.links.next === undefined) break
      }
      for (; ; page = (await anna.call('GET', page.links.prev.href)).body) {
        back.unshift(page.data[0].id)
        if (page.links.prev === undefined) break
      }
      expect(seen, sort).toEqual(expected)
      expect(back, sort).toEqual(expected)
    }
  })

  it('selects by time, type, source, user and ids', async () => {
    const [one, two] = [await finished(anna), await finished(anna)]
    const ids = async (query: string) =>
      (await anna.call('GET', `/api/v1/audits?${query}`)).body.data.map((row: { id: string }) => row.id)
    const reloads = 'source=com.qlik/reloads'
    expect(await ids(`eventTime=${one.body.time}/${two.body.time}&${reloads}`)).toEqual([one.id])
    expect(await ids('eventType=com.qlik.v1.reload.finished')).toEqual([two.id, one.id])
    expect(await ids('eventType=x')).toEqual([])
    expect(await ids('source=x')).toEqual([])
    expect(await ids(reloads)).toEqual([two.id, one.id])
    expect(await ids(`userId=${anna.user.id}&${reloads}`)).toHaveLength(2)
    expect(await ids(`userId=${acme.admin.user.id}&${reloads}`)).toEqual([])
    expect(await ids(`id=${one.id},x`)).toEqual([one.id])
    for (const wrong of ['yesterday', '2026-01-01/2026-01-02', `${two.body.time}/${one.body.time}`]) {
      const answer = await anna.call('GET', `/api/v1/audits?eventTime=${wrong}`)
      expect([answer.status, answer.body.errors[0].source]).toEqual([400, { parameter: 'eventTime' }])
    }
  })
})
