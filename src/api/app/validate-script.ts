/** Finds what is wrong with a script without running it (contract 05, section 2). */
import { Type } from 'typebox'
import { callerOf } from '../http/authenticate.ts'
import { scriptBodyBytes } from '../http/body-room.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems, refuse } from '../http/problem.ts'

const Issue = Type.Object(
  {
    Tab: Type.Integer({ description: 'Section of the script, from 0' }),
    Line: Type.Integer({ description: 'Line within the script, from 0' }),
    Column: Type.Integer({ description: 'UTF-8 bytes before the place' }),
    Msg: Type.String(),
    Info: Type.String({ description: 'The statement' }),
  },
  { title: 'ScriptIssue' },
)

export function registerValidateScript(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/validatescript',
    {
      bodyLimit: scriptBodyBytes(deps.limits),
      config: { largeMembers: ['script'] },
      schema: {
        tags: ['apps'],
        operationId: 'validateScript',
        summary: 'Finds what is wrong with a script without running it',
        description:
          'Errors are what a full reload fails with for certain, from the text alone. Warnings depend on data, on ' +
          'the request or on a branch, or are seldom meant.',
        body: Type.Object({ script: Type.String() }),
        response: {
          200: Type.Object({ Errors: Type.Array(Issue), Warnings: Type.Array(Issue) }),
          ...problems(400, 413, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { script } = request.body
      if (Buffer.byteLength(script) > deps.limits.scriptBytes) {
        const detail = `a script has at most ${deps.limits.scriptBytes} bytes`
        throw refuse('tooLarge', { detail, pointer: '/script' })
      }
      const issues = await deps.reader.checkScript(callerOf(request).tenantId, script)
      return reply.type('application/json; charset=utf-8').send(issues as never)
    },
  )
}
