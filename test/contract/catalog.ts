import { describe, expect, it } from 'vitest'
import type { App, DataFile, ScriptVersion, Space, SpaceAssignment, User } from '../../src/catalog/records.ts'
import type { AppId, DataFileId, KeyId, SpaceId, SubscriptionId, UserId } from '../../src/core/ids.ts'
import type { TenantLimitsChange } from '../../src/core/limits.ts'
import type { AppChange } from '../../src/store/port/apps.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import type { ReloadView } from '../../src/store/port/reloads.ts'
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
    it('are kept, listed oldest first, and changed by id', async () => {
      expect((await store().tenants()).map((row) => row.id)).toEqual([TENANT_ID, OTHER_TENANT])
      await store().saveUser(user)
      await store().saveUser({ ...user, id: 'u-0' as UserId, createdAt: START_MS - 1 })
      await store().saveUser({ ...user, name: 'Ada L.' })
      expect((await everyRow(store(), 'users', { tenantId: TENANT_ID })).map((row) => row.name)).toEqual([
        'Ada',
        'Ada L.',
      ])
      expect(await store().user(TENANT_ID, user.id)).toEqual({ ...user, name: 'Ada L.' })
      expect(await store().user(OTHER_TENANT, user.id)).toBeUndefined()
      await expect(store().saveUser({ ...user, tenantId: OTHER_TENANT })).rejects.toThrow('another tenant')
      await expect(store().addTenant((await store().tenant(TENANT_ID))!)).rejects.toThrow()
    })

    it('a tenant gets other host names, and keeps everything else', async () => {
      const before = (await store().tenant(TENANT_ID))!
      const other = await store().tenant(OTHER_TENANT)
      await store().changeHostnames(TENANT_ID, ['new.example.com', 'old.example.com'])
      expect(await store().tenant(TENANT_ID)).toEqual({
        ...before,
        hostnames: ['new.example.com', 'old.example.com'],
      })
      await store().changeHostnames(TENANT_ID, [])
      expect(await store().tenant(TENANT_ID)).toEqual({ ...before, hostnames: [] })
      await store().changeHostnames('nobody' as never, ['x.example.com'])
      expect(await store().tenants()).toEqual([{ ...before, hostnames: [] }, other])
    })

    it('a tenant gets limits of its own, one by one, and loses them again', async () => {
      const before = (await store().tenant(TENANT_ID))!
      const other = await store().tenant(OTHER_TENANT)
      const change = (limits: TenantLimitsChange) => store().changeLimits(TENANT_ID, limits)
      const first = { ...before, limits: { share: 2.5, reloadsPerAppAndDay: 0 } }
      expect(await change({ share: 2.5, reloadsPerAppAndDay: 0 })).toEqual(first)
      expect(await change({ share: null, runTimeMs: 5000 })).toEqual({
        ...before,
        limits: { reloadsPerAppAndDay: 0, runTimeMs: 5000 },
      })
      expect(await change({ runTimeMs: null, reloadsPerAppAndDay: null, share: null })).toEqual(before)
      expect(await change({})).toEqual(before)
      expect(await store().changeLimits('nobody' as never, { share: 2 })).toBeUndefined()
      expect(await store().tenants()).toEqual([before, other])
    })

    it('a key is found by the hash of its token, with its user as it is now', async () => {
      await expect(store().saveKey(key), 'without its user').rejects.toThrow()
      await store().saveUser(user)
      await store().saveKey(key)
      await store().saveUser({ ...user, status: 'disabled' })
      expect(await store().keyByHash('abc')).toEqual({ key, user: { ...user, status: 'disabled' } })
      expect(await store().keyByHash('ab')).toBeUndefined()
      await expect(store().saveKey({ ...key, id: 'k-2' as KeyId }), 'the same token').rejects.toThrow()
      await store().saveKey({ ...key, revokedAt: 5 })
      expect(await everyRow(store(), 'keys', { tenantId: TENANT_ID })).toEqual([{ ...key, revokedAt: 5 }])
      expect(await store().removeKey(OTHER_TENANT, key.id)).toBe(false)
      expect(await store().removeKey(TENANT_ID, key.id)).toBe(true)
      expect(await store().removeKey(TENANT_ID, key.id)).toBe(false)
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

    it('crash marks go with another script, place, owner or data, and by hand', async () => {
      const marks = { full: true, partial: true }
      const marked = (change: Partial<App> = {}) => given().app({ crashedOnMaxSize: marks, ...change })
      const marksOf = async (app: App) => (await store().app(app.tenantId, app.id))!.crashedOnMaxSize
      const none = { full: false, partial: false }
      const change = async (app: App, changed: AppChange) => store().changeApp(TENANT_ID, app.id, changed, 9)

      expect(await change(await marked(), { name: 'New', description: 'd' })).toMatchObject({
        crashedOnMaxSize: marks,
      })
      expect(await change(await marked(), { spaceId: space.id })).toMatchObject({ crashedOnMaxSize: none })
      expect(await change(await marked(), { ownerId: 'other' as UserId })).toMatchObject({
        crashedOnMaxSize: none,
      })
      const scripted = await marked()
      await store().addScript(script(scripted.id, 1), 5)
      expect(await marksOf(scripted)).toEqual(none)

      const [own, others, foreign] = [
        await marked(),
        await marked({ ownerId: 'other' as UserId }),
        await marked({ tenantId: OTHER_TENANT }),
      ]
      const { spaceId: _shared, ...personal } = file
      await store().saveDataFile({ ...personal, ownerId: own.ownerId })
      expect([await marksOf(own), await marksOf(others), await marksOf(foreign)]).toEqual([
        none,
        marks,
        marks,
      ])
      await store().saveDataFile({ ...file, id: 'shared' as DataFileId, spaceId: space.id })
      expect([await marksOf(others), await marksOf(foreign)]).toEqual([none, marks])
      const again = await marked()
      expect(await store().removeDataFile(TENANT_ID, 'shared' as DataFileId)).toBe(true)
      expect(await marksOf(again)).toEqual(none)

      expect(await store().clearCrashMarks(TENANT_ID, foreign.id)).toBe(false)
      expect(await store().clearCrashMarks(OTHER_TENANT, foreign.id)).toBe(true)
      expect(await marksOf(foreign)).toEqual(none)
    })

    it('an app is changed, moved into a space and out of it', async () => {
      const app = await given().app()
      const change = (changed: Parameters<ReturnType<typeof store>['changeApp']>[2]) =>
        store().changeApp(TENANT_ID, app.id, changed, 9)
      expect(await change({ name: 'New' })).toEqual({ ...app, name: 'New', modifiedAt: 9 })
      expect(await change({ spaceId: space.id })).toMatchObject({ name: 'New', spaceId: space.id })
      expect(await change({ description: 'd' })).toMatchObject({ spaceId: space.id, description: 'd' })
      expect(await change({ spaceId: null })).not.toHaveProperty('spaceId')
      expect(await store().app(TENANT_ID, app.id)).not.toHaveProperty('spaceId')
      expect(await store().app(OTHER_TENANT, app.id)).toBeUndefined()
      expect(await store().changeApp(OTHER_TENANT, app.id, {}, 9)).toBeUndefined()
      await expect(store().addApp(app)).rejects.toThrow()
      expect(await everyRow(store(), 'apps', { tenantId: TENANT_ID })).toHaveLength(1)
    })

    it('steps are shown the tenant and the app as they are now, whatever was shown before', async () => {
      const { reload, app } = await given().running()
      const { store } = given()
      const shown = async () => {
        const step = (view: ReloadView) => ({ shown: [view.tenant.hostnames, view.app?.name] })
        return (await store.transition([{ reloadId: reload.id, step }]))[0]
      }
      await shown()
      await store.changeHostnames(TENANT_ID, ['new.example.com'])
      await store.changeApp(TENANT_ID, app.id, { name: 'renamed' }, given().now)
      expect(await shown()).toMatchObject({ refusal: { shown: [['new.example.com'], 'renamed'] } })
      await store.removeApp(TENANT_ID, app.id)
      expect(await shown()).toMatchObject({ refusal: { shown: [['new.example.com'], undefined] } })
    })

    it('the newest script is the current one, and the oldest are let go', async () => {
      const { id } = await given().app()
      for (const number of [1, 2, 3]) expect(await store().addScript(script(id, number), 2)).toBe(true)
      const { script: _text, ...rest } = script(id, 3)
      const summaries = await store().scripts(TENANT_ID, id)
      expect(summaries.map((row) => row.id)).toEqual(['v-3', 'v-2'])
      expect(summaries[0]).toEqual({ ...rest, bytes: 2 })
      expect(await store().script(TENANT_ID, id, 'current')).toEqual(script(id, 3))
      expect(await store().script(TENANT_ID, id, script(id, 2).id)).toEqual(script(id, 2))
      expect(await store().script(TENANT_ID, id, script(id, 1).id)).toBeUndefined()
      expect(await store().script(OTHER_TENANT, id, 'current')).toBeUndefined()
      expect(await store().addScript(script('nowhere' as AppId, 4), 2)).toBe(false)
      const other = await given().app()
      expect(await store().script(TENANT_ID, other.id, script(id, 2).id), 'of another app').toBeUndefined()
    })

    it('removing an app removes its scripts and keeps its reloads', async () => {
      const { reload, app } = await given().running()
      await store().addScript(script(app.id, 1), 2)
      await given().end(reload)
      expect(await store().removeApp(OTHER_TENANT, app.id)).toBe(false)
      expect(await store().removeApp(TENANT_ID, app.id)).toBe(true)
      expect(await store().removeApp(TENANT_ID, app.id)).toBe(false)
      expect(await store().script(TENANT_ID, app.id, script(app.id, 1).id)).toBeUndefined()
      expect(await store().reload(TENANT_ID, reload.id)).toMatchObject({ state: 'SUCCEEDED', appId: app.id })
      expect(await store().referencedDataVersions()).toEqual([])
    })
  })

  describe('spaces', () => {
    it('have unique names within their tenant', async () => {
      expect(await store().saveSpace(space)).toBe('saved')
      const other = { ...space, id: 's-2' as SpaceId }
      expect(await store().saveSpace(other)).toBe('name-taken')
      expect(await store().saveSpace({ ...other, tenantId: OTHER_TENANT })).toBe('saved')
      expect(await store().saveSpace({ ...space, description: 'd' })).toBe('saved')
      expect(await everyRow(store(), 'spaces', { tenantId: TENANT_ID })).toEqual([
        { ...space, description: 'd' },
      ])
      expect(await store().space(OTHER_TENANT, space.id)).toBeUndefined()
    })

    it('are removed only when they are empty, with their assignments', async () => {
      await store().saveSpace(space)
      await store().saveAssignment(assignment)
      const app = await given().app({ spaceId: space.id })
      expect(await store().removeSpace(TENANT_ID, space.id)).toBe('not-empty')
      await store().removeApp(TENANT_ID, app.id)
      await store().saveDataFile({ ...file, spaceId: space.id })
      expect(await store().removeSpace(TENANT_ID, space.id)).toBe('not-empty')
      await store().removeDataFile(TENANT_ID, file.id)
      expect(await store().removeSpace(OTHER_TENANT, space.id)).toBe('unknown')
      expect(await store().removeSpace(TENANT_ID, space.id)).toBe('removed')
      expect(await store().assignmentsOf(TENANT_ID, user.id)).toEqual([])
    })

    it('hold one assignment for each assignee', async () => {
      await expect(store().saveAssignment(assignment), 'without its space').rejects.toThrow()
      await store().saveSpace(space)
      expect(await store().saveAssignment(assignment)).toBe('saved')
      const again = { ...assignment, id: 'a-2' as typeof assignment.id }
      expect(await store().saveAssignment(again)).toBe('taken')
      expect(await store().saveAssignment({ ...again, type: 'group' })).toBe('saved')
      expect(await store().saveAssignment({ ...assignment, roles: ['consumer'] })).toBe('saved')
      expect((await store().assignments(TENANT_ID, space.id)).map((row) => row.id)).toEqual(['a-1', 'a-2'])
      expect(await store().assignmentsOf(TENANT_ID, user.id)).toEqual([
        { ...assignment, roles: ['consumer'] },
      ])
      expect(await store().removeAssignment(TENANT_ID, assignment.id)).toBe(true)
      expect(await store().assignmentsOf(TENANT_ID, user.id)).toEqual([])
    })
  })

  describe('data files', () => {
    it('have unique names within their space, and within the personal files of their owner', async () => {
      expect(await store().saveDataFile(file)).toBe('saved')
      const second = { ...file, id: 'f-2' as typeof file.id }
      expect(await store().saveDataFile(second)).toBe('name-taken')
      expect(await store().saveDataFile({ ...second, ownerId: 'u-2' as UserId })).toBe('saved')
      const shared = { ...file, id: 'f-3' as typeof file.id, spaceId: space.id }
      expect(await store().saveDataFile(shared)).toBe('saved')
      const fromAnother = { ...shared, id: 'f-4' as typeof file.id, ownerId: 'u-2' as UserId }
      expect(await store().saveDataFile(fromAnother)).toBe('name-taken')
      expect(await store().saveDataFile({ ...file, bytes: 8 })).toBe('saved')
      expect(await store().dataFileByName(TENANT_ID, { spaceId: space.id }, file.name)).toEqual(shared)
      expect(await store().dataFileByName(TENANT_ID, { ownerId: user.id }, file.name)).toEqual({
        ...file,
        bytes: 8,
      })
      const all = await everyRow(store(), 'dataFiles', { tenantId: TENANT_ID })
      expect(all.map((row) => row.id)).toEqual(['f-1', 'f-2', 'f-3'])
      expect(await store().dataFile(OTHER_TENANT, file.id)).toBeUndefined()
      expect(await store().removeDataFile(TENANT_ID, file.id)).toBe(true)
      expect(await store().dataFile(TENANT_ID, file.id)).toBeUndefined()
    })
  })

  it('subscriptions are kept whole, sealed texts and filter included', async () => {
    const subscription = aSubscription({
      filterText: 'spaceId eq "x"',
      filter: { kind: 'compare', attribute: 'spaceId', operator: 'eq', value: 'x' },
      sealedHeaders: { authorization: 'sealed:1' },
      sealedSecret: 'sealed:2',
    })
    await store().saveSubscription(subscription)
    expect(await store().subscription(TENANT_ID, subscription.id)).toEqual(subscription)
    expect(await everyRow(store(), 'subscriptions', { tenantId: OTHER_TENANT })).toEqual([])
    expect(await store().removeSubscription(OTHER_TENANT, subscription.id as SubscriptionId)).toBe(false)
    expect(await store().removeSubscription(TENANT_ID, subscription.id)).toBe(true)
    expect(await everyRow(store(), 'subscriptions', { tenantId: TENANT_ID })).toEqual([])
  })
}
