/**
 * Clearing the marks of an app that ran out of memory on the largest engine; ours. While it is marked its
 * reloads are refused without an engine. A changed script, changed data and a changed place clear the marks
 * too.
 */
import { Type } from 'typebox'
import { clearCrashMarks } from '../../catalog/crash-marks.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'

export function registerCrashMarks(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/:appId/actions/clear-crash-marks',
    {
      schema: {
        operationId: 'clearAppCrashMarks',
        summary: 'Let an app be reloaded again that ran out of memory on the largest engine',
        description:
          'Extension. Clears its marks, of full and of partial reloads. Needs the right to reload the app.',
        tags: ['apps'],
        params: Type.Object({ appId: Type.String() }),
        response: { 204: Type.Null(), ...problems(403, 404) },
      },
    },
    async (request, reply) => {
      done(await clearCrashMarks(deps, callerOf(request), request.params.appId))
      return reply.code(204).send(null)
    },
  )
}
