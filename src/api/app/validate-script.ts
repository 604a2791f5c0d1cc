/** Finds faults of a script without running it (contract 05, section 2). */
import { Type } from 'typebox'
import { checkScript } from '../../script/check/check-script.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems, refuse } from '../http/problem.ts'
import { scriptBodyBytes } from './scripts.ts'

const Issue = Type.Object({
  Tab: Type.Integer({ description: 'Section of the script, from 0' }),
  Line: Type.Integer({ description: 'Line within the script, from 0' }),
  Column: Type.Integer({ description: 'UTF-8 bytes before the place' }),
  Msg: Type.String(),
  Info: Type.String({ description: 'The statement' }),
})

const INFO_MAX_CHARACTERS = 1024
const ISSUES_MAX = 1000

export function registerValidateScript(server: ApiServer, deps: ApiDeps): void {
  server.post(
    '/api/v1/apps/validatescript',
    {
      bodyLimit: scriptBodyBytes(deps.limits),
      schema: {
        tags: ['apps'],
        summary: 'Finds faults of a script without running it',
        description: 'Statements with $(…) are not judged: what they say is known only at run time.',
        body: Type.Object({ script: Type.String() }),
        response: {
          200: Type.Object({ Errors: Type.Array(Issue), Warnings: Type.Array(Issue) }),
          ...problems(400, 413),
        },
      },
    },
    async (request) => {
      const { script } = request.body
      if (Buffer.byteLength(script) > deps.limits.scriptBytes) {
        const detail = `a script has at most ${deps.limits.scriptBytes} bytes`
        throw refuse('tooLarge', { detail, pointer: '/script' })
      }
      const lines = script.split('\n')
      const issues = checkScript(script).slice(0, ISSUES_MAX)
      return {
        Errors: issues.map(({ line, column, message, statement }) => ({
          Tab: 0,
          Line: line - 1,
          Column: Buffer.byteLength(lines[line - 1]!.slice(0, column - 1)),
          Msg: message,
          Info: statement.slice(0, INFO_MAX_CHARACTERS),
        })),
        Warnings: [],
      }
    },
  )
}
