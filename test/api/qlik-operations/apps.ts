/** Apps with their scripts, spaces, reloads, items and audits. */
import * as apps from '@qlik/api/apps'
import * as audits from '@qlik/api/audits'
import * as items from '@qlik/api/items'
import * as quotas from '@qlik/api/quotas'
import * as reloads from '@qlik/api/reloads'
import * as spaces from '@qlik/api/spaces'
import { expect } from 'vitest'
import { claimNext, endAttempt, succeedNext } from '../../support/reload-steps.ts'
import type { Scene } from './shown.ts'

const gone = async (asked: Promise<unknown>) => expect(asked).rejects.toMatchObject({ status: 404 })

export async function spacesWork({ shown, options, acme }: Scene): Promise<void> {
  const anna = (await acme.person('anna')).user.id
  const { data: space } = await shown.works(
    'spaces.createSpace',
    spaces.createSpace({ name: 'Sales', type: 'shared' }, options),
    ({ data }) => expect(data).toMatchObject({ name: 'Sales', type: 'shared' }),
  )
  const { id } = space
  const read = async () => (await spaces.getSpace(id, options)).data
  await shown.works('spaces.getSpace', spaces.getSpace(id, options), ({ data }) => expect(data.id).toBe(id))
  await shown.works('spaces.getSpaces', spaces.getSpaces({ name: 'Sales' }, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await shown.works(
    'spaces.patchSpace',
    spaces.patchSpace(id, [{ op: 'replace', path: '/name', value: 'Orders' }], options),
    async () => expect((await read()).name).toBe('Orders'),
  )
  await shown.works(
    'spaces.updateSpace',
    spaces.updateSpace(id, { name: 'Sales', description: 'd' }, options),
    async () => expect(await read()).toMatchObject({ name: 'Sales', description: 'd' }),
  )
  const member = { type: 'user' as const, assigneeId: anna, roles: ['consumer' as const] }
  const { data: made } = await shown.works(
    'spaces.createSpaceAssignment',
    spaces.createSpaceAssignment(id, member, options),
    ({ data }) => expect(data.assigneeId).toBe(anna),
  )
  const roles = async () => (await spaces.getSpaceAssignment(id, made.id, options)).data.roles
  await shown.works(
    'spaces.getSpaceAssignment',
    spaces.getSpaceAssignment(id, made.id, options),
    ({ data }) => expect(data.assigneeId).toBe(anna),
  )
  await shown.works('spaces.getSpaceAssignments', spaces.getSpaceAssignments(id, {}, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toEqual([made.id]),
  )
  await shown.works(
    'spaces.updateSpaceAssignment',
    spaces.updateSpaceAssignment(id, made.id, { roles: ['producer'] }, options),
    async () => expect(await roles()).toEqual(['producer']),
  )
  await shown.works('spaces.deleteSpaceAssignment', spaces.deleteSpaceAssignment(id, made.id, options), () =>
    gone(spaces.getSpaceAssignment(id, made.id, options)),
  )
  await shown.works('spaces.deleteSpace', spaces.deleteSpace(id, options), () => gone(read()))
  await shown.constant('spaces.getSpaceTypes', spaces.getSpaceTypes(options), ({ data }) =>
    expect(data.data).toContain('shared'),
  )
}

export async function appsWork({ shown, options, acme }: Scene): Promise<void> {
  const { data: created } = await shown.works(
    'apps.createApp',
    apps.createApp({ attributes: { name: 'Sales' } }, options),
    ({ data }) => expect(data.attributes?.name).toBe('Sales'),
  )
  const id = created.attributes!.id!
  const read = async () => (await apps.getAppInfo(id, options)).data.attributes
  await shown.works('apps.getAppInfo', apps.getAppInfo(id, options), ({ data }) =>
    expect(data.attributes?.id).toBe(id),
  )
  await shown.works(
    'apps.updateAppInfo',
    apps.updateAppInfo(id, { attributes: { name: 'Orders' } }, options),
    async () => expect((await read())?.name).toBe('Orders'),
  )
  await shown.works('apps.copyApp', apps.copyApp(id, { attributes: { name: 'Copy' } }, options), ({ data }) =>
    expect(data.attributes).toMatchObject({ name: 'Copy' }),
  )
  const { data: space } = await spaces.createSpace({ name: 'Shared', type: 'shared' }, options)
  await shown.works(
    'apps.moveAppToSpace',
    apps.moveAppToSpace(id, { spaceId: space.id }, options),
    async () => expect(await read()).toHaveProperty('spaceId', space.id),
  )
  await shown.works('apps.removeAppFromSpace', apps.removeAppFromSpace(id, options), async () =>
    expect(await read()).not.toHaveProperty('spaceId'),
  )
  const bob = (await acme.person('bob')).user.id
  const { data: other } = await apps.createApp({ attributes: { name: 'Given' } }, options)
  const given = other.attributes!.id!
  await shown.works(
    'apps.updateAppOwner',
    apps.updateAppOwner(given, { ownerId: bob }, options),
    ({ data }) => expect(data.attributes?.ownerId).toBe(bob),
  )
  await shown.constant('apps.getAppsPrivileges', apps.getAppsPrivileges(options), ({ data }) =>
    expect(data).toContain('can_create_app'),
  )
  await shown.works('apps.deleteApp', apps.deleteApp(id, options), () => gone(read()))
}

export async function scriptsWork({ shown, options }: Scene): Promise<void> {
  const { data } = await apps.createApp({ attributes: { name: 'Scripts' } }, options)
  const id = data.attributes!.id!
  const script = (text: string) => ({ script: text, versionMessage: text })
  await shown.works(
    'apps.updateAppScript',
    apps.updateAppScript(id, script('LOAD 1 AS a;'), options),
    async () => expect((await apps.getAppScript(id, 'current', options)).data.script).toBe('LOAD 1 AS a;'),
  )
  await apps.updateAppScript(id, script('LOAD 2 AS b;'), options)
  const history = await shown.works(
    'apps.getAppScriptHistory',
    apps.getAppScriptHistory(id, {}, options),
    (answer) => expect(answer.data.scripts).toHaveLength(2),
  )
  const first = history.data.scripts!.at(-1)!.scriptId!
  await shown.works('apps.getAppScript', apps.getAppScript(id, first, options), (answer) =>
    expect(answer.data.script).toBe('LOAD 1 AS a;'),
  )
  await shown.works(
    'apps.patchAppScript',
    apps.patchAppScript(id, first, [{ Op: 'replace', Path: '/versionMessage', Value: 'first' }], options),
    async () =>
      expect((await apps.getAppScript(id, first, options)).data).toMatchObject({ versionMessage: 'first' }),
  )
  await shown.works('apps.deleteAppScript', apps.deleteAppScript(id, first, options), async () =>
    expect((await apps.getAppScriptHistory(id, {}, options)).data.scripts).toHaveLength(1),
  )
  await shown.works('apps.validateScript', apps.validateScript({ script: 'LOAD (' }, options), (answer) =>
    expect(answer.data.Errors?.length).toBeGreaterThan(0),
  )
}

export async function publishingWorks({ shown, options }: Scene): Promise<void> {
  const { data } = await apps.createApp({ attributes: { name: 'Source' } }, options)
  const id = data.attributes!.id!
  const { data: space } = await spaces.createSpace({ name: 'Managed', type: 'managed' }, options)
  const published = await shown.works(
    'apps.publishApp',
    apps.publishApp(id, { spaceId: space.id }, options),
    (answer) => expect(answer.data.attributes).toHaveProperty('spaceId', space.id),
  )
  const target = published.data.attributes!.id!
  const { data: found } = await items.getItems({ resourceType: 'app', resourceId: id }, options)
  await shown.works(
    'items.getPublishedItems',
    items.getPublishedItems(found.data[0]!.id, {}, options),
    (answer) => expect(answer.data.data).toMatchObject([{ resourceId: target }]),
  )
  await apps.updateAppInfo(id, { attributes: { description: 'newer' } }, options)
  await shown.works(
    'apps.republishApp',
    apps.republishApp(id, { targetId: target, spaceId: space.id, checkOriginAppId: true } as never, options),
    async (answer) => expect(answer.data.attributes?.id).toBe(target),
  )
  const placed = async () => (await apps.getAppPlacement(id, options)).data.minEngineSize
  await shown.works(
    'apps.replaceAppPlacement',
    apps.replaceAppPlacement(id, { minEngineSize: '5' as never }, options),
    async () => expect(await placed()).toBe('5'),
  )
  await shown.works('apps.getAppPlacement', apps.getAppPlacement(id, options), (answer) =>
    expect(answer.data.minEngineSize).toBe('5'),
  )
  await shown.works('apps.deleteAppPlacement', apps.deleteAppPlacement(id, options), async () =>
    expect(await placed()).toBe('0'),
  )
}

export async function reloadsWork({ shown, options, api, acme }: Scene): Promise<void> {
  const parts = { store: api.store, world: api.world, settleRules: api.deps.settleRules }
  const { data } = await apps.createApp({ attributes: { name: 'Reloaded' } }, options)
  const appId = data.attributes!.id!
  const { data: reload } = await shown.works(
    'reloads.queueReload',
    reloads.queueReload({ appId }, options),
    (answer) => expect(answer.data).toMatchObject({ appId, status: 'QUEUED' }),
  )
  await shown.works('reloads.getReload', reloads.getReload(reload.id, options), (answer) =>
    expect(answer.data.id).toBe(reload.id),
  )
  await shown.works('reloads.cancelReload', reloads.cancelReload(reload.id, options), async () =>
    expect((await reloads.getReload(reload.id, options)).data.status).toBe('CANCELED'),
  )
  await reloads.queueReload({ appId }, options)
  const claimed = await claimNext(parts)
  await api.store.saveScriptLog(claimed.reload.id, 1, { text: 'Started\r\n', statements: [] })
  const version = { version: 'v1' as never, engineTime: api.world.clock.now(), fileBytes: 10 }
  const reads = [{ place: { ownerId: acme.admin.user.id }, name: 'a.csv' }]
  await endAttempt(parts, claimed, { kind: 'completed', data: version }, undefined, reads)
  await shown.works('reloads.getReloads', reloads.getReloads({ appId }, options), (answer) =>
    expect(answer.data.data?.map(({ status }) => status).sort()).toEqual(['CANCELED', 'SUCCEEDED']),
  )
  await shown.works('apps.getAppReloadLogs', apps.getAppReloadLogs(appId, options), (answer) =>
    expect(answer.data.data?.map(({ reloadId }) => reloadId)).toContain(claimed.reload.id),
  )
  await shown.works(
    'apps.getAppReloadLog',
    apps.getAppReloadLog(appId, claimed.reload.id, options),
    (answer) => expect(answer.data).toBe('Started\r\n'),
  )
  await shown.works(
    'apps.getAppReloadMetadata',
    apps.getAppReloadMetadata(appId, claimed.reload.id, {}, options),
    (answer) => expect(JSON.stringify(answer.data)).toContain(claimed.reload.id),
  )
  await shown.works('apps.getAppDataMetadata', apps.getAppDataMetadata(appId, options), (answer) =>
    expect(answer.data.tables).toEqual([]),
  )
  await shown.works('apps.getAppDataLineage', apps.getAppDataLineage(appId, options), (answer) =>
    expect(answer.data).toEqual([{ discriminator: 'lib://DataFiles/a.csv' }]),
  )
}

export async function itemsWork({ shown, options }: Scene): Promise<void> {
  const { data } = await apps.createApp({ attributes: { name: 'Listed' } }, options)
  const resourceId = data.attributes!.id!
  const found = await shown.works(
    'items.getItems',
    items.getItems({ resourceType: 'app', resourceId }, options),
    (answer) => expect(answer.data.data.map(({ name }) => name)).toEqual(['Listed']),
  )
  const { id } = found.data.data[0]!
  await shown.works('items.getItem', items.getItem(id, options), (answer) =>
    expect(answer.data.resourceId).toBe(resourceId),
  )
  await shown.works(
    'items.updateItem',
    items.updateItem(
      id,
      { name: 'Renamed', description: 'd', resourceType: 'app', resourceId } as never,
      options,
    ),
    async () => expect((await apps.getAppInfo(resourceId, options)).data.attributes?.name).toBe('Renamed'),
  )
  await shown.constant('items.getItemsSettings', items.getItemsSettings(options), (answer) =>
    expect(answer.status).toBe(200),
  )
  await shown.constant('items.getItemCollections', items.getItemCollections(id, {}, options), (answer) =>
    expect(answer.data.data).toEqual([]),
  )
  await shown.works('items.deleteItem', items.deleteItem(id, options), () => gone(items.getItem(id, options)))
}

export async function auditsWork({ shown, options, api }: Scene): Promise<void> {
  const { data } = await apps.createApp({ attributes: { name: 'Told' } }, options)
  const parts = { store: api.store, world: api.world, settleRules: api.deps.settleRules }
  await reloads.queueReload({ appId: data.attributes!.id! }, options)
  await succeedNext(parts)
  const listed = await shown.works(
    'audits.getAudits',
    audits.getAudits({ eventType: 'com.qlik.v1.reload.finished', limit: 1 }, options),
    (answer) => expect(answer.data.data?.[0]?.data).toMatchObject({ appId: data.attributes!.id! }),
  )
  const { id } = listed.data.data![0]!
  await shown.works('audits.getAudit', audits.getAudit(id!, options), (answer) =>
    expect(answer.data).toEqual(listed.data.data![0]),
  )
  const date = new Date(api.world.clock.now()).toISOString().slice(0, 10)
  api.advance(24 * 60 * 60 * 1000)
  await shown.works('audits.getArchivedAudits', audits.getArchivedAudits({ date }, options), (answer) =>
    expect(JSON.stringify(answer.data)).toContain(id!),
  )
  await shown.constant('audits.getAuditTypes', audits.getAuditTypes(options), (answer) =>
    expect(JSON.stringify(answer.data)).toContain('com.qlik.v1.reload.finished'),
  )
  await shown.constant('audits.getAuditSources', audits.getAuditSources(options), (answer) =>
    expect(JSON.stringify(answer.data)).toContain('com.qlik/reloads'),
  )
  await shown.constant('audits.getAuditsSettings', audits.getAuditsSettings(options), (answer) =>
    expect(answer.status).toBe(200),
  )
}

export async function quotasWork({ shown, options }: Scene): Promise<void> {
  const used = await shown.works(
    'quotas.getQuotas',
    quotas.getQuotas({ reportUsage: true }, options),
    (answer) => expect(answer.data.data?.length).toBeGreaterThan(0),
  )
  const quota = used.data.data![0]!.id!
  await shown.works('quotas.getQuota', quotas.getQuota(quota, {}, options), (answer) =>
    expect(JSON.stringify(answer.data)).toContain(quota),
  )
}
