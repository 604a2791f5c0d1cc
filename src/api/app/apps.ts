/**
 * Apps: create, read, rename, copy, move, hand over, delete (contract 05, section 2). There is no list here:
 * apps are listed as items. An app's data is never written by this resource; deleting an app cancels its
 * active reload.
 */
import { type Static, Type } from 'typebox'
import { APP_USAGES, type App, type Caller } from '../../catalog/records.ts'
import { type AppRight, mayUseApp } from '../../catalog/rights.ts'
import { newDataVersion, newUuid, type SpaceId, type UserId } from '../../core/ids.ts'
import { timeText } from '../../core/time-text.ts'
import { deleteApp } from '../../intake/cancel.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing, Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems, refuse } from '../http/problem.ts'
import { appFor, spaceFor, standingIn } from '../http/rights.ts'

const TAGS = ['apps']

export const AppPath = Type.Object({ appId: Type.String() })
const Name = Type.String({ minLength: 1, maxLength: 256 })
const Description = Type.String({ maxLength: 4096 })

const NewAttributes = Type.Object({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  locale: Type.Optional(Type.String({ maxLength: 64 })),
  spaceId: Type.Optional(Type.String()),
  usage: Type.Optional(Type.Enum(APP_USAGES)),
})

const NxApp = Type.Object({
  attributes: Type.Object(
    {
      id: Type.String({ format: 'uuid' }),
      name: Type.String(),
      description: Type.String(),
      ownerId: Type.String(),
      owner: Type.String({ deprecated: true }),
      spaceId: Type.Optional(Type.String({ description: 'Absent for a personal app' })),
      usage: Type.Enum(APP_USAGES),
      createdDate: Type.String({ format: 'date-time' }),
      modifiedDate: Type.String({ format: 'date-time' }),
      lastReloadTime: Type.Optional(Type.String({ format: 'date-time' })),
      published: Type.Boolean(),
      hasSectionAccess: Type.Boolean(),
      encrypted: Type.Boolean(),
      isDirectQueryMode: Type.Boolean(),
      custom: Type.Object({}),
    },
    { additionalProperties: true },
  ),
  privileges: Type.Array(Type.String()),
  create: Type.Array(Type.Object({ canCreate: Type.Boolean(), resource: Type.String() })),
})

export function registerApps(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        tags: TAGS,
        summary: 'Creates an app',
        body: Type.Object({ attributes: Type.Optional(NewAttributes) }),
        response: { 200: NxApp, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await createApp(deps, caller, request.body.attributes ?? {})
      return nxApp(deps, caller, app)
    },
  )
  server.get(
    '/api/v1/apps/:appId',
    { schema: { tags: TAGS, summary: 'Reads an app', params: AppPath, response: answers() } },
    async (request) => {
      const caller = callerOf(request)
      return nxApp(deps, caller, await appFor(deps, caller, request.params.appId, 'read'))
    },
  )
  server.put(
    '/api/v1/apps/:appId',
    {
      schema: {
        tags: TAGS,
        summary: 'Renames or describes an app',
        params: AppPath,
        body: Type.Object({
          attributes: Type.Object({
            name: Type.Optional(Name),
            description: Type.Optional(Description),
          }),
        }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await appFor(deps, caller, request.params.appId, 'develop')
      const { name, description } = request.body.attributes
      return changed(deps, caller, app, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      })
    },
  )
  registerAppEnd(server, deps)
}

