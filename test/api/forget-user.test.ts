/** A person is forgotten on request: in its record, its events and its reloads; also after a kill. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resumeForgetting } from '../../src/catalog/forget-user.ts'
import { is } from '../../src/store/port/condition.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

const PERSONAL = /anna|127\.0\.0\.1|authClaims|authclaims|"originip"/
let api: ApiUnderTest
let acme: Members
let anna: Person

beforeEach(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
  const { id: appId } = await addApp(api, anna.user)
  for (let n = 0; n < 3; n++) {
    const { id } = (await anna.call('POST', '/api/v1/reloads', { appId })).body
    await anna.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
  }
})
afterEach(() => api.close())

/** All that is stored of the tenant and names the user. */
async function told(): Promise<string> {
  const tenantId = acme.tenant.id
  const events = await api.store.eventsAfter(tenantId, 0, 1000)
  const sort = { field: 'creationTime', descending: false } as const
  const { rows } = await api.store.reloads({ tenantId, sort, page: { limit: 100 } })
  const user = await api.store.user(tenantId, anna.user.id)
  const own = [...events, ...rows].filter(({ userId }) => userId === anna.user.id)
  return JSON.stringify([user, own])
}
const path = () => `/api/v1/users/${anna.user.id}/actions/forget`

it('leaves ids and takes out what tells the person, once', async () => {
  expect(await told()).toMatch(PERSONAL)
  const answer = await acme.admin.call('POST', path())
  expect([answer.status, answer.body.id, answer.body.reloads]).toEqual([200, anna.user.id, 3])
  expect(answer.body.events).toBeGreaterThan(3)
  expect(await told()).not.toMatch(PERSONAL)
  expect(await told()).toContain(anna.user.id)
  expect((await acme.admin.call('POST', path())).body).toMatchObject({ events: 0, reloads: 0 })
  expect((await anna.call('GET', '/api/v1/users/me')).status).toBe(401)
})

it('needs an administrator of the tenant', async () => {
  const bob = await acme.person('bob')
  expect((await bob.call('POST', path())).status).toBe(403)
  const other = await api.tenant('other')
  expect((await other.admin.call('POST', path())).status).toBe(404)
  expect(await told()).toMatch(PERSONAL)
})

it('goes on at the next start where it was killed', async () => {
  const erase = api.store.erase.bind(api.store)
  const log = api.world.log.error
  Object.assign(api.world.log, { error: () => undefined })
  Object.assign(api.store, { erase: () => Promise.reject(new Error('killed')) })
  expect((await acme.admin.call('POST', path())).status).toBe(500)
  Object.assign(api.store, { erase })
  Object.assign(api.world.log, { error: log })
  expect(await told()).toMatch(PERSONAL)
  const where = is<'erasing'>('erasing', 1)
  const pending = () => everyRow(api.store, 'users', { tenantId: acme.tenant.id, where })
  expect(await pending()).toHaveLength(1)
  expect(await resumeForgetting(api.store)).toBe(1)
  expect(await told()).not.toMatch(PERSONAL)
  expect(await pending()).toEqual([])
  expect(await resumeForgetting(api.store)).toBe(0)
})
