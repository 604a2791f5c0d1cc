/** Data files into other spaces, to other owners, several at once, and under the newer path. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { upload } from '../support/multipart.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person
let bert: Person

beforeAll(async () => {
  api = await apiUnderTest()
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
  bert = await acme.person('bert')
})

afterAll(() => api.close())

const V1 = '/api/v1/data-files'
const CORE = '/api/core/data-files'

async function make(person: Person, name: string, content = 'a', more: object = {}): Promise<string> {
  const { payload, headers } = upload({ name, ...more }, content)
  return (await person.call('POST', V1, payload, { headers })).body.id
}
async function makeSpace(owner: Person, type = 'shared') {
  const { id } = (await owner.call('POST', '/api/v1/spaces', { name: `${type} ${Math.random()}`, type })).body
  const { body } = await owner.call('GET', `${V1}/connections?spaceId=${id}`)
  return { id: id as string, connectionId: body.data[0].id as string }
}
const assign = (spaceId: string, person: Person, role: string) =>
  anna.call('POST', `/api/v1/spaces/${spaceId}/assignments`, {
    type: 'user',
    assigneeId: person.user.id,
    roles: [role],
  })
const names = async (person: Person, query: string) =>
  (await person.call('GET', `${V1}?${query}`)).body.data.map((row: { name: string }) => row.name)
const codeOf = (answer: { status: number; body: { errors: { code: string }[] } }) => [
  answer.status,
  answer.body.errors[0]!.code,
]

describe.each([V1, CORE])('a data file at %s', (path) => {
  it('moves into a space and back, with its folders and its content', async () => {
    const space = await makeSpace(anna)
    const id = await make(anna, 'in/a.csv', 'one')
    const move = (spaceId: unknown) => anna.call('POST', `${path}/${id}/actions/change-space`, { spaceId })
    expect((await move(space.id)).status).toBe(204)
    const at = join(api.filesRoot, acme.tenant.id, 'spaces', space.id, 'in/a.csv')
    expect(await readFile(at, 'utf8')).toBe('one')
    expect(await names(anna, `spaceId=${space.id}`)).toEqual(['in/a.csv'])
    expect((await move(space.id)).status).toBe(204)
    expect((await move(null)).status).toBe(204)
    expect(await names(anna, '')).toEqual(['in/a.csv'])
    expect(await names(anna, `spaceId=${space.id}`)).toEqual([])
  })

  it('stays where it is when the caller may not write there, or the name is taken', async () => {
    const id = await make(anna, 'a.csv')
    const theirs = await makeSpace(bert)
    const move = (spaceId: string) => anna.call('POST', `${path}/${id}/actions/change-space`, { spaceId })
    expect(codeOf(await move(theirs.id))).toEqual([404, 'DF-009'])
    expect((await move(theirs.id)).body.errors[0].source).toEqual({ pointer: '/spaceId' })
    const own = await makeSpace(anna)
    await make(anna, 'a.csv', 'b', { connectionId: own.connectionId })
    expect(codeOf(await move(own.id))).toEqual([409, 'HTTP-409'])
    await assign(own.id, bert, 'dataconsumer')
    const his = await make(bert, 'b.csv')
    const refused = await bert.call('POST', `${path}/${his}/actions/change-space`, { spaceId: own.id })
    expect(codeOf(refused)).toEqual([403, 'DF-013'])
    expect((await bert.call('POST', `${path}/${id}/actions/change-space`, {})).status).toBe(404)
    expect(await names(anna, '')).toEqual(['a.csv'])
  })

  it('gets another owner in its space, with what a folder holds', async () => {
    const space = await makeSpace(anna)
    await make(anna, 'in/a.csv', 'a', { connectionId: space.connectionId })
    const query = `spaceId=${space.id}&includeFolders=true`
    const [folder] = (await anna.call('GET', `${V1}?${query}`)).body.data
    const hand = (ownerId: string) =>
      anna.call('POST', `${path}/${folder.id}/actions/change-owner`, { ownerId })
    expect((await hand(bert.user.id)).status).toBe(204)
    const rows = (await anna.call('GET', `${V1}?${query}`)).body.data
    expect(rows.map(({ ownerId }: { ownerId: string }) => ownerId)).toEqual([bert.user.id, bert.user.id])
    const globex = await api.tenant('globex')
    expect(codeOf(await hand(globex.admin.user.id))).toEqual([404, 'DF-006'])
  })

  it('of one’s own is handed over by tenant admins only: apps of the new owner read it', async () => {
    const id = await make(anna, 'a.csv')
    const hand = (person: Person, file: string) =>
      person.call('POST', `${path}/${file}/actions/change-owner`, { ownerId: bert.user.id })
    expect((await hand(anna, id)).status).toBe(403)
    const theirs = await make(acme.admin, 'b.csv', 'content')
    expect((await hand(acme.admin, theirs)).status).toBe(204)
    expect(await names(bert, '')).toEqual(['b.csv'])
    const at = join(api.filesRoot, acme.tenant.id, 'personal', bert.user.id, 'b.csv')
    expect(await readFile(at, 'utf8')).toBe('content')
    expect((await acme.admin.call('GET', `${V1}/${theirs}`)).status).toBe(404)
  })
})

describe('several data files at once', () => {
  it.each([
    [V1, 'change-space'],
    [CORE, 'changeSpace'],
  ])('at %s each move by itself', async (path, member) => {
    const space = await makeSpace(anna)
    const [a, b] = [await make(anna, 'a.csv'), await make(anna, 'b.csv')]
    const foreign = await make(bert, 'c.csv')
    const moves = [
      { id: a, spaceId: space.id },
      { id: b, spaceId: 'x' },
      { id: foreign, spaceId: space.id },
    ]
    const answer = await anna.call('POST', `${path}/actions/change-space`, { [member]: moves })
    expect(answer.status).toBe(207)
    expect(answer.body.data).toEqual([
      { id: a, status: 204, code: 'HTTP-204' },
      expect.objectContaining({ id: b, status: 404, code: 'DF-009', detail: expect.any(String) }),
      expect.objectContaining({ id: foreign, status: 404, code: 'HTTP-404' }),
    ])
    expect(await names(anna, `spaceId=${space.id}`)).toEqual(['a.csv'])
  })

  it('are deleted by id, by space, and of the caller', async () => {
    const [one, other] = [await makeSpace(anna), await makeSpace(bert)]
    const a = await make(anna, 'a.csv')
    await make(anna, 'in/b.csv')
    await make(anna, 'in/c.csv', 'a', { connectionId: one.connectionId })
    await make(bert, 'd.csv', 'a', { connectionId: other.connectionId })
    const remove = (body: object) => anna.call('POST', `${V1}/actions/delete`, body)
    const answer = await remove({
      delete: [{ id: a }, { id: a }],
      deleteAllBySpace: [{ id: one.id }, { id: other.id }],
    })
    expect([answer.status, answer.body.data.map((row: { status: number }) => row.status)]).toEqual([
      207,
      [204, 404, 204, 404],
    ])
    expect(await names(anna, '')).toEqual(['in/b.csv'])
    expect(await names(anna, `spaceId=${one.id}&includeFolders=true`)).toEqual([])
    expect(await names(bert, `spaceId=${other.id}`)).toEqual(['d.csv'])
    await remove({ delete: [], deleteAllFromPersonalSpace: true })
    expect(await names(anna, 'includeFolders=true')).toEqual([])
    const many = await remove({ delete: Array.from({ length: 101 }, () => ({ id: a })) })
    expect([many.status, many.body.errors[0].source]).toEqual([400, { pointer: '/delete' }])
  })

  it('are made of others, each by itself', async () => {
    const id = await make(anna, 'a.csv', 'one')
    const post = [
      { request: { name: 'copy.csv', sourceId: id } },
      { request: { name: 'folder', folder: true } },
      { request: { name: 'x.csv', sourceId: 'unknown' } },
    ]
    const answer = await anna.call('POST', `${CORE}/actions/post`, { post })
    expect([answer.status, answer.body.data.map((row: { status: number }) => row.status)]).toEqual([
      207,
      [201, 201, 404],
    ])
    expect(await names(anna, 'includeFolders=true')).toEqual(['a.csv', 'copy.csv', 'folder'])
  })
})

describe('the newer path', () => {
  it('tells times by other names, counts folders, and deletes', async () => {
    const id = await make(anna, 'in/a.csv', 'abc')
    const { body: old } = await anna.call('GET', `${V1}/${id}`)
    const { createdDate: createdAt, modifiedDate: updatedAt, ...same } = old
    expect((await anna.call('GET', `${CORE}/${id}`)).body).toEqual({ ...same, createdAt, updatedAt })
    const stats = await anna.call('GET', `${CORE}/${old.folderId}/folder-stats`)
    expect(stats.body).toMatchObject({ aggregateFileSize: 3, directFileCount: 1, totalFolderCount: 0 })
    expect(codeOf(await anna.call('GET', `${CORE}/${id}/folder-stats`))).toEqual([400, 'DF-008'])
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/folder-stats'],
    ] as const) {
      expect((await bert.call(method, `${CORE}/${id}${path}`)).status).toBe(404)
    }
    expect((await anna.call('DELETE', `${CORE}/${id}`)).status).toBe(204)
    expect((await anna.call('GET', `${V1}/${id}`)).status).toBe(404)
  })

  it('lists connections by their spaces, and what they hold', async () => {
    const [one, other] = [await makeSpace(anna), await makeSpace(anna)]
    await make(anna, 'in/a.csv', 'abc', { connectionId: one.connectionId })
    const filter = { spaceIds: [one.id], includeSpaceStats: true }
    const { data } = (await anna.call('POST', `${CORE}/connections/actions/filter`, filter)).body
    expect(data).toMatchObject([
      { id: one.connectionId, spaceStats: { aggregateFileSize: 3, totalFileCount: 1, totalFolderCount: 1 } },
    ])
    const all = (await anna.call('GET', `${CORE}/connections`)).body.data
    expect(all.map(({ id }: { id: string }) => id)).toContain(other.connectionId)
    const theirs = (await bert.call('POST', `${CORE}/connections/actions/filter`, filter)).body
    expect(theirs.data).toEqual([])
  })
})

describe('the list of data files', () => {
  it('takes the id of a space, and lists nothing of apps', async () => {
    const space = await makeSpace(anna)
    await make(anna, 'a.csv')
    expect(await names(anna, `connectionId=${space.connectionId}&spaceId=${space.id}`)).toEqual([])
    const both = await anna.call('GET', `${V1}?connectionId=${space.connectionId}&spaceId=x`)
    expect(both.body.errors[0].source).toEqual({ parameter: 'spaceId' })
    expect(codeOf(await bert.call('GET', `${V1}?spaceId=${space.id}`))).toEqual([404, 'DF-009'])
    expect(await names(anna, 'appId=x')).toEqual([])
    expect(await names(anna, 'allowInternalFiles=true&baseNameWildcard=A.*')).toEqual(['a.csv'])
  })
})
