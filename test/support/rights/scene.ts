/**
 * A tenant with a space, or personal things instead, and one of everything, and somebody of each kind: each
 * role of the tenant, each role in the space by itself and by a group, owners, a stranger, and one who is
 * disabled.
 */
import { newUuid, type SpaceId } from '../../../src/core/ids.ts'
import { itemIdOf } from '../../../src/core/item-id.ts'
import { SPACE_TYPES, type SpaceType } from '../../../src/core/records.ts'
import { SPACE_ROLES } from '../../../src/core/rights.ts'
import { ROLES, roleIdOf } from '../../../src/core/role.ts'
import type { Send } from '../../../src/event/delivery.ts'
import { FINISHED_EVENT_TYPE } from '../../../src/event/event-types.ts'
import type { ApiUnderTest, Members, Person } from '../api-under-test.ts'
import { giveData } from '../app-data.ts'
import { put } from '../catalog.ts'
import { upload } from '../multipart.ts'
import { addApp, succeedNext } from '../reload-steps.ts'
import { scheduledTask } from '../task-documents.ts'
import type { Ids } from './calls.ts'

export interface Persona {
  readonly name: string
  readonly person: Person
  readonly spaceRoles: readonly string[]
}

/** Where the things of a scene are: in a space of a type, or with their owner alone. */
export const SCENES = [...SPACE_TYPES, 'personal'] as const
export type SceneType = (typeof SCENES)[number]

export interface Scene {
  readonly type: SceneType
  readonly ids: Ids
  /** Owns the app and all that is about it. */
  readonly owner: Person
  readonly spaceOwner: Person
  readonly personas: readonly Persona[]
  readonly disabled: Person
  /** A reload that ended after all others, of an app that all personas may read. */
  readonly lastReloadId: string
}

export async function rightsScene(api: ApiUnderTest, acme: Members, type: SceneType): Promise<Scene> {
  const owner = await acme.person('owner')
  const spaceOwner = await acme.person('space owner')
  const spaceId =
    type === 'personal'
      ? undefined
      : ((await made(spaceOwner, '/api/v1/spaces', { name: type, type })).id as string)
  const people = await somebodyOfEachKind(acme)
  if (spaceId !== undefined && type !== 'personal') {
    people.push(...(await somebodyOfEachRole(acme, spaceOwner, spaceId, type)))
  }
  const everybody = [owner, spaceOwner, ...people.map(({ person }) => person)]
  const open = await openSpaces(acme, everybody)
  const disabled = await acme.person('disabled', [...ROLES])
  const ids = {
    ...(spaceId === undefined ? {} : { type, spaceId }),
    ...open,
    ...(await thingsOfTenant(api, acme, owner)),
    ...(spaceId === undefined ? await filesOf(owner, '') : await thingsOfSpace(spaceOwner, spaceId)),
    ...(type === 'data' ? {} : await thingsOfApp(api, acme, owner, spaceId, open.openManagedId!)),
    ownerId: owner.user.id,
    userId: owner.user.id,
    strangerId: (await acme.person('new member')).user.id,
  }
  await acme.admin.call('PATCH', `/api/v1/users/${disabled.user.id}`, [
    { op: 'replace', path: '/status', value: 'disabled' },
  ])
  return {
    type,
    ids,
    owner,
    spaceOwner,
    disabled,
    lastReloadId: await endedReload(api, acme, open.openSharedId!),
    personas: [
      { name: 'owner of the app', person: owner, spaceRoles: [] },
      { name: 'owner of the space', person: spaceOwner, spaceRoles: [] },
      ...people,
    ],
  }
}

/** Of each role in the space, by itself and by a group. */
async function somebodyOfEachRole(
  acme: Members,
  spaceOwner: Person,
  space: string,
  type: SpaceType,
): Promise<Persona[]> {
  const personas: Persona[] = []
  const assign = (kind: 'user' | 'group', assigneeId: string, role: string) =>
    made(spaceOwner, `/api/v1/spaces/${space}/assignments`, { type: kind, assigneeId, roles: [role] })
  for (const role of SPACE_ROLES[type]) {
    const direct = await acme.person(`${role} directly`, [])
    await assign('user', direct.user.id, role)
    personas.push({ name: `${role} directly`, person: direct, spaceRoles: [role] })
    const member = await acme.person(`${role} by group`, [])
    const group = (await made(acme.admin, '/api/v1/groups', { name: role })).id
    await patched(acme.admin, `/api/v1/users/${member.user.id}`, '/assignedGroups', [{ id: group }])
    await assign('group', group, role)
    personas.push({ name: `${role} by group`, person: member, spaceRoles: [role] })
  }
  return personas
}

