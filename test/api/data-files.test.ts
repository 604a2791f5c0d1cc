import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { multipartBody, upload } from '../support/multipart.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person

beforeAll(async () => {
  api = await apiUnderTest({ limits: { dataFileBytes: 1000 } })
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
})

afterEach(async () => {
  expect(await readdir(join(api.filesRoot, '.spool'))).toEqual([])
})

afterAll(() => api.close())

const post = (person: Person, json: unknown, content?: string | Buffer) => {
  const { payload, headers } = upload(json, content)
  return person.call('POST', '/api/v1/data-files', payload, { headers })
}
const put = (person: Person, id: string, json: unknown, content?: string | Buffer) => {
  const { payload, headers } = upload(json, content)
  return person.call('PUT', `/api/v1/data-files/${id}`, payload, { headers })
}
const personal = (person: Person) => join(api.filesRoot, acme.tenant.id, 'personal', person.user.id)
const names = async (person: Person, query = '') =>
  (await person.call('GET', `/api/v1/data-files?${query}`)).body.data.map((row: { name: string }) => row.name)

async function makeSpace(owner: Person, type = 'shared', name = 'Sales') {
  const space = (await owner.call('POST', '/api/v1/spaces', { name, type })).body
  const { body } = await owner.call('GET', `/api/v1/data-files/connections?spaceId=${space.id}`)
  return { id: space.id as string, connectionId: body.data[0].id as string }
}
const assign = (owner: Person, spaceId: string, member: Person, roles: string[]) =>
  owner.call('POST', `/api/v1/spaces/${spaceId}/assignments`, {
    type: 'user',
    assigneeId: member.user.id,
    roles,
  })
const codeOf = (answer: { status: number; body: { errors: { code: string }[] } }) => [
  answer.status,
  answer.body.errors[0]!.code,
]

