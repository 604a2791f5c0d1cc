/**
 * Room `api/app`: routes about apps, their scripts and data models, and the list of items. Decoding, one use
 * case and encoding enter.
 *
 * Apps: create, read, rename, copy, move, hand over, delete (contract 05, section 2). There is no list here:
 * apps are listed as items. An app's data is never written by this resource; deleting an app cancels its
 * active reload.
 */

import { Type } from 'typebox'
import { createApp, describeApp, handOverApp, moveApp } from '../../catalog/app.ts'
import { copyApp } from '../../catalog/app-copy.ts'
import { defined } from '../../core/defined.ts'
import { APP_USAGES } from '../../core/records.ts'
import { deleteApp } from '../../intake/cancel.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing, Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'
import { AppDescription, AppName, appAnswers, NxApp, nxApp, Stores } from './nx-app.ts'

const TAGS = ['apps']

const NewAttributes = Type.Object(
  {
    name: Type.Optional(AppName),
    description: Type.Optional(AppDescription),
    locale: Type.Optional(Type.String({ maxLength: 64 })),
    spaceId: Type.Optional(Type.String()),
    usage: Type.Optional(Type.Enum(APP_USAGES)),
    stores: Type.Optional(Stores),
  },
  { title: 'NewAppAttributes' },
)

const CHANGED = {
  name: Type.Optional(AppName),
  description: Type.Optional(AppDescription),
  stores: Type.Optional(Stores),
}

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
        response: appAnswers(),
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
        response: appAnswers(),
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
    async () => ['can_create_app', 'can_import_app'],
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
        response: appAnswers(),
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
        response: appAnswers(),
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
        response: appAnswers(),
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
        response: appAnswers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const app = await handOverApp(deps, caller, request.params.appId, request.body.ownerId)
      return nxApp(deps, caller, done(app))
    },
  )
}