async function somebodyOfEachKind(acme: Members): Promise<Persona[]> {
  const personas: Persona[] = [{ name: 'nobody', person: await acme.person('nobody', []), spaceRoles: [] }]
  for (const role of ROLES) {
    personas.push({ name: role, person: await acme.person(role, [role]), spaceRoles: [] })
  }
  const roles = ['AuditAdmin', 'DataAdmin', 'AnalyticsAdmin']
  const member = await acme.person('roles by group', [])
  const group = (await made(acme.admin, '/api/v1/groups', { name: 'roles', assignedRoles: roles })).id
  await patched(acme.admin, `/api/v1/users/${member.user.id}`, '/assignedGroups', [{ id: group }])
  personas.push({ name: 'roles by group', person: member, spaceRoles: [] })
  return personas
}

/** Spaces in which everybody may add apps: targets of moves and publications. */
async function openSpaces(acme: Members, everybody: readonly Person[]): Promise<Record<string, string>> {
  const ids: Record<string, string> = {}
  for (const [name, type, role] of [
    ['openSharedId', 'shared', 'producer'],
    ['openManagedId', 'managed', 'publisher'],
  ] as const) {
    const { id } = await made(acme.admin, '/api/v1/spaces', { name, type })
    for (const { user } of everybody) {
      const body = { type: 'user', assigneeId: user.id, roles: [role] }
      await made(acme.admin, `/api/v1/spaces/${id}/assignments`, body)
    }
    ids[name] = id
  }
  return ids
}

async function thingsOfTenant(api: ApiUnderTest, acme: Members, owner: Person): Promise<Ids> {
  const { tenant, admin } = acme
  const now = api.world.clock.now()
  const session = {
    id: newUuid<'login-session'>(api.world.random),
    tenantId: tenant.id,
    userId: owner.user.id,
    tokenHash: newUuid(api.world.random),
    opened: { by: 'key', keyId: newUuid<'key'>(api.world.random) },
    claims: {},
    createdAt: now,
    seenAt: now,
    expiresAt: now + 1e9,
  } as const
  await put(api.store, { loginSessions: [session] })
  const key = await made(owner, '/api/v1/api-keys', { description: 'Theirs' })
  const mail = { name: 'Theirs', channel: 'mail', on: ['failure'], to: ['theirs@example.com'] }
  const alert = await made(owner, '/api/v1/alerts', mail)
  const automation = await made(owner, '/api/v1/automations', { name: 'Theirs' })
  const run = await made(owner, `/api/v1/automations/${automation.id}/runs`, {})
  const group = await made(admin, '/api/v1/groups', { name: 'Theirs' })
  await admin.call('PUT', '/api/scheduling/settings/calendars/theirs', { days: ['2026-12-25'] })
  const issuer = { name: 'Theirs', protocol: 'jwt', issuer: 'https://theirs.example.com' }
  const provider = await made(admin, '/api/v1/identity-providers', issuer)
  const client = await made(admin, '/api/v1/oauth-clients', { clientName: 'Theirs', appType: 'web' })
  const clients = (await admin.call('GET', `/api/v1/oauth-clients/${client.clientId}`)).body
  const quotas = (await owner.call('GET', '/api/v1/quotas')).body.data
  const octets = { headers: { 'content-type': 'application/octet-stream' } }
  const kept = await owner.call('POST', '/api/v1/temp-contents?filename=a', Buffer.from('Theirs'), octets)
  return {
    tenantId: tenant.id,
    sessionId: session.id,
    'api-keys/:id': key.id,
    'alerts/:id': alert.id,
    'automations/:id': automation.id,
    'automations/runs/:runId': run.id,
    'identity-providers/:id': provider.id,
    'oauth-clients/:id': client.clientId,
    'client-secrets/:hint': clients.clientSecrets[0].hint,
    groupId: group.id,
    'roles/:id': roleIdOf(tenant.id, 'Developer'),
    'calendars/:name': 'theirs',
    'temp-contents/:id': String(kept.headers.location).split('/').at(-1)!,
    'quotas/:id': quotas[0].id,
  }
}

async function thingsOfSpace(spaceOwner: Person, space: string): Promise<Ids> {
  const assignments = (await spaceOwner.call('GET', `/api/v1/spaces/${space}/assignments`)).body.data
  return { ...(await filesOf(spaceOwner, `?spaceId=${space}`)), assignmentId: assignments[0].id }
}

