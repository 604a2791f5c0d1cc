/** Every request that changes something leaves exactly one audit, or is listed with the reason why not. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { actingNow } from '../../src/api/http/acting.ts'
import { isAuditType } from '../../src/event/audit-event.ts'
import { TASK_EVENT_SOURCE } from '../../src/event/event-types.ts'
import type { StoredEvent } from '../../src/event/stored-event.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { Browser, hidden, injecting } from '../support/browser.ts'
import { upload } from '../support/multipart.ts'
import { addApp } from '../support/reload-steps.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

const OPERATOR_KEY = 'an-operator-key-of-enough-characters'

/** By operation: why it leaves no audit. */
const WITHOUT: Readonly<Record<string, string>> = {
  executeAutomation: 'a program calls with the token of one automation: its run is the record of it',
  requestAccessToken: 'nothing is kept: the token is signed and not stored',
  createStreamTicket: 'nothing is kept: a ticket lives for seconds in memory',
  testAlert: 'nothing changes: what was sent is a record of its own',
  testWebhook: 'nothing changes: what was sent is a record of its own',
  resendWebhookDelivery: 'nothing changes: what was sent is a record of its own',
  resendWebhookDeliveryV1: 'nothing changes: what was sent is a record of its own',
  recoverWebhook: 'deliveries become due again: each send is a record of its own',
  validateScript: 'changes nothing',
  previewSchedule: 'changes nothing',
  filterSpaces: 'changes nothing',
  filterUsers: 'changes nothing',
  filterGroups: 'changes nothing',
  filterDataFilesConnections: 'changes nothing',
  exportApp: 'nothing of the tenant changes: the archive is a temporary content of its maker',
  uploadTempFile: 'what is made of a temporary content leaves its audit',
  postDataFiles: 'a list of calls in one: each leaves what it leaves alone',
  createRole: 'always refused: there are no custom roles',
  patchRole: 'always refused: there are no custom roles',
  deleteRole: 'always refused: there are no custom roles',
  patchGroupsSettings: 'always refused: identity providers say whether groups are made',
  createJwtSession: 'opens a session by the use case of signInWithKey; the first one also makes the user',
}

let api: ApiUnderTest
let acme: Members
let admin: Person
/** Operations that were shown. */
const shown = new Set<string>()
const wrong: string[] = []

beforeAll(async () => {
  api = await apiUnderTest({ deps: { operatorKey: OPERATOR_KEY } })
  acme = await api.tenant('acme')
  admin = acme.admin
})
afterAll(() => api.close())

/** Audits of the tenant, and what tasks tell of their life. */
async function auditsAfter(tenantId: string, sequence: number): Promise<StoredEvent[]> {
  const events = await api.store.eventsAfter(tenantId as never, sequence, 1000)
  return events.filter(
    ({ type, body }) =>
      isAuditType(type) ||
      (body.source === TASK_EVENT_SOURCE && /task\.(created|updated|deleted)$/.test(type)),
  )
}

interface Asked {
  readonly body?: unknown
  readonly by?: Person
  readonly headers?: Readonly<Record<string, string>>
  readonly tenantId?: (body: never) => string
}

