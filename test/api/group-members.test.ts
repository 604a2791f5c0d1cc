/**
 * Who is a member of a space by a group sees in every list what a member by itself sees, and nothing any more
 * once it has left the group: on the durable store, which counts memberships in its own way.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { upload } from '../support/multipart.ts'
import { appInSharedSpace, madeTask } from '../support/task-api.ts'
import { scheduledTask } from '../support/task-documents.ts'

let api: ApiUnderTest
let acme: Members
let owner: Person
let direct: Person
let member: Person
let group: string
let appId: string

beforeAll(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
  owner = await acme.person('owner')
  direct = await acme.person('direct', [])
  member = await acme.person('member', [])
  group = (await acme.admin.call('POST', '/api/v1/groups', { name: 'Crew' })).body.id
  const { app, space } = await appInSharedSpace(api, owner, [[direct, 'producer']])
  appId = app.id
  const assigned = { type: 'group', assigneeId: group, roles: ['producer'] }
  await owner.call('POST', `/api/v1/spaces/${space.id}/assignments`, assigned)
  await madeTask(owner, scheduledTask(app.id))
  const connections = `/api/v1/data-files/connections?spaceId=${space.id}`
  const connectionId = (await owner.call('GET', connections)).body.data[0].id
  const { payload, headers } = upload({ name: 'a.csv', connectionId }, 'a')
  await owner.call('POST', '/api/v1/data-files', payload, { headers })
})

afterAll(() => api?.close())

const LISTS = [
  '/api/v1/spaces',
  '/api/v1/spaces?roles=producer',
  '/api/v1/items?resourceType=app',
  '/api/scheduling/tasks',
  '/api/v1/tasks',
  '/api/v1/data-files?includeAllSpaces=true',
  '/api/v1/data-files/connections',
]

const idsIn = async (person: Person, list: string) => {
  const { status, body } = await person.call('GET', list)
  expect([list, status]).toEqual([list, 200])
  return body.data.map(({ id, spaceId }: { id: string; spaceId?: string }) => spaceId ?? id).sort()
}
const membership = (op: 'add' | 'remove') =>
  acme.admin.call('PATCH', `/api/v1/users/${member.user.id}`, [
    { op, path: '/assignedGroups', value: [{ id: group }] },
  ])
/** Of personal things each has its own. */
const shared = (list: string, ids: readonly string[], mine: readonly string[]) =>
  list.endsWith('connections') ? ids.filter((id) => mine.includes(id)) : ids

it('a member by a group sees what a member by itself sees, in every list', async () => {
  await membership('add')
  for (const list of LISTS) {
    const theirs = await idsIn(direct, list)
    const seen = await idsIn(member, list)
    expect([list, shared(list, seen, theirs)]).toEqual([list, shared(list, theirs, seen)])
    expect(shared(list, seen, theirs).length, list).toBeGreaterThan(0)
  }
})

it('user-level webhooks of a member by a group hear of the app', async () => {
  const hook = { name: 'w', url: 'https://example.com/', enabled: true, level: 'user' }
  const { id } = (
    await member.call('POST', '/api/v1/webhooks', { ...hook, eventTypes: [FINISHED_EVENT_TYPE] })
  ).body
  const heard = async () => {
    const { body } = await owner.call('POST', '/api/v1/reloads', { appId })
    await owner.call('POST', `/api/v1/reloads/${body.id}/actions/cancel`)
    const events = await api.store.eventsAfter(acme.tenant.id, 0, 1000)
    const event = events.findLast(
      ({ type, resourceId }) => type === FINISHED_EVENT_TYPE && resourceId === body.id,
    )
    return (await api.store.deliveriesOf(event!.id)).some(({ subscriptionId }) => subscriptionId === id)
  }
  expect(await heard()).toBe(true)
  await membership('remove')
  expect(await heard()).toBe(false)
})

it('who left the group sees nothing of the space any more', async () => {
  for (const list of LISTS) {
    const theirs = await idsIn(direct, list)
    expect([list, shared(list, await idsIn(member, list), theirs)]).toEqual([list, []])
  }
  expect((await member.call('GET', `/api/v1/apps/${appId}`)).status).toBe(404)
})
