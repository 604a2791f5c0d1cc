/**
 * How each route is called with ids of things that are there. Parameters of paths are filled by their names,
 * `:id` by the part of the path before it; a route that takes more (a body, a query) has a row here.
 */

import { zipWith } from '../zip-with.ts'

/** By name, and `webhooks/:id` by the part of the path before. */
export type Ids = Readonly<Record<string, string>>

export interface Call {
  /** Where its parameters are not those of their names. */
  readonly ids?: (ids: Ids) => Ids
  readonly query?: (ids: Ids) => string
  readonly body?: (ids: Ids) => unknown
  /** The body is an upload with this JSON part. */
  readonly upload?: (ids: Ids) => object
  /** The body is these bytes. */
  readonly bytes?: Buffer
  /** Not about things in spaces of this type. */
  readonly notIn?: string
}

const body = (value: unknown): Call => ({ body: () => value })
const patch = (path: string, value: unknown) => body([{ op: 'replace', path, value }])

/** An exported app. */
const ARCHIVE = zipWith([
  {
    name: 'manifest.json',
    packed: Buffer.from(JSON.stringify({ format: 'reprise-app', version: 1, app: { name: 'x' } })),
  },
])

const HOOK = { name: 'w', url: 'https://example.com/', eventTypes: [], level: 'user' }
const reloading = (appId: string) => ({
  name: 't',
  specVersion: '1.16.0',
  start: {
    stateName: 'reload',
    schedule: {
      recurrence: 'RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0',
      startDateTime: '2026-11-01T00:00:00',
      timezone: 'Europe/Berlin',
    },
  },
  states: [
    {
      name: 'reload',
      type: 'EVENT',
      end: true,
      onEvents: [
        {
          eventRefs: [],
          actions: [
            { name: 'reload', functionRef: { refName: 'app.reload', arguments: { appId, partial: false } } },
          ],
        },
      ],
    },
  ],
})
const task: Call = { body: ({ appId }) => reloading(appId!) }
const hooks = (path: string): Record<string, Call> => ({
  [`POST ${path}`]: body(HOOK),
  [`PUT ${path}/:id`]: body({ ...HOOK, enableCloudEventDelivery: true }),
  [`PATCH ${path}/:id`]: patch('/name', 'x'),
})

const moving: Call = { body: ({ openSharedId }) => ({ spaceId: openSharedId }) }
const handing: Call = { body: ({ ownerId }) => ({ ownerId }) }
const moves = ({ 'data-files/:id': id, openSharedId }: Ids) => [{ id, spaceId: openSharedId }]
const ONE_CALL = '/api/scheduling/tasks/resources/:appId/actions/reload'