/** @param query which connection; the first one is that of personal files */
async function filesOf(person: Person, query: string): Promise<Ids> {
  const connections = (await person.call('GET', `/api/v1/data-files/connections${query}`)).body.data
  const connectionId = connections[0].id
  const { payload, headers } = upload({ name: 'theirs.csv', connectionId }, 'a')
  const file = (await person.call('POST', '/api/v1/data-files', payload, { headers })).body
  const folder = upload({ name: 'folder', folder: true, connectionId })
  const made = await person.call('POST', '/api/v1/data-files', folder.payload, { headers: folder.headers })
  return {
    connectionId,
    'connections/:id': connectionId,
    'data-files/:id': file.id,
    folderId: made.body.id,
  }
}

async function endedReload(api: ApiUnderTest, { admin }: Members, space: string): Promise<string> {
  const app = await addApp(api, admin.user, { name: 'Last', spaceId: space as SpaceId })
  const { id } = await made(admin, '/api/v1/reloads', { appId: app.id })
  await admin.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
  return id
}

async function thingsOfApp(
  api: ApiUnderTest,
  acme: Members,
  owner: Person,
  space: string | undefined,
  managedId: string,
): Promise<Ids> {
  const place = space === undefined ? {} : { spaceId: space as SpaceId }
  const app = await addApp(api, owner.user, { name: 'Theirs', ...place })
  const oldApp = await addApp(api, owner.user, { name: 'Older', ...place })
  const scripts = `/api/v1/apps/${app.id}/scripts`
  for (const script of ['TRACE Theirs', 'TRACE Theirs again']) await owner.call('POST', scripts, { script })
  const versions = (await owner.call('GET', scripts)).body.scripts
  const copy = await owner.call('POST', `/api/v1/apps/${app.id}/publish`, { spaceId: managedId })
  const hook = { name: 'Theirs', url: 'https://theirs.example.com', enabled: true, level: 'user' }
  const webhook = await made(owner, '/api/v1/webhooks', { ...hook, eventTypes: [FINISHED_EVENT_TYPE] })
  const parts = { store: api.store, world: api.world, settleRules: api.deps.settleRules }
  const reload = await made(owner, '/api/v1/reloads', { appId: app.id })
  await succeedNext(parts, 'Theirs\r\n')
  await api.store.saveScriptLog(reload.id, 1, { text: 'Theirs\r\n', statements: [] })
  const [event] = (await api.store.eventsAfter(acme.tenant.id, 0, 1000)).filter(
    ({ type, userId }) => type === FINISHED_EVENT_TYPE && userId === owner.user.id,
  )
  const [delivery] = await api.store.deliveriesOf(event!.id)
  const send: Send = {
    id: newUuid(api.world.random),
    tenantId: acme.tenant.id,
    deliveryId: delivery!.id,
    subscriptionId: webhook.id,
    eventId: event!.id,
    eventType: FINISHED_EVENT_TYPE,
    status: 'fail',
    triggeredAt: api.world.clock.now(),
  }
  await api.store.addSend(send, () => undefined)
  const heard = await made(owner, '/api/scheduling/tasks', scheduledTask(app.id, { name: 'Heard' }))
  const task = await made(owner, '/api/scheduling/tasks', scheduledTask(app.id, { enabled: true }))
  const run = (await owner.call('POST', `/api/scheduling/tasks/${task.id}/actions/start`)).body.runId
  await succeedNext(parts, 'Theirs\r\n')
  const older = await made(owner, '/api/v1/reload-tasks', { appId: oldApp.id, timeZone: 'UTC' })
  await giveData(api, (await api.store.app(acme.tenant.id, app.id))!, 'data')
  return {
    appId: app.id,
    copyId: copy.body.attributes.id,
    itemId: itemIdOf(app.id),
    reloadId: reload.id,
    'scripts/:id': versions.at(-1).scriptId,
    'webhooks/:id': webhook.id,
    deliveryId: send.id,
    'audits/:id': event!.id,
    heardId: heard.id,
    'tasks/:id': task.id,
    'tasks/runs/:runId': run,
    'resources/:id': app.id,
    taskId: older.id,
    olderAppId: oldApp.id,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a scene looks into whatever came
async function made(person: Person, url: string, body: unknown): Promise<any> {
  const answer = await person.call('POST', url, body)
  if (answer.status >= 300) throw new Error(`POST ${url}: ${answer.status} ${answer.text}`)
  return answer.body
}

async function patched(admin: Person, url: string, path: string, value: unknown): Promise<void> {
  const answer = await admin.call('PATCH', url, [{ op: 'replace', path, value }])
  if (answer.status !== 204) throw new Error(`PATCH ${url}: ${answer.status} ${answer.text}`)
}