function registerAppEnd(server: ApiServer, deps: ApiDeps): void {
  server.delete(
    '/api/v1/apps/:appId',
    {
      schema: {
        tags: TAGS,
        summary: 'Deletes an app',
        description: 'Cancels its active reload.',
        params: AppPath,
        response: { 200: Empty, ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const app = await appFor(deps, caller, request.params.appId, 'remove')
      await deleteApp({ ...deps, ...deps.settleRules, log: deps.world.log }, caller.tenantId, app.id)
      return reply.code(200).send('')
    },
  )
  server.get(
    '/api/v1/apps/privileges',
    {
      schema: {
        tags: TAGS,
        summary: 'What the caller may do with apps at all',
        response: { 200: Type.Array(Type.String()), ...problems(500) },
      },
    },
    async () => ['can_create_app'],
  )
  registerMoves(server, deps)
}

function registerMoves(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/:appId/copy',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        tags: TAGS,
        summary: 'Copies an app: its script and data, not its history',
        params: AppPath,
        body: Type.Object({ attributes: Type.Optional(NewAttributes) }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const source = await appFor(deps, caller, request.params.appId, 'read-script')
      return nxApp(deps, caller, await copyApp(deps, caller, source, request.body.attributes ?? {}))
    },
  )
  server.put(
    '/api/v1/apps/:appId/space',
    {
      schema: {
        tags: TAGS,
        summary: 'Moves an app into a space',
        params: AppPath,
        body: Type.Object({ spaceId: Type.String() }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await appFor(deps, caller, request.params.appId, 'remove')
      const spaceId = await spaceForApps(deps, caller, request.body.spaceId, '/spaceId')
      return changed(deps, caller, app, { spaceId })
    },
  )
  server.delete(
    '/api/v1/apps/:appId/space',
    {
      schema: { tags: TAGS, summary: 'Takes an app out of its space', params: AppPath, response: answers() },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await appFor(deps, caller, request.params.appId, 'remove')
      return changed(deps, caller, app, { spaceId: null })
    },
  )
  server.put(
    '/api/v1/apps/:appId/owner',
    {
      schema: {
        tags: TAGS,
        summary: 'Hands an app to another owner',
        params: AppPath,
        body: Type.Object({ ownerId: Type.String() }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await appFor(deps, caller, request.params.appId, 'hand-over')
      const owner = await deps.store.user(caller.tenantId, request.body.ownerId as UserId)
      if (owner?.status !== 'active') {
        throw refuse('userNotFound', { detail: 'there is no active user with this id', pointer: '/ownerId' })
      }
      return changed(deps, caller, app, { ownerId: owner.id })
    },
  )
}

function answers() {
  return { 200: NxApp, ...problems(400, 403, 404) }
}

type Attributes = Static<typeof NewAttributes>

async function createApp(deps: ApiDeps, caller: Caller, given: Attributes, data?: App['data']): Promise<App> {
  const spaceId =
    given.spaceId === undefined
      ? undefined
      : await spaceForApps(deps, caller, given.spaceId, '/attributes/spaceId')
  const now = deps.world.clock.now()
  const app: App = {
    id: newUuid(deps.world.random),
    tenantId: caller.tenantId,
    name: given.name ?? 'New app',
    description: given.description ?? '',
    ownerId: caller.user.id,
    ...(spaceId === undefined ? {} : { spaceId }),
    usage: given.usage ?? 'ANALYTICS',
    createdAt: now,
    modifiedAt: now,
    crashedOnMaxSize: { full: false, partial: false },
    ...(data === undefined ? {} : { data }),
  }
  await deps.store.addApp(app)
  return app
}

async function copyApp(deps: ApiDeps, caller: Caller, source: App, given: Attributes): Promise<App> {
  const attributes = {
    name: `${source.name} (copy)`.slice(0, 256),
    description: source.description,
    usage: source.usage,
    ...given,
  }
  const made = await createApp(deps, caller, attributes, await copyData(deps, source))
  const script = await deps.store.script(caller.tenantId, source.id, 'current')
  if (script === undefined) return made
  await deps.store.addScript(
    {
      ...script,
      id: newUuid(deps.world.random),
      appId: made.id,
      modifierId: caller.user.id,
      modifiedAt: deps.world.clock.now(),
    },
    1,
  )
  return made
}

/** Data of the copy's own: a version belongs to one app and goes with it. */
async function copyData(deps: ApiDeps, source: App): Promise<App['data']> {
  const { random, clock } = deps.world
  for (let app: App | undefined = source; app?.data !== undefined; ) {
    const version = newDataVersion(random, clock.now())
    if (await deps.appData.copy(app.data.version, version)) return { ...app.data, version }
    // A reload gave the app new data in between, unless the file is gone for good.
    const now: App | undefined = await deps.store.app(app.tenantId, app.id)
    if (now?.data?.version === app.data.version) throw new Error(`the data of app ${app.id} is not there`)
    app = now
  }
  return undefined
}

async function spaceForApps(
  deps: ApiDeps,
  caller: Caller,
  spaceId: string,
  pointer: string,
): Promise<SpaceId> {
  const { space } = await spaceFor(deps, caller, spaceId, 'see')
  if (space.type === 'data') throw refuse('badRequest', { detail: 'a data space holds no apps', pointer })
  return (await spaceFor(deps, caller, spaceId, 'add-app')).space.id
}

async function changed(
  deps: ApiDeps,
  caller: Caller,
  app: App,
  change: Parameters<ApiDeps['store']['changeApp']>[2],
): Promise<Static<typeof NxApp>> {
  const after = await deps.store.changeApp(caller.tenantId, app.id, change, deps.world.clock.now())
  if (after === undefined) throw refuse('notFound', { detail: 'the app was deleted', parameter: 'appId' })
  return nxApp(deps, caller, after)
}

const PRIVILEGES: readonly (readonly [AppRight, readonly string[]])[] = [
  ['read', ['read']],
  ['develop', ['update']],
  ['read-script', ['duplicate']],
  ['reload', ['reload']],
  ['remove', ['delete', 'change_space']],
  ['hand-over', ['change_owner']],
]

async function nxApp(deps: ApiDeps, caller: Caller, app: App): Promise<Static<typeof NxApp>> {
  const standing = app.spaceId === undefined ? undefined : await standingIn(deps, caller, app.spaceId)
  return {
    attributes: {
      id: app.id,
      name: app.name,
      description: app.description,
      ownerId: app.ownerId,
      owner: app.ownerId,
      ...(app.spaceId === undefined ? {} : { spaceId: app.spaceId }),
      usage: app.usage,
      createdDate: timeText(app.createdAt),
      modifiedDate: timeText(app.modifiedAt),
      ...(app.data === undefined ? {} : { lastReloadTime: timeText(app.data.engineTime) }),
      published: false,
      hasSectionAccess: false,
      encrypted: false,
      isDirectQueryMode: app.usage === 'DIRECT_QUERY_MODE',
      custom: {},
    },
    privileges: PRIVILEGES.flatMap(([right, names]) =>
      mayUseApp(caller.user, app, standing, right) ? names : [],
    ),
    create: [],
  }
}