export const CALLS: Readonly<Record<string, Call>> = {
  'GET /api/v1/reloads': { query: ({ appId }) => `appId=${appId}` },
  'POST /api/v1/reloads': { body: ({ appId }) => ({ appId }) },
  'PATCH /api/scheduling/settings': body({ paused: false }),
  'PUT /api/scheduling/settings/calendars/:name': body({ days: ['2026-12-25'] }),
  'GET /api/v1/audits/archive': { query: () => 'date=2026-11-01' },
  'POST /api/v1/alerts': body({ name: 'x', channel: 'mail', on: ['failure'], to: ['x@example.com'] }),
  'PATCH /api/v1/alerts/:id': body({ name: 'x' }),
  'POST /api/v1/apps': { body: ({ spaceId }) => ({ attributes: { spaceId } }), notIn: 'data' },
  'PUT /api/v1/apps/:appId': body({ attributes: { name: 'x' } }),
  'POST /api/v1/apps/:appId/copy': body({}),
  'PUT /api/v1/apps/:appId/space': { body: ({ openSharedId }) => ({ spaceId: openSharedId }) },
  'PUT /api/v1/apps/:appId/owner': { body: ({ ownerId }) => ({ ownerId }) },
  'POST /api/v1/apps/:appId/publish': { body: ({ openManagedId }) => ({ spaceId: openManagedId }) },
  'PUT /api/v1/apps/:appId/publish': { body: ({ copyId }) => ({ targetId: copyId }) },
  'PUT /api/v1/apps/:appId/placement': body({ minEngineSize: '0' }),
  'POST /api/v1/apps/import': { query: ({ spaceId }) => `spaceId=${spaceId}`, bytes: ARCHIVE, notIn: 'data' },
  'POST /api/v1/temp-contents': { query: () => 'filename=a', bytes: Buffer.from('a') },
  'POST /api/v1/apps/:appId/scripts': body({ script: 'TRACE x' }),
  'PATCH /api/v1/apps/:appId/scripts/:id': body([{ Op: 'replace', Path: '/versionMessage', Value: '"x"' }]),
  'POST /api/v1/apps/validatescript': body({ script: 'TRACE x' }),
  'POST /api/v1/data-files': { upload: ({ connectionId }) => ({ name: 'new.csv', connectionId }) },
  'PUT /api/v1/data-files/:id': { upload: () => ({ name: 'theirs.csv' }) },
  'POST /api/v1/data-files/:id/actions/change-space': moving,
  'POST /api/core/data-files/:id/actions/change-space': moving,
  'POST /api/v1/data-files/:id/actions/change-owner': handing,
  'POST /api/core/data-files/:id/actions/change-owner': handing,
  'POST /api/v1/data-files/actions/change-space': { body: (ids) => ({ 'change-space': moves(ids) }) },
  'POST /api/core/data-files/actions/change-space': { body: (ids) => ({ changeSpace: moves(ids) }) },
  'POST /api/v1/data-files/actions/delete': {
    body: ({ 'data-files/:id': id }) => ({ delete: [{ id }] }),
  },
  'POST /api/core/data-files/actions/post': body({ post: [] }),
  'GET /api/core/data-files/:id/folder-stats': { ids: ({ folderId }) => ({ 'data-files/:id': folderId! }) },
  'POST /api/core/data-files/connections/actions/filter': {
    body: ({ spaceId }) => ({ spaceIds: [spaceId] }),
  },
  'PUT /api/v1/items/:itemId': body({ name: 'x' }),
  'PATCH /api/v1/tenants/:tenantId': patch('/name', 'x'),
  'POST /api/v1/identity-providers': body({ name: 'x', protocol: 'jwt', issuer: 'https://new.example.com' }),
  'PATCH /api/v1/identity-providers/:id': patch('/name', 'x'),
  'POST /api/v1/oauth-clients': body({ clientName: 'x', appType: 'web' }),
  'PATCH /api/v1/oauth-clients/:id': patch('/clientName', 'x'),
  'POST /api/v1/spaces': { body: ({ type }) => ({ name: 'New', type }) },
  'PUT /api/v1/spaces/:spaceId': body({ description: 'x' }),
  'PATCH /api/v1/spaces/:spaceId': patch('/description', 'x'),
  'POST /api/v1/spaces/:spaceId/assignments': {
    body: ({ strangerId }) => ({ type: 'user', assigneeId: strangerId, roles: ['facilitator'] }),
  },
  'PUT /api/v1/spaces/:spaceId/assignments/:assignmentId': body({ roles: ['facilitator'] }),
  'POST /api/v1/users': body({ subject: 'new' }),
  'POST /api/v1/users/actions/invite': body({ invitees: [{ email: 'new@example.com' }] }),
  'PATCH /api/v1/users/:userId': patch('/name', 'x'),
  'POST /api/v1/roles': body({ name: 'x' }),
  'PATCH /api/v1/roles/:id': patch('/name', 'x'),
  'PATCH /api/v1/groups/settings': patch('/autoCreateGroups', true),
  'POST /api/v1/groups': body({ name: 'New' }),
  'PATCH /api/v1/groups/:groupId': patch('/assignedRoles', []),
  'POST /api/v1/api-keys': body({ description: 'x' }),
  'PATCH /api/v1/api-keys/:id': patch('/description', 'x'),
  'PATCH /api/v1/api-keys/configs/:tenantId': patch('/max_keys_per_user', 1000),
  'POST /api/v1/automations': body({ name: 'x' }),
  'PUT /api/v1/automations/:id': body({ name: 'x' }),
  'POST /api/v1/automations/:id/actions/copy': body({ name: 'x' }),
  'POST /api/v1/automations/:id/actions/move': { body: ({ ownerId }) => ({ userId: ownerId }) },
  'POST /api/v1/automations/:id/actions/change-owner': { body: ({ ownerId }) => ({ userId: ownerId }) },
  'POST /api/v1/automations/:id/runs': body({ context: 'api' }),
  'POST /api/scheduling/tasks': task,
  'PUT /api/scheduling/tasks/:id': task,
  'PATCH /api/scheduling/tasks/:id': patch('/name', 'x'),
  'POST /api/v1/tasks': task,
  'PUT /api/v1/tasks/:id': task,
  'POST /api/scheduling/tasks/actions/preview': body({ recurrence: 'FREQ=DAILY' }),
  [`POST ${ONE_CALL}/on-time-schedule`]: body({ recurrence: 'FREQ=DAILY' }),
  [`POST ${ONE_CALL}/on-task-event`]: { body: ({ heardId }) => ({ onTaskId: heardId }) },
  [`POST ${ONE_CALL}/on-dataset-updated`]: body({}),
  'POST /api/v1/reload-tasks': {
    body: ({ olderAppId }) => ({ appId: olderAppId, timeZone: 'UTC', recurrence: [] }),
  },
  'PUT /api/v1/reload-tasks/:taskId': body({ timeZone: 'UTC', recurrence: [] }),
  ...hooks('/api/v1/webhooks'),
  ...hooks('/api/core/webhooks'),
  'POST /api/core/webhooks/:id/actions/recover': body({ since: '2026-01-01T00:00:00Z' }),
  'POST /api/core/webhooks/:id/actions/rotate-secret': body({ secret: '0123456789abcdef0123456789ABCDEF' }),
}

