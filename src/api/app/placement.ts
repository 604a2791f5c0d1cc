/** The smallest engine for the reloads of an app (contract 05, section 2). */
import { Type } from 'typebox'
import { placeApp } from '../../catalog/placement.ts'
import { timeText } from '../../core/time-text.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import { Empty } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'

const TAGS = ['apps']
const PLACEMENT_PATH = '/api/v1/apps/:appId/placement'
const AUTOMATIC = '0'

const MinEngineSize = Type.String({
  pattern: '^(0|[1-9][0-9]{0,3})$',
  'x-expected': 'a text of whole GiB from 0 to 9999, such as "40"',
  description:
    'Whole GiB, as text: reloads run on the smallest engine that has so much, or on the largest that there ' +
    'is. `"0"`: as calculated',
})

export function registerPlacement(server: ApiServer, deps: ApiDeps): void {
  server.get(
    PLACEMENT_PATH,
    {
      schema: {
        tags: TAGS,
        operationId: 'getAppPlacement',
        summary: 'Tells the smallest engine for the reloads of an app',
        params: AppPath,
        response: {
          200: Type.Object({
            minEngineSize: MinEngineSize,
            createdAt: Type.Optional(Type.String({ format: 'date-time', description: 'When it was set' })),
          }),
          ...problems(403, 404),
        },
      },
    },
    async (request) => {
      const { placement } = await appFor(deps, callerOf(request), request.params.appId, 'read')
      if (placement === undefined) return { minEngineSize: AUTOMATIC }
      return { minEngineSize: placement.minEngineSize, createdAt: timeText(placement.createdAt) }
    },
  )
  server.put(
    PLACEMENT_PATH,
    {
      schema: {
        tags: TAGS,
        operationId: 'replaceAppPlacement',
        summary: 'Sets the smallest engine for the reloads of an app',
        params: AppPath,
        body: Type.Object({ minEngineSize: MinEngineSize }),
        response: { 200: Empty, ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const size = Number(request.body.minEngineSize)
      done(await placeApp(deps, callerOf(request), request.params.appId, size))
      return reply.code(200).send('')
    },
  )
  server.delete(
    PLACEMENT_PATH,
    {
      schema: {
        tags: TAGS,
        operationId: 'deleteAppPlacement',
        summary: 'Leaves the engines of an app’s reloads to the calculation',
        params: AppPath,
        response: { 200: Empty, ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await placeApp(deps, callerOf(request), request.params.appId, 0))
      return reply.code(200).send('')
    },
  )
}
