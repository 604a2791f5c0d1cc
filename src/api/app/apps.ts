/**
 * Room `api/app`: routes about apps, their scripts and data models, and the list of items. Decoding, one use
 * case and encoding enter.
 *
 * Apps: create, read, rename, copy, move, hand over, delete (contract 05, section 2). There is no list here:
 * apps are listed as items. An app's data is never written by this resource; deleting an app cancels its
 * active reload.
 */

import { type Static, Type } from 'typebox'
import { copyApp, createApp, describeApp, handOverApp, moveApp } from '../../catalog/app.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import { APP_USAGES, type App, STORES_MODES } from '../../core/records.ts'
import { type AppRight, mayUseApp } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import { deleteApp } from '../../intake/cancel.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing, Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { appFor, standingIn } from '../http/rights.ts'

const TAGS = ['apps']

const Name = Type.String({ minLength: 1, maxLength: 256 })
const Description = Type.String({ maxLength: 4096 })

const Stores = Type.Enum(STORES_MODES, {
  description:
    'When others see what the script stores: `atomic` with the end of a reload that succeeds, all of it or ' +
    'nothing; `immediate` at each STORE, also of reloads that fail, and again with each attempt',
})

const NewAttributes = Type.Object({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  locale: Type.Optional(Type.String({ maxLength: 64 })),
  spaceId: Type.Optional(Type.String()),
  usage: Type.Optional(Type.Enum(APP_USAGES)),
  stores: Type.Optional(Stores),
})

const CHANGED = {
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  stores: Type.Optional(Stores),
}

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
      stores: Stores,
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
        operationId: 'createApp',
        summary: 'Creates an app',
        body: Type.Object({ attributes: Type.Optional(NewAttributes) }),
        response: { 200: NxApp, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await createApp(deps, caller, request.body.attributes ?? {})
      return nxApp(deps, caller, done(app, '/attributes'))
    },
  )
  server.get(
    '/api/v1/apps/:appId',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppInfo',
        summary: 'Reads an app',
        params: AppPath,
        response: answers(),
      },
    },
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
        operationId: 'updateAppInfo',
        summary: 'Renames or describes an app, or says when others see what it stores',
        params: AppPath,
        body: Type.Object({
          attributes: Type.Optional(Type.Object(CHANGED)),
          // Some clients send the fields as they are (contract 09, I3).
          ...CHANGED,
        }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { name, description, stores } = { ...request.body, ...request.body.attributes }
      const change = defined({ name, description, stores })
      return nxApp(deps, caller, done(await describeApp(deps, caller, request.params.appId, change)))
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
        operationId: 'deleteApp',
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
        operationId: 'getAppsPrivileges',
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
        operationId: 'copyApp',
        summary: 'Copies an app: its script and data, not its history',
        params: AppPath,
        body: Type.Object({ attributes: Type.Optional(NewAttributes) }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await copyApp(deps, caller, request.params.appId, request.body.attributes ?? {})
      return nxApp(deps, caller, done(app, '/attributes'))
    },
  )
  registerSpaceOfApp(server, deps)
}

function registerSpaceOfApp(server: ApiServer, deps: ApiDeps): void {
  server.put(
    '/api/v1/apps/:appId/space',
    {
      schema: {
        tags: TAGS,
        operationId: 'moveAppToSpace',
        summary: 'Moves an app into a space',
        params: AppPath,
        body: Type.Object({ spaceId: Type.String() }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await moveApp(deps, caller, request.params.appId, request.body.spaceId)
      return nxApp(deps, caller, done(app))
    },
  )
  server.delete(
    '/api/v1/apps/:appId/space',
    {
      schema: {
        tags: TAGS,
        operationId: 'removeAppFromSpace',
        summary: 'Takes an app out of its space',
        params: AppPath,
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      return nxApp(deps, caller, done(await moveApp(deps, caller, request.params.appId, null)))
    },
  )
  server.put(
    '/api/v1/apps/:appId/owner',
    {
      schema: {
        tags: TAGS,
        operationId: 'updateAppOwner',
        summary: 'Hands an app to another owner',
        params: AppPath,
        body: Type.Object({ ownerId: Type.String() }),
        response: answers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await handOverApp(deps, caller, request.params.appId, request.body.ownerId)
      return nxApp(deps, caller, done(app))
    },
  )
}

function answers() {
  return { 200: NxApp, ...problems(400, 403, 404, 409) }
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
      ...defined({ spaceId: app.spaceId }),
      usage: app.usage,
      stores: app.stores ?? 'atomic',
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