/** A request as it is sent. */
export interface Request {
  readonly method: string
  readonly url: string
  readonly body: unknown
  readonly isUpload: boolean
  readonly isBytes: boolean
}

/** The request to a route about these things; undefined where one of them is not there. */
export function requestTo(method: string, url: string, ids: Ids): Request | undefined {
  let isWhole = true
  const known = new Proxy(ids, {
    get(target, name) {
      isWhole &&= Object.hasOwn(target, name)
      return target[name as string]
    },
  })
  const { ids: special, query, body, upload, bytes, notIn } = CALLS[`${method} ${url}`] ?? {}
  const path = pathOf(url, { ...ids, ...special?.(known) })
  const asked = query === undefined ? path : `${path}?${query(known)}`
  const request = {
    method,
    url: asked ?? '',
    body: bytes ?? (upload ?? body)?.(known),
    isUpload: upload !== undefined,
    isBytes: bytes !== undefined,
  }
  const isThere = notIn === undefined || notIn !== ids.type
  return path !== undefined && isWhole && isThere ? request : undefined
}

/** The path with ids: of what is within tasks and automations by that first. */
function pathOf(url: string, ids: Ids): string | undefined {
  const steps = url.split('/')
  const filled = steps.map((step, at) => {
    if (!step.startsWith(':')) return step
    const named = steps.slice(0, at).filter((one) => !one.startsWith(':'))
    const family = named.find((one) => ['tasks', 'automations'].includes(one))
    const last = named.at(-1)
    return ids[`${family}/${last}/${step}`] ?? ids[`${last}/${step}`] ?? ids[step.slice(1)]
  })
  return filled.includes(undefined) ? undefined : filled.join('/')
}
