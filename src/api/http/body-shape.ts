/** Bodies that are not there: answers of 200 without content, and requests whose body may be left out. */
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'

/** Schema of an answer without content; send it with `reply.send('')`. */
export const Empty = Type.Unsafe<''>({ type: 'null', description: 'No content' })

/** A preValidation hook: a body that was left out is an empty object. */
export async function bodyMayBeMissing(request: FastifyRequest): Promise<void> {
  if (request.body === undefined || request.body === null) request.body = {}
}