/** Asks, and notes an operation that left other than one audit. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
async function did(operation: string, method: string, url: string, asked: Asked = {}): Promise<any> {
  const before = await api.store.lastSequence()
  const { body, by = admin, headers = {} } = asked
  const answer = await by.call(method, url, body, { headers })
  note(
    operation,
    answer.status,
    answer.text,
    await auditsAfter(asked.tenantId?.(answer.body as never) ?? acme.tenant.id, before),
  )
  return answer.body
}

function note(operation: string, status: number, text: string, audits: readonly StoredEvent[]): void {
  shown.add(operation)
  const types = audits.map(({ type }) => type)
  if (status >= 400) wrong.push(`${operation} was refused: ${status} ${text}`)
  else if (types.length !== 1) wrong.push(`${operation} left ${types.length}: ${types.join(', ')}`)
}

const replace = (path: string, value: unknown) => [{ op: 'replace', path, value }]

it('apps, scripts, items and crash marks', async () => {
  const space = (await admin.call('POST', '/api/v1/spaces', { name: 'apps', type: 'shared' })).body
  const managed = (await admin.call('POST', '/api/v1/spaces', { name: 'managed', type: 'managed' })).body
  const { attributes } = await did('createApp', 'POST', '/api/v1/apps', {
    body: { attributes: { name: 'A' } },
  })
  const url = `/api/v1/apps/${attributes.id}`
  await did('updateAppInfo', 'PUT', url, { body: { attributes: { name: 'B' } } })
  await did('updateAppScript', 'POST', `${url}/scripts`, { body: { script: 'x', versionMessage: 'v' } })
  await admin.call('POST', `${url}/scripts`, { script: 'y' })
  const [version, older] = (await admin.call('GET', `${url}/scripts`)).body.scripts
  await did('patchAppScript', 'PATCH', `${url}/scripts/${version.scriptId}`, {
    body: replace('/versionMessage', 'w'),
  })
  await did('deleteAppScript', 'DELETE', `${url}/scripts/${older.scriptId}`)
  await did('moveAppToSpace', 'PUT', `${url}/space`, { body: { spaceId: space.id } })
  await did('removeAppFromSpace', 'DELETE', `${url}/space`)
  const copy = await did('copyApp', 'POST', `${url}/copy`, { body: {} })
  const bob = await acme.person('bob')
  await did('updateAppOwner', 'PUT', `/api/v1/apps/${copy.attributes.id}/owner`, {
    body: { ownerId: bob.user.id },
  })
  const published = await did('publishApp', 'POST', `${url}/publish`, { body: { spaceId: managed.id } })
  await did('republishApp', 'PUT', `${url}/publish`, { body: { targetId: published.attributes.id } })
  await did('replaceAppPlacement', 'PUT', `${url}/placement`, { body: { minEngineSize: '1' } })
  await did('deleteAppPlacement', 'DELETE', `${url}/placement`)
  const marked = await addApp(api, admin.user, { crashedOnMaxSize: { full: true, partial: false } })
  await did('clearAppCrashMarks', 'POST', `/api/v1/apps/${marked.id}/actions/clear-crash-marks`)
  const [item] = (await admin.call('GET', `/api/v1/items?resourceType=app&resourceId=${attributes.id}`)).body
    .data
  await did('updateItem', 'PUT', `/api/v1/items/${item.id}`, { body: { name: 'C' } })
  await did('deleteItem', 'DELETE', `/api/v1/items/${item.id}`)
  const exported = await admin.call('POST', `/api/v1/apps/${marked.id}/export`)
  const fileId = String(exported.headers.location).split('/').at(-1)
  await did('importApp', 'POST', `/api/v1/apps/import?fileId=${fileId}`)
  await did('deleteApp', 'DELETE', `/api/v1/apps/${marked.id}`)
})

it('reloads', async () => {
  const { id: appId } = await addApp(api, admin.user)
  const { id } = await did('queueReload', 'POST', '/api/v1/reloads', { body: { appId } })
  await did('cancelReload', 'POST', `/api/v1/reloads/${id}/actions/cancel`)
})

it('data files', async () => {
  const first = upload({ name: 'a.csv' }, 'a\n1\n')
  const made = await did('uploadDataFile', 'POST', '/api/v1/data-files', {
    body: first.payload,
    headers: first.headers,
  })
  const again = upload({ name: 'a.csv' }, 'a\n2\n')
  await did('reuploadDataFile', 'PUT', `/api/v1/data-files/${made.id}`, {
    body: again.payload,
    headers: again.headers,
  })
  await did('deleteDataFile', 'DELETE', `/api/v1/data-files/${made.id}`)
})

it('data files that move, have another owner, and go several at once', async () => {
  const space = (await admin.call('POST', '/api/v1/spaces', { name: 'files', type: 'shared' })).body
  const bob = await acme.person('bruno')
  let count = 0
  const file = async () => {
    count += 1
    const name = `f${count}.csv`
    const sent = upload({ name }, 'a')
    return (await admin.call('POST', '/api/v1/data-files', sent.payload, { headers: sent.headers })).body.id
  }
  const [v1, core] = ['/api/v1/data-files', '/api/core/data-files']
  for (const [url, move, owner] of [
    [v1, 'moveDataFile', 'changeDataFileOwner'],
    [core, 'changeSpaceDataFile', 'changeOwnerDataFile'],
  ] as const) {
    const body = { spaceId: space.id }
    await did(move, 'POST', `${url}/${await file()}/actions/change-space`, { body })
    const ownerId = bob.user.id
    await did(owner, 'POST', `${url}/${await file()}/actions/change-owner`, { body: { ownerId } })
  }
  const one = async () => [{ id: await file(), spaceId: space.id }]
  await did('moveDataFiles', 'POST', `${v1}/actions/change-space`, { body: { 'change-space': await one() } })
  await did('changeSpaceDataFiles', 'POST', `${core}/actions/change-space`, {
    body: { changeSpace: await one() },
  })
  await did('deleteDataFiles', 'POST', `${v1}/actions/delete`, { body: { delete: [{ id: await file() }] } })
  await did('deleteCoreDataFile', 'DELETE', `${core}/${await file()}`)
})

it('identity providers and rules of keys', async () => {
  const idps = '/api/v1/identity-providers'
  const jwt = { name: 'Portal', protocol: 'jwt', issuer: 'https://portal.example.com' }
  const { id } = await did('createIdp', 'POST', idps, { body: jwt })
  await did('patchIdp', 'PATCH', `${idps}/${id}`, { body: replace('/name', 'Gate') })
  await did('deleteIdp', 'DELETE', `${idps}/${id}`)
  const rules = `/api/v1/api-keys/configs/${acme.tenant.id}`
  await did('patchApiKeysConfig', 'PATCH', rules, { body: replace('/max_keys_per_user', 9) })
})

it('spaces and their members', async () => {
  const { id } = await did('createSpace', 'POST', '/api/v1/spaces', { body: { name: 'S', type: 'shared' } })
  const url = `/api/v1/spaces/${id}`
  await did('updateSpace', 'PUT', url, { body: { name: 'T' } })
  await did('patchSpace', 'PATCH', url, { body: replace('/name', 'U') })
  const { user } = await acme.person('ida')
  const member = { type: 'user', assigneeId: user.id, roles: ['consumer'] }
  const given = await did('createSpaceAssignment', 'POST', `${url}/assignments`, { body: member })
  const one = `${url}/assignments/${given.id}`
  await did('updateSpaceAssignment', 'PUT', one, { body: { roles: ['producer'] } })
  await did('deleteSpaceAssignment', 'DELETE', one)
  await did('deleteSpace', 'DELETE', url)
})

it('users, groups, keys and clients', async () => {
  const users = '/api/v1/users'
  const { id } = await did('createUser', 'POST', users, { body: { subject: 'idp|new', name: 'New' } })
  await did('patchUser', 'PATCH', `${users}/${id}`, { body: replace('/name', 'Newer') })
  await did('deleteUser', 'DELETE', `${users}/${id}`)
  const gone = await acme.person('gone')
  await did('forgetUser', 'POST', `${users}/${gone.user.id}/actions/forget`)
  await did('inviteUsers', 'POST', `${users}/actions/invite`, {
    body: { invitees: [{ email: 'i@example.com' }] },
  })
  const group = await did('createGroup', 'POST', '/api/v1/groups', {
    body: { name: 'G', providerType: 'custom' },
  })
  await did('patchGroup', 'PATCH', `/api/v1/groups/${group.id}`, {
    body: replace('/assignedRoles', [{ name: 'Developer' }]),
  })
  await did('deleteGroup', 'DELETE', `/api/v1/groups/${group.id}`)
  const key = await did('createApiKey', 'POST', '/api/v1/api-keys', { body: { description: 'k' } })
  await did('patchApiKey', 'PATCH', `/api/v1/api-keys/${key.id}`, { body: replace('/description', 'l') })
  await did('deleteApiKey', 'DELETE', `/api/v1/api-keys/${key.id}`)
  const clients = '/api/v1/oauth-clients'
  const client = await did('createOAuthClient', 'POST', clients, {
    body: { clientName: 'c', appType: 'web' },
  })
  const one = `${clients}/${client.clientId}`
  await did('patchOAuthClient', 'PATCH', one, { body: replace('/clientName', 'd') })
  const secret = await did('createOAuthClientSecret', 'POST', `${one}/client-secrets`)
  await did(
    'deleteOAuthClientSecret',
    'DELETE',
    `${one}/client-secrets/${secret.hint ?? secret.clientSecret?.hint}`,
  )
  await did('deleteOAuthClient', 'DELETE', one)
})

it('signing in and out', async () => {
  const signedIn = async (
    operation: string,
    ask: (browser: Browser) => Promise<{ status: number; text: string }>,
  ) => {
    const browser = new Browser(injecting(api.server))
    const before = await api.store.lastSequence()
    const answer = await ask(browser)
    note(operation, answer.status, answer.text, await auditsAfter(acme.tenant.id, before))
    return browser
  }
  const by = await signedIn('signInWithKey', (browser) => browser.signInWithKey(admin.token))
  const before = await api.store.lastSequence()
  const csrf = hidden((await by.go('GET', '/login')).text, 'csrf')
  const out = await by.submit('/logout', { csrf })
  note('signOut', out.status, out.text, await auditsAfter(acme.tenant.id, before))
  const open = async () => {
    await new Browser(injecting(api.server)).signInWithKey(admin.token)
    return (await admin.call('GET', `/api/v1/users/${admin.user.id}/sessions`)).body.data.at(-1).id
  }
  const sessions = `/api/v1/users/${admin.user.id}/sessions`
  await did('deleteUserSession', 'DELETE', `${sessions}/${await open()}`)
  await open()
  await did('deleteUserSessions', 'DELETE', sessions)
})

it('tasks of every generation', async () => {
  const app = await addApp(api, admin.user)
  const other = await addApp(api, admin.user)
  for (const [path, suffix] of [
    ['/api/scheduling/tasks', ''],
    ['/api/v1/tasks', 'V1'],
  ] as const) {
    const { id } = await did(`createTask${suffix}`, 'POST', path, {
      body: scheduledTask(app.id, { enabled: true }),
    })
    await did(`updateTask${suffix}`, 'PUT', `${path}/${id}`, {
      body: scheduledTask(app.id, { name: 'other', enabled: true }),
    })
    const { reloadId } = await did(`startTask${suffix}`, 'POST', `${path}/${id}/actions/start`)
    await admin.call('POST', `/api/v1/reloads/${reloadId}/actions/cancel`)
    if (suffix === '') await did('patchTask', 'PATCH', `${path}/${id}`, { body: replace('/enabled', false) })
    await admin.call('POST', path, chainedTask(other.id, id))
    await did(`deleteTask${suffix}`, 'DELETE', `${path}/${id}`)
  }
  const daily = {
    appId: app.id,
    timeZone: 'UTC',
    startDateTime: '2026-12-01T00:00:00',
    recurrence: ['RRULE:FREQ=DAILY'],
  }
  const task = await did('createReloadTask', 'POST', '/api/v1/reload-tasks', {
    body: { ...daily, type: 'scheduled_reload' },
  })
  const one = `/api/v1/reload-tasks/${task.id}`
  await did('updateReloadTask', 'PUT', one, {
    body: { ...daily, recurrence: ['RRULE:FREQ=DAILY;INTERVAL=2'] },
  })
  await did('deleteReloadTask', 'DELETE', one)
  const upstream = (await admin.call('POST', '/api/scheduling/tasks', scheduledTask(other.id))).body
  const oneCall = `/api/scheduling/tasks/resources/${app.id}/actions/reload`
  const rule = { recurrence: 'RRULE:FREQ=DAILY;BYHOUR=10;BYMINUTE=20', timezone: 'UTC' }
  await did('reloadOnTimeSchedule', 'POST', `${oneCall}/on-time-schedule`, {
    body: { ...rule, startDateTime: '2026-12-01T06:00:00' },
  })
  await did('reloadOnTaskEvent', 'POST', `${oneCall}/on-task-event`, {
    body: { onTaskId: upstream.id, onTaskStatus: 'failed' },
  })
  const reads = [{ place: { ownerId: admin.user.id }, name: 'a.csv' }]
  const data = { version: 'v' as never, fileBytes: 1, engineTime: 1, tables: [], reads }
  const { id: reader } = await addApp(api, admin.user, { data })
  const onData = `/api/scheduling/tasks/resources/${reader}/actions/reload/on-dataset-updated`
  await did('reloadOnDatasetUpdated', 'POST', onData, { body: {} })
  const settings = '/api/scheduling/settings'
  await did('patchTaskSettings', 'PATCH', settings, { body: { paused: true } })
  await did('putTaskCalendar', 'PUT', `${settings}/calendars/feasts`, { body: { days: ['2026-12-25'] } })
  await did('deleteTaskCalendar', 'DELETE', `${settings}/calendars/feasts`)
})

it('automations and their runs', async () => {
  const url = '/api/v1/automations'
  const workspace = { version: 1, trigger: { kind: 'webhook' }, steps: [] }
  const { id } = await did('createAutomation', 'POST', url, { body: { name: 'a', workspace } })
  const one = `${url}/${id}`
  await did('updateAutomation', 'PUT', one, { body: { name: 'b' } })
  await did('disableAutomation', 'POST', `${one}/actions/disable`)
  await did('enableAutomation', 'POST', `${one}/actions/enable`)
  await did('rotateAutomationToken', 'POST', `${one}/actions/rotate-token`)
  const copy = await did('copyAutomation', 'POST', `${one}/actions/copy`, { body: { name: 'c' } })
  const run = await did('queueAutomationRun', 'POST', `${one}/runs`, { body: { context: 'api' } })
  await did('stopAutomationRun', 'POST', `${one}/runs/${run.id}/actions/stop`)
  await did('retryAutomationRun', 'POST', `${one}/runs/${run.id}/actions/retry`)
  await did('runAutomation', 'POST', `${one}/actions/run`)
  const bob = await acme.person('bert')
  const eve = await acme.person('eve')
  await did('moveAutomation', 'POST', `${one}/actions/move`, { body: { userId: bob.user.id } })
  await did('changeOwnerAutomation', 'POST', `${one}/actions/change-owner`, { body: { userId: eve.user.id } })
  await did('deleteAutomation', 'DELETE', `${url}/${copy.id}`)
})

it('webhooks and alerts', async () => {
  for (const [url, suffix] of [
    ['/api/core/webhooks', ''],
    ['/api/v1/webhooks', 'V1'],
  ] as const) {
    const hook = { name: 'w', url: 'https://example.com/', eventTypes: ['com.qlik.v1.reload.finished'] }
    const { id } = await did(`createWebhook${suffix}`, 'POST', url, { body: hook })
    await did(`updateWebhook${suffix}`, 'PUT', `${url}/${id}`, {
      body: { ...hook, name: 'x', enableCloudEventDelivery: true },
    })
    await did(`patchWebhook${suffix}`, 'PATCH', `${url}/${id}`, { body: replace('/name', 'y') })
    const secret = 'a-new-secret-of-more-than-32-characters'
    if (suffix === '') {
      await did('rotateWebhookSecret', 'POST', `${url}/${id}/actions/rotate-secret`, { body: { secret } })
    }
    await did(`deleteWebhook${suffix}`, 'DELETE', `${url}/${id}`)
  }
  const alert = { name: 'a', channel: 'mail', on: ['failure'], to: ['a@example.com'] }
  const { id } = await did('createAlert', 'POST', '/api/v1/alerts', { body: alert })
  await did('patchAlert', 'PATCH', `/api/v1/alerts/${id}`, { body: { name: 'b' } })
  await did('deleteAlert', 'DELETE', `/api/v1/alerts/${id}`)
})

it('tenants', async () => {
  const operators = { headers: { authorization: `Bearer ${OPERATOR_KEY}` } }
  const { id } = acme.tenant
  await did('patchTenant', 'PATCH', `/api/v1/tenants/${id}`, { body: replace('/name', 'Acme & Co') })
  const url = '/api/operator/tenants'
  await did('createOperatorTenant', 'POST', url, {
    ...operators,
    body: { name: 'N' },
    tenantId: (body: { id: string }) => body.id,
  })
  await did('patchOperatorTenant', 'PATCH', `${url}/${id}`, { ...operators, body: { name: 'M' } })
  await did('patchOperatorTenantLimits', 'PATCH', `${url}/${id}/limits`, { ...operators, body: { share: 2 } })
  await did('patchOperatorTenantTasks', 'PATCH', `${url}/${id}/tasks`, {
    ...operators,
    body: { paused: false },
  })
  await did('deleteOperatorTenant', 'DELETE', `${url}/${id}`, operators)
  await did('restoreOperatorTenant', 'POST', `${url}/${id}/actions/restore`, operators)
})

it('all of these left one audit each, and no other operation changes anything unseen', async () => {
  expect(wrong).toEqual([])
  const document = (await api.server.inject({ url: '/openapi.json' })).json()
  const operations: string[] = []
  for (const methods of Object.values<Record<string, { operationId: string }>>(document.paths)) {
    for (const [method, { operationId }] of Object.entries(methods)) {
      if (method !== 'get' && method !== 'head') operations.push(operationId)
    }
  }
  expect(operations.filter((one) => !shown.has(one) && WITHOUT[one] === undefined)).toEqual([])
  expect(Object.keys(WITHOUT).filter((one) => !operations.includes(one) || shown.has(one))).toEqual([])
  expect(actingNow()).toBeUndefined()
})
