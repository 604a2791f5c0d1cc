/** Apps are published into managed spaces, and again (contract 05, section 2). */
import { type Static, Type } from 'typebox'
import { PUBLISHED_DATA, type PublishWish, publishApp, republishApp } from '../../catalog/publish.ts'
import { defined } from '../../core/defined.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, refuse } from '../http/problem.ts'
import { AppDescription, AppName, appAnswers, nxApp } from './nx-app.ts'

const TAGS = ['apps']

const Wish = {
  attributes: Type.Optional(
    Type.Object(
      { name: Type.Optional(AppName), description: Type.Optional(AppDescription) },
      { title: 'PublishedAttributes' },
    ),
  ),
  data: Type.Optional(
    Type.Enum(PUBLISHED_DATA, {
      description:
        '`source`: the data of the app; `target`: what the published app has, none when it is new. ' +
        '`source` by default',
    }),
  ),
}
const Id = Type.String({ maxLength: 64 })

const Publishing = Type.Object({
  ...Wish,
  spaceId: Id,
  originAppId: Type.Optional(Id),
  moveApp: Type.Optional(Type.Boolean({ description: 'false: apps are published as copies' })),
})

const Republishing = Type.Object({
  ...Wish,
  targetId: Type.Optional(
    Type.String({ maxLength: 64, description: 'The published app; may be left out where there is only one' }),
  ),
  checkOriginAppId: Type.Optional(
    Type.Boolean({ description: 'false: also over one that was published from another app' }),
  ),
  spaceId: Type.Optional(Id),
})

export function registerPublish(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/:appId/publish',
    {
      schema: {
        tags: TAGS,
        operationId: 'publishApp',
        summary: 'Publishes an app into a managed space, as a copy of its script and data',
        params: AppPath,
        body: Publishing,
        response: appAnswers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { spaceId, moveApp } = request.body
      if (moveApp === true) {
        const detail = 'apps are published as copies: move one by PUT /api/v1/apps/{appId}/space'
        throw refuse('badRequest', { detail, pointer: '/moveApp' })
      }
      const wish = wishOf(request.body)
      const app = await publishApp(deps, caller, request.params.appId, spaceId, wish)
      return nxApp(deps, caller, done(app))
    },
  )
  server.put(
    '/api/v1/apps/:appId/publish',
    {
      schema: {
        tags: TAGS,
        operationId: 'republishApp',
        summary: 'Renews a published app with the script and data of the app that it was made from',
        params: AppPath,
        body: Republishing,
        response: appAnswers(),
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { targetId, checkOriginAppId: checkOrigin } = request.body
      const wish = { ...wishOf(request.body), ...defined({ targetId, checkOrigin }) }
      return nxApp(deps, caller, done(await republishApp(deps, caller, request.params.appId, wish)))
    },
  )
}

type Sent = Pick<Static<typeof Publishing>, 'attributes' | 'data'>

function wishOf({ attributes = {}, data }: Sent): PublishWish {
  const { name, description } = attributes
  return defined({ name, description, data })
}