describe('uploading', () => {
  it('stores a personal file whose part File comes before Json', async () => {
    const answer = await post(anna, { name: 'sales.csv' }, 'a,b\n1,2\n')
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      name: 'sales.csv',
      baseName: 'sales.csv',
      folder: false,
      folderPath: '',
      size: 8,
      ownerId: anna.user.id,
      actions: ['read', 'list', 'update', 'delete', 'change_space', 'change_owner'],
    })
    expect(answer.body).not.toHaveProperty('spaceId')
    expect(await readFile(join(personal(anna), 'sales.csv'), 'utf8')).toBe('a,b\n1,2\n')
    const read = await anna.call('GET', `/api/v1/data-files/${answer.body.id}`)
    expect([read.status, read.body]).toEqual([200, answer.body])
  })

  it('takes Json first, with a file name, or as plain text', async () => {
    const json = (name: string) => JSON.stringify({ name })
    const bodies = [
      multipartBody([
        { name: 'Json', content: json('a.csv'), type: 'application/json' },
        { name: 'File', content: 'x', filename: 'x' },
      ]),
      multipartBody([
        { name: 'Json', content: json('b.csv'), filename: 'blob', type: 'application/json' },
        { name: 'File', content: 'x', filename: 'x' },
      ]),
      multipartBody([
        { name: 'File', content: 'x' },
        { name: 'Json', content: json('c.csv') },
      ]),
    ]
    for (const { payload, headers } of bodies) {
      const answer = await anna.call('POST', '/api/v1/data-files', payload, { headers })
      expect([answer.status, answer.body.size]).toEqual([201, 1])
    }
    expect(await names(anna)).toEqual(['a.csv', 'b.csv', 'c.csv'])
  })

  it('makes the folders of a name, and lists them when asked', async () => {
    const file = (await post(anna, { name: 'in/2026/sales.csv' }, 'x')).body
    expect(file.folderPath).toBe('in/2026')
    expect(await names(anna)).toEqual(['in/2026/sales.csv'])
    const { body } = await anna.call('GET', '/api/v1/data-files?includeFolders=true&includeFolderStats=true')
    expect(body.data.map((row: { name: string; folder: boolean }) => [row.name, row.folder])).toEqual([
      ['in', true],
      ['in/2026', true],
      ['in/2026/sales.csv', false],
    ])
    expect(body.data[0].folderStats).toMatchObject({
      aggregateFileSize: 1,
      directFileCount: 0,
      directFolderCount: 1,
      totalFileCount: 1,
      totalFolderCount: 1,
    })
    expect(file.folderId).toBe(body.data[1].id)
    const inFolder = (await post(anna, { name: 'more.csv', folderId: body.data[1].id }, 'y')).body
    expect(inFolder.name).toBe('in/2026/more.csv')
  })

  it('makes a folder without content', async () => {
    const answer = await post(anna, { name: 'in', folder: true })
    expect([answer.status, answer.body.folder, answer.body.name]).toEqual([201, true, 'in'])
    expect(await readdir(personal(anna))).toEqual(['in'])
  })

  it('stores into a space through its connection', async () => {
    const space = await makeSpace(anna)
    const answer = await post(anna, { name: 'sales.csv', connectionId: space.connectionId }, 'x')
    expect([answer.status, answer.body.spaceId]).toEqual([201, space.id])
    const at = join(api.filesRoot, acme.tenant.id, 'spaces', space.id, 'sales.csv')
    expect(await readFile(at, 'utf8')).toBe('x')
    expect(await names(anna)).toEqual([])
    expect(await names(anna, `connectionId=${space.connectionId}`)).toEqual(['sales.csv'])
    expect(await names(anna, 'includeAllSpaces=true')).toEqual(['sales.csv'])
  })

  it('copies a file by sourceId', async () => {
    const source = (await post(anna, { name: 'a.csv' }, 'content')).body
    const copy = await post(anna, { name: 'b.csv', sourceId: source.id })
    expect([copy.status, copy.body.size]).toEqual([201, 7])
    expect(await readFile(join(personal(anna), 'b.csv'), 'utf8')).toBe('content')
  })

  it('refuses a file above the limit with 413 and keeps nothing of it', async () => {
    expect((await post(anna, { name: 'a.csv' }, Buffer.alloc(1000))).status).toBe(201)
    expect(codeOf(await post(anna, { name: 'b.csv' }, Buffer.alloc(1001)))).toEqual([413, 'HTTP-413'])
    expect(await names(anna)).toEqual(['a.csv'])
  })

  it('lets one of two uploads of one name win and refuses the other', async () => {
    const answers = await Promise.all([
      post(anna, { name: 'a.csv' }, 'one'),
      post(anna, { name: 'a.csv' }, 'two'),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const winner = answers[0]!.status === 201 ? 'one' : 'two'
    expect(await readFile(join(personal(anna), 'a.csv'), 'utf8')).toBe(winner)
  })

  it.each([
    ['../up.csv', 'DF-015'],
    ['in/../../up.csv', 'DF-015'],
    ['/etc/passwd.csv', 'DF-015'],
    ['a//b.csv', 'DF-015'],
    ['a<b.csv', 'DF-015'],
    ['a:b.csv', 'DF-015'],
    ['a\\b.csv', 'DF-015'],
    ['a\u0000b.csv', 'DF-015'],
    ['', 'DF-015'],
    ['noextension', 'DF-011'],
    ['.csv', 'DF-011'],
    [`${'d/'.repeat(21)}a.csv`, 'DF-026'],
  ])('refuses the name %j with %s', async (name, code) => {
    const answer = await post(anna, { name }, 'x')
    expect(codeOf(answer)).toEqual([400, code])
    expect(answer.body.errors[0].source).toEqual({ pointer: '/name' })
    expect(await names(anna)).toEqual([])
  })

  it('refuses a folder name that is not canonical with DF-004', async () => {
    expect(codeOf(await post(anna, { name: '../x', folder: true }))).toEqual([400, 'DF-004'])
  })

  it.each<[string, unknown, string | undefined, number, string]>([
    ['a name is missing', {}, 'x', 400, 'HTTP-400'],
    ['the name is no text', { name: 7 }, 'x', 400, 'HTTP-400'],
    ['content is missing', { name: 'a.csv' }, undefined, 400, 'HTTP-400'],
    ['a folder comes with content', { name: 'a', folder: true }, 'x', 400, 'DF-018'],
    ['content and sourceId come together', { name: 'a.csv', sourceId: 'x' }, 'x', 400, 'DF-018'],
    ['the source is unknown', { name: 'a.csv', sourceId: 'x' }, undefined, 404, 'DF-017'],
    ['the temporary content is unknown', { name: 'a.csv', tempContentFileId: 'x' }, undefined, 404, 'DF-012'],
    ['the connection is unknown', { name: 'a.csv', connectionId: 'x' }, 'x', 404, 'DF-014'],
    ['the parent folder is unknown', { name: 'a.csv', folderId: 'x' }, 'x', 404, 'DF-005'],
    ['it is bound to an app', { name: 'a.csv', appId: 'x' }, 'x', 400, 'HTTP-400'],
  ])('refuses when %s', async (_case, json, content, status, code) => {
    expect(codeOf(await post(anna, json, content))).toEqual([status, code])
    expect(await names(anna)).toEqual([])
  })

  it('refuses a parent that is a file, a folder elsewhere, and a file where a folder should be', async () => {
    const space = await makeSpace(anna)
    const file = (await post(anna, { name: 'a.csv' }, 'x')).body
    const folder = (await post(anna, { name: 'in', folder: true })).body
    expect(codeOf(await post(anna, { name: 'b.csv', folderId: file.id }, 'x'))).toEqual([400, 'DF-008'])
    const elsewhere = { name: 'b.csv', folderId: folder.id, connectionId: space.connectionId }
    expect(codeOf(await post(anna, elsewhere, 'x'))).toEqual([400, 'DF-020'])
    expect(codeOf(await post(anna, { name: 'a.csv/b.csv' }, 'x'))).toEqual([409, 'DF-022'])
    expect(codeOf(await post(anna, { name: 'a.csv', folder: true }))).toEqual([409, 'HTTP-409'])
    expect(codeOf(await post(anna, { name: 'in', folder: true }))).toEqual([409, 'HTTP-409'])
    const copy = await post(anna, { name: 'c.csv', sourceId: folder.id })
    expect(codeOf(copy)).toEqual([400, 'DF-018'])
  })

  it.each([
    ['a broken body', 'nonsense', 'multipart/form-data; boundary=x', 400],
    ['no boundary', 'nonsense', 'multipart/form-data', 400],
    ['a JSON body', '{"name":"a.csv"}', 'application/json', 415],
    ['another media type', 'x', 'text/plain', 415],
  ])('refuses %s', async (_case, payload, type, status) => {
    const headers = { 'content-type': type }
    const answer = await anna.call('POST', '/api/v1/data-files', payload, { headers })
    expect([answer.status, typeof answer.body.errors[0].detail]).toEqual([status, 'string'])
  })

  it('refuses a Json part that is not JSON, and keeps nothing', async () => {
    for (const type of ['application/json', 'text/plain']) {
      const { payload, headers } = multipartBody([
        { name: 'File', content: 'x', filename: 'blob' },
        { name: 'Json', content: '{"name":', type },
      ])
      const answer = await anna.call('POST', '/api/v1/data-files', payload, { headers })
      expect(codeOf(answer)).toEqual([400, 'HTTP-400'])
    }
  })
})

