import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { declareRights } from './declared-rights.ts'
import type { ApiServer } from './deps.ts'

const server = (): ApiServer => {
  const made: ApiServer = Fastify()
  declareRights(made)
  return made
}

it('a route without a right does not start, and is told by its name', () => {
  expect(() => server().get('/api/v1/undeclared/:id', async () => '')).toThrow(
    'route GET /api/v1/undeclared/:id has no right: name it in core/operations.ts',
  )
})

it('a declared one has its right in its schema, for the document', async () => {
  const seen: unknown[] = []
  const made = server()
  made.addHook('onRoute', ({ schema }) => void seen.push(schema?.['x-right']))
  made.delete('/api/v1/users/:userId', async () => '')
  await made.close()
  expect(seen).toEqual(['people:manage'])
})
