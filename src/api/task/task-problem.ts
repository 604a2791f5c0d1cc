/**
 * Refusals of the task APIs (contract 03, section 2): the schema that is published and the shape that is sent
 * in truth, in one body, so that readers of either find what they look for.
 */
import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import { timeText } from '../../core/time-text.ts'
import type { Problem, ProblemFacts } from '../http/problem.ts'

export const TaskProblem = Type.Object(
  {
    errors: Type.Array(
      Type.Object({
        code: Type.String(),
        title: Type.String(),
        detail: Type.Optional(Type.String()),
        context: Type.String({ description: 'The operation' }),
        timestamp: Type.String({ format: 'date-time' }),
        source: Type.Optional(Type.Object({ pointer: Type.Optional(Type.String()) })),
      }),
    ),
    traceId: Type.Optional(Type.String()),
    code: Type.String({ description: 'CHO-nnn where one is known, else HTTP-nnn' }),
    message: Type.String(),
    status_code: Type.Integer(),
    value: Type.Unknown({ description: 'For programs, such as existingTaskId; null as a rule' }),
  },
  { title: 'TaskErrors', description: 'Refused: what is wrong, by code' },
)

export function taskProblem(
  { errors, traceId }: Static<typeof Problem>,
  { operationId, status }: ProblemFacts,
  now: number,
): Static<typeof TaskProblem> {
  const context = contextOf(operationId)
  const timestamp = timeText(now)
  const [first] = errors
  return {
    errors: errors.map((error) => ({ ...error, context, timestamp })),
    ...defined({ traceId }),
    code: first!.code,
    message: errors.map(({ detail, title }) => detail ?? title).join('; '),
    status_code: status,
    value: first?.meta ?? null,
  }
}

/** `startTaskV1` is `StartTask`. */
export function contextOf(operationId: string): string {
  const name = operationId.replace(/V1$/, '')
  return name.charAt(0).toUpperCase() + name.slice(1)
}