describe('changing', () => {
  it('replaces the content and keeps the rest', async () => {
    const file = (await post(anna, { name: 'a.csv' }, 'old')).body
    api.advance(5000)
    const { payload, headers } = multipartBody([{ name: 'File', content: 'newer', filename: 'blob' }])
    const answer = await anna.call('PUT', `/api/v1/data-files/${file.id}`, payload, { headers })
    expect(answer.status).toBe(201)
    const now = new Date(Date.parse(file.createdDate) + 5000).toISOString()
    expect(answer.body).toEqual({ ...file, size: 5, modifiedDate: now, contentUpdatedDate: now })
    expect(await readFile(join(personal(anna), 'a.csv'), 'utf8')).toBe('newer')
  })

  it('renames, with and without new content', async () => {
    const file = (await post(anna, { name: 'a.csv' }, 'x')).body
    expect((await put(anna, file.id, { name: 'in/b.csv' })).body.name).toBe('in/b.csv')
    expect((await put(anna, file.id, { name: 'c.csv' }, 'yy')).body).toMatchObject({ name: 'c.csv', size: 2 })
    expect(await names(anna)).toEqual(['c.csv'])
    expect((await readdir(personal(anna))).sort()).toEqual(['c.csv', 'in'])
    expect(await readFile(join(personal(anna), 'c.csv'), 'utf8')).toBe('yy')
  })

  it('moves a file into a space and back', async () => {
    const space = await makeSpace(anna)
    const file = (await post(anna, { name: 'a.csv' }, 'x')).body
    expect((await put(anna, file.id, { connectionId: space.connectionId })).body.spaceId).toBe(space.id)
    expect(await readdir(personal(anna))).toEqual([])
    expect((await put(anna, file.id, { connectionId: null })).body).not.toHaveProperty('spaceId')
    expect(await readFile(join(personal(anna), 'a.csv'), 'utf8')).toBe('x')
  })

  it('moves a folder with all it holds, but not into itself', async () => {
    await post(anna, { name: 'in/deep/a.csv' }, 'x')
    const folder = (await anna.call('GET', '/api/v1/data-files?includeFolders=true&name=in')).body.data[0]
    expect(codeOf(await put(anna, folder.id, { name: 'in/deep/er' }))).toEqual([400, 'DF-019'])
    expect((await put(anna, folder.id, { name: 'out' })).body.name).toBe('out')
    expect(await names(anna, 'includeFolders=true')).toEqual(['out', 'out/deep', 'out/deep/a.csv'])
    expect(await readFile(join(personal(anna), 'out/deep/a.csv'), 'utf8')).toBe('x')
    expect(codeOf(await put(anna, folder.id, {}, 'content'))).toEqual([400, 'DF-018'])
    expect(codeOf(await put(anna, folder.id, { folder: false }))).toEqual([400, 'DF-018'])
  })

  it('refuses a name that is taken and leaves both files', async () => {
    const one = (await post(anna, { name: 'a.csv' }, 'one')).body
    await post(anna, { name: 'b.csv' }, 'two')
    expect(codeOf(await put(anna, one.id, { name: 'b.csv' }))).toEqual([409, 'HTTP-409'])
    expect(codeOf(await put(anna, one.id, { name: 'b.csv' }, 'x'))).toEqual([409, 'HTTP-409'])
    expect(await readFile(join(personal(anna), 'a.csv'), 'utf8')).toBe('one')
    expect(await readFile(join(personal(anna), 'b.csv'), 'utf8')).toBe('two')
  })

  it('deletes a file, and a folder with all it holds', async () => {
    const file = (await post(anna, { name: 'a.csv' }, 'x')).body
    await post(anna, { name: 'in/b.csv' }, 'x')
    const folder = (await anna.call('GET', '/api/v1/data-files?includeFolders=true&name=in')).body.data[0]
    for (const id of [file.id, folder.id]) {
      const answer = await anna.call('DELETE', `/api/v1/data-files/${id}`)
      expect([answer.status, answer.text]).toEqual([204, ''])
    }
    expect(await names(anna, 'includeFolders=true')).toEqual([])
    expect(await readdir(personal(anna))).toEqual([])
    expect((await anna.call('DELETE', `/api/v1/data-files/${file.id}`)).status).toBe(404)
  })
})

