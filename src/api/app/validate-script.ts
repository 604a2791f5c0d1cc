/** Finds what is wrong with a script without running it (contract 05, section 2). */
import { Type } from 'typebox'
import { checkScript } from '../../script/check/check-script.ts'
import type { ScriptIssue } from '../../script/check/issue.ts'
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
        summary: 'Finds what is wrong with a script without running it',
        description:
          'Errors are what a full reload fails with for certain, from the text alone. Warnings depend on data, on ' +
          'the request or on a branch, or are seldom meant.',
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
      const shown = (wanted: ScriptIssue['severity']) =>
        issues.filter(({ severity }) => severity === wanted).map((issue) => issueJson(issue, lines))
      return { Errors: shown('error'), Warnings: shown('warning') }
    },
  )
}

function issueJson({ line, column, message, statement }: ScriptIssue, lines: readonly string[]) {
  return {
    Tab: 0,
    Line: line - 1,
    Column: Buffer.byteLength(lines[line - 1]!.slice(0, column - 1)),
    Msg: message,
    Info: statement.slice(0, INFO_MAX_CHARACTERS),
  }
}
