/** Answers of calls about several files at once: each file with its own status (contract 05, section 3). */
import { type Static, Type } from 'typebox'
import { isRefused } from '../../catalog/refusal.ts'
import { ERRORS } from '../../core/errors.ts'

/** As many files as one call may name. */
export const BATCH_MAX = 100

export const FileId = Type.String({ minLength: 1, maxLength: 64 })

const Status = Type.Object(
  {
    id: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'HTTP-204 of what was done, else the code of the refusal' }),
    title: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
  },
  { title: 'FileStatus' },
)

export const MultiStatus = Type.Object({ data: Type.Array(Status) }, { title: 'FileStatuses' })

/** What became of one file. @param done the status of success */
export function statusOf(id: string, answer: unknown, done: 201 | 204): Static<typeof Status> {
  if (!isRefused(answer)) return { id, status: done, code: `HTTP-${done}` }
  const { status, code, title } = ERRORS[answer.reason]
  return { id, status, code, title, detail: answer.faults[0]!.detail }
}