describe('listing', () => {
  beforeEach(async () => {
    for (const name of ['b.csv', 'a.csv', 'in/c.csv', 'in/deep/d.qvd']) await post(anna, { name }, name)
  })

  it('pages both ways with limit=1', async () => {
    const seen: string[] = []
    let page = (await anna.call('GET', '/api/v1/data-files?limit=1')).body
    for (;;) {
      seen.push(page.data[0].name)
      if (page.links.next === undefined) break
      page = (await anna.call('GET', page.links.next.href)).body
    }
    expect(seen).toEqual(['a.csv', 'b.csv', 'in/c.csv', 'in/deep/d.qvd'])
    expect(new URL(page.links.prev.href).searchParams.has('page')).toBe(true)
    const before = (await anna.call('GET', page.links.prev.href)).body
    expect(before.data[0].name).toBe('in/c.csv')
  })

  it.each([
    ['sort=-name', ['in/deep/d.qvd', 'in/c.csv', 'b.csv', 'a.csv']],
    ['sort=-size', ['in/deep/d.qvd', 'in/c.csv']],
    ['name=in/c.csv', ['in/c.csv']],
    ['baseNameWildcard=*.QVD', ['in/deep/d.qvd']],
    ['baseNameWildcard=?.csv', ['a.csv', 'b.csv', 'in/c.csv']],
    ['folderPath=in', ['in/c.csv', 'in/deep/d.qvd']],
    ['folderPath=in&excludeSubFolders=true', ['in/c.csv']],
    ['excludeSubFolders=true', ['a.csv', 'b.csv']],
    ['excludeFiles=true&includeFolders=true', ['in', 'in/deep']],
  ])('selects by %s', async (query, expected) => {
    expect((await names(anna, query)).slice(0, expected.length)).toEqual(expected)
    if (!query.startsWith('sort')) expect(await names(anna, query)).toEqual(expected)
  })

  it('selects by the owner and by a folder id', async () => {
    expect(await names(anna, `ownerId=${anna.user.id}`)).toHaveLength(4)
    expect(await names(anna, `notOwnerId=${anna.user.id}`)).toEqual([])
    const folder = (await anna.call('GET', '/api/v1/data-files?includeFolders=true&name=in')).body.data[0]
    expect(await names(anna, `folderId=${folder.id}`)).toEqual(['in/c.csv', 'in/deep/d.qvd'])
  })

  it.each([
    ['page=made-up', 400, 'DF-001', 'page'],
    ['sort=color', 400, 'DF-002', 'sort'],
    ['folderPath=in&folderId=x', 400, 'DF-003', 'folderPath'],
    ['folderPath=../x', 400, 'DF-004', 'folderPath'],
    ['folderId=x', 404, 'DF-005', 'folderId'],
    ['ownerId=x', 404, 'DF-006', 'ownerId'],
    ['connectionId=x', 404, 'DF-014', 'connectionId'],
    ['limit=1001', 400, 'HTTP-400', 'limit'],
  ])('refuses %s', async (query, status, code, parameter) => {
    const answer = await anna.call('GET', `/api/v1/data-files?${query}`)
    expect(codeOf(answer)).toEqual([status, code])
    expect(answer.body.errors[0].source).toEqual({ parameter })
  })

  it('refuses a folder id that names a file with DF-008', async () => {
    const file = (await anna.call('GET', '/api/v1/data-files?name=a.csv')).body.data[0]
    expect(codeOf(await anna.call('GET', `/api/v1/data-files?folderId=${file.id}`))).toEqual([400, 'DF-008'])
  })

  it('tells quotas', async () => {
    const { body } = await anna.call('GET', '/api/v1/data-files/quotas')
    expect(body).toMatchObject({ maxFileSize: 1000, maxSize: -1, size: 5 + 5 + 8 + 13 })
  })
})

