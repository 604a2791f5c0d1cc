import { describe, expect, it } from 'vitest'
import type { AppId, DataVersion, KeyId, ScriptVersionId, SpaceId, UserId } from '../../src/core/ids.ts'
import type { DataFile, ScriptVersion, Space, SpaceAssignment, User } from '../../src/core/records.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import type { ReloadView } from '../../src/store/port/reloads.ts'
import { put, putScript, remove } from '../support/catalog.ts'
import { aSubscription, type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'

const user: User = {
  id: 'u-1' as UserId,
  tenantId: TENANT_ID,
  subject: 'idp|ada',
  name: 'Ada',
  roles: ['TenantAdmin'],
  status: 'active',
  createdAt: START_MS,
  updatedAt: START_MS,
}
const key = {
  id: 'k-1' as KeyId,
  tenantId: TENANT_ID,
  userId: user.id,
  description: '',
  tokenHash: 'abc',
  createdAt: START_MS,
  createdBy: user.id,
}
const space: Space = {
  id: 's-1' as SpaceId,
  tenantId: TENANT_ID,
  name: 'Finance',
  description: '',
  type: 'shared',
  ownerId: user.id,
  createdAt: START_MS,
  createdBy: user.id,
  updatedAt: START_MS,
}
const assignment = {
  id: 'a-1',
  tenantId: TENANT_ID,
  spaceId: space.id,
  type: 'user',
  assigneeId: user.id,
  roles: ['producer'],
  createdAt: START_MS,
  createdBy: user.id,
  updatedAt: START_MS,
} as unknown as SpaceAssignment
const file = {
  id: 'f-1',
  tenantId: TENANT_ID,
  ownerId: user.id,
  name: 'in/sales.csv',
  bytes: 7,
  createdAt: START_MS,
  modifiedAt: START_MS,
} as unknown as DataFile

export function exerciseCatalog(given: () => Given): void {
  const store = () => given().store

  describe('tenants, users and keys', () => {
    it('are kept, listed oldest first, and found by id', async () => {
      expect((await store().tenants()).map((row) => row.id)).toEqual([TENANT_ID, OTHER_TENANT])
      await put(store(), {
        users: [user, { ...user, id: 'u-0' as UserId, subject: 'idp|0', createdAt: START_MS - 1 }],
      })
      await put(store(), { users: [{ ...user, name: 'Ada L.' }] })
      expect((await everyRow(store(), 'users', { tenantId: TENANT_ID })).map((row) => row.name)).toEqual([
        'Ada',
        'Ada L.',
      ])
      expect(await store().user(TENANT_ID, user.id)).toEqual({ ...user, name: 'Ada L.' })
      expect(await store().user(OTHER_TENANT, user.id)).toBeUndefined()
    })

    it('a key is found by the hash of its token, with its user as it is now', async () => {
      await put(store(), { users: [user], keys: [key] })
      expect(await store().keyByHash('abc')).toEqual({ key, user })
      await put(store(), { users: [{ ...user, status: 'disabled' }] })
      expect(await store().keyByHash('abc')).toEqual({ key, user: { ...user, status: 'disabled' } })
      expect(await store().keyByHash('ab')).toBeUndefined()
      await put(store(), { keys: [{ ...key, revokedAt: 5 }] })
      expect(await store().keyByHash('abc')).toMatchObject({ key: { revokedAt: 5 } })
      expect(await everyRow(store(), 'keys', { tenantId: TENANT_ID })).toEqual([{ ...key, revokedAt: 5 }])
      await remove(store(), TENANT_ID, { keys: [key.id] })
      expect(await store().keyByHash('abc')).toBeUndefined()
    })
  })

  describe('apps and scripts', () => {
    const script = (app: AppId, number: number, text = 'é'): ScriptVersion => ({
      id: `v-${number}` as ScriptVersion['id'],
      appId: app,
      tenantId: TENANT_ID,
      script: text,
      message: `version ${number}`,
      modifierId: user.id,
      modifiedAt: START_MS,
    })

    it('an app is kept whole, in a space and out of it, with its data and marks', async () => {
      const app = await given().app()
      const data = { version: 'v0' as DataVersion, fileBytes: 1, engineTime: 2, tables: [] }
      const whole = {
        ...app,
        name: 'New',
        spaceId: space.id,
        data,
        crashedOnMaxSize: { full: true, partial: false },
      }
      await put(store(), { apps: [whole] })
      expect(await store().app(TENANT_ID, app.id)).toEqual(whole)
      expect(await store().referencedDataVersions()).toEqual(['v0'])
      await put(store(), { apps: [app] })
      expect(await store().app(TENANT_ID, app.id)).toEqual(app)
      expect(await store().app(OTHER_TENANT, app.id)).toBeUndefined()
      expect(await everyRow(store(), 'apps', { tenantId: TENANT_ID })).toEqual([app])
    })

    it('keeps whether the app fails until a step says otherwise', async () => {
      const { store } = given()
      const first = await given().running()
      const failing = async () => (await store.app(TENANT_ID, first.app.id))?.failing
      expect(await failing()).toBeUndefined()
      const fault = { engineErrorCode: 1, message: 'no', line: 1, statement: 'X' }
      await given().end(first.reload, { kind: 'script-error', fault })
      expect(await failing()).toBe(true)
      await putScript(store, {
        id: 's' as ScriptVersionId,
        appId: first.app.id,
        tenantId: TENANT_ID,
        script: '',
        message: '',
        modifierId: first.app.ownerId,
        modifiedAt: 0,
      })
      expect(await failing()).toBe(true)
    })

    it('steps are shown the tenant and the app as they are now, whatever was shown before', async () => {
      const { reload, app } = await given().running()
      const { store } = given()
      const tenant = (await store.tenant(TENANT_ID))!
      const shown = async () => {
        const step = (view: ReloadView) => ({ shown: [view.tenant.hostnames, view.app?.name] })
        return (await store.transition([{ reloadId: reload.id, step }]))[0]
      }
      await shown()
      await put(store, {
        tenants: [{ ...tenant, hostnames: ['new.example.com'] }],
        apps: [{ ...app, name: 'renamed' }],
      })
      expect(await shown()).toMatchObject({ refusal: { shown: [['new.example.com'], 'renamed'] } })
      await remove(store, TENANT_ID, { apps: [app.id] })
      expect(await shown()).toMatchObject({ refusal: { shown: [['new.example.com'], undefined] } })
    })

    it('scripts are listed newest first without their texts, and read one by one', async () => {
      const { id } = await given().app()
      for (const number of [1, 2, 3]) await putScript(store(), script(id, number))
      const { script: _text, ...rest } = script(id, 3)
      const summaries = await store().scripts(TENANT_ID, id)
      expect(summaries.map((row) => row.id)).toEqual(['v-3', 'v-2', 'v-1'])
      expect(summaries[0]).toEqual({ ...rest, bytes: 2 })
      expect(await store().script(TENANT_ID, id, 'current')).toEqual(script(id, 3))
      expect(await store().script(TENANT_ID, id, script(id, 2).id)).toEqual(script(id, 2))
      expect(await store().script(OTHER_TENANT, id, 'current')).toBeUndefined()
      expect(await store().scripts(OTHER_TENANT, id)).toEqual([])
      const other = await given().app()
      expect(await store().script(TENANT_ID, other.id, script(id, 2).id), 'of another app').toBeUndefined()
    })

    it('removing an app removes its scripts and keeps its reloads', async () => {
      const { reload, app } = await given().running()
      await putScript(store(), script(app.id, 1))
      await given().end(reload)
      await remove(store(), TENANT_ID, { apps: [app.id] })
      expect(await store().script(TENANT_ID, app.id, script(app.id, 1).id)).toBeUndefined()
      expect(await store().reload(TENANT_ID, reload.id)).toMatchObject({ state: 'SUCCEEDED', appId: app.id })
      expect(await store().referencedDataVersions()).toEqual([])
    })
  })

  it('spaces and their assignments are listed by space, and by user', async () => {
    const again = { ...assignment, id: 'a-2' as typeof assignment.id, type: 'group' as const }
    await put(store(), { spaces: [space], assignments: [assignment, again] })
    await put(store(), { spaces: [{ ...space, id: 's-2' as SpaceId, tenantId: OTHER_TENANT }] })
    expect(await everyRow(store(), 'spaces', { tenantId: TENANT_ID })).toEqual([space])
    expect(await store().space(TENANT_ID, space.id)).toEqual(space)
    expect(await store().space(OTHER_TENANT, space.id)).toBeUndefined()
    expect((await store().assignments(TENANT_ID, space.id)).map((row) => row.id)).toEqual(['a-1', 'a-2'])
    expect(await store().assignmentsOf(user)).toEqual([assignment])
    expect(await store().assignmentsOf({ ...user, tenantId: OTHER_TENANT })).toEqual([])
  })

  it('data files have names of their space, and of the personal files of their owner', async () => {
    const second = { ...file, id: 'f-2' as typeof file.id, ownerId: 'u-2' as UserId }
    const shared = { ...file, id: 'f-3' as typeof file.id, spaceId: space.id }
    await put(store(), { dataFiles: [file, second, shared] })
    expect(await store().dataFileByName(TENANT_ID, { spaceId: space.id }, file.name)).toEqual(shared)
    expect(await store().dataFileByName(TENANT_ID, { ownerId: user.id }, file.name)).toEqual(file)
    const all = await everyRow(store(), 'dataFiles', { tenantId: TENANT_ID })
    expect(all.map((row) => row.id)).toEqual(['f-1', 'f-2', 'f-3'])
    expect(await store().dataFile(TENANT_ID, file.id)).toEqual(file)
    expect(await store().dataFile(OTHER_TENANT, file.id)).toBeUndefined()
  })

  it('subscriptions are kept whole, sealed texts and filter included', async () => {
    const subscription = aSubscription({
      filterText: 'spaceId eq "x"',
      filter: { kind: 'compare', attribute: 'spaceId', operator: 'eq', value: 'x' },
      sealedHeaders: { authorization: 'sealed:1' },
      sealedSecret: 'sealed:2',
    })
    await put(store(), { subscriptions: [subscription] })
    expect(await store().subscription(TENANT_ID, subscription.id)).toEqual(subscription)
    expect(await store().subscription(OTHER_TENANT, subscription.id)).toBeUndefined()
    expect(await everyRow(store(), 'subscriptions', { tenantId: OTHER_TENANT })).toEqual([])
    await remove(store(), TENANT_ID, { subscriptions: [subscription.id] })
    expect(await everyRow(store(), 'subscriptions', { tenantId: TENANT_ID })).toEqual([])
  })
}