describe('connections and rights', () => {
  it('lists personal files and the spaces whose files one may read', async () => {
    const bert = await acme.person('bert')
    const space = await makeSpace(anna)
    const list = async (person: Person, query = '') =>
      (await person.call('GET', `/api/v1/data-files/connections?${query}`)).body.data
    expect(await list(bert)).toHaveLength(1)
    await assign(anna, space.id, bert, ['dataconsumer'])
    const [personalOne, shared] = await list(bert)
    expect(personalOne).toMatchObject({ name: 'DataFiles', connectStatement: 'lib://DataFiles' })
    expect(shared).toMatchObject({
      id: space.connectionId,
      spaceId: space.id,
      connectStatement: 'lib://Sales:DataFiles',
    })
    expect(await list(bert, 'personal=true')).toEqual([personalOne])
    expect((await bert.call('GET', `/api/v1/data-files/connections/${shared.id}`)).body).toEqual(shared)
    expect((await list(anna))[0].id).not.toBe(personalOne.id)
    const app = (await anna.call('POST', '/api/v1/apps', { attributes: { spaceId: space.id } })).body
    expect(await list(anna, `appId=${app.attributes.id}`)).toEqual([shared])
    const unknown = await bert.call('GET', '/api/v1/data-files/connections?spaceId=x')
    expect(codeOf(unknown)).toEqual([404, 'DF-009'])
    expect(codeOf(await bert.call('GET', '/api/v1/data-files/connections/x'))).toEqual([404, 'DF-014'])
  })

  it('lets a reader of a space read and not write', async () => {
    const bert = await acme.person('bert')
    const space = await makeSpace(anna)
    const file = (await post(anna, { name: 'a.csv', connectionId: space.connectionId }, 'x')).body
    expect((await bert.call('GET', `/api/v1/data-files/${file.id}`)).status).toBe(404)
    await assign(anna, space.id, bert, ['dataconsumer'])
    const read = await bert.call('GET', `/api/v1/data-files/${file.id}`)
    expect(read.body.actions).toEqual(['read', 'list'])
    const connectionId = space.connectionId
    expect(codeOf(await post(bert, { name: 'b.csv', connectionId }, 'x'))).toEqual([403, 'DF-013'])
    expect(codeOf(await put(bert, file.id, {}, 'x'))).toEqual([403, 'DF-013'])
    expect(codeOf(await bert.call('DELETE', `/api/v1/data-files/${file.id}`))).toEqual([403, 'DF-013'])
    // Reading is enough to copy the file to a place of one's own.
    expect((await post(bert, { name: 'mine.csv', sourceId: file.id })).status).toBe(201)
  })

  it('hides personal files from everybody else, tenant admins too', async () => {
    const file = (await post(anna, { name: 'a.csv' }, 'x')).body
    expect((await acme.admin.call('GET', `/api/v1/data-files/${file.id}`)).status).toBe(404)
    expect((await put(acme.admin, file.id, {}, 'y')).status).toBe(404)
    expect(codeOf(await post(acme.admin, { name: 'b.csv', sourceId: file.id }))).toEqual([404, 'DF-017'])
  })
})
