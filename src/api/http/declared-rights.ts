/** Every route behind authentication has a declared right (core/operations.ts), and the document tells it. */
import { OPERATIONS, type OperationRight } from '../../core/operations.ts'
import type { ApiServer } from './deps.ts'

declare module 'fastify' {
  interface FastifySchema {
    'x-right'?: OperationRight
  }
}

/** @throws at the start, for a route without one */
export function declareRights(server: ApiServer): void {
  server.addHook('onRoute', (route) => {
    for (const method of [route.method].flat().filter((one) => one !== 'HEAD')) {
      const right = OPERATIONS[`${method} ${route.url}`]
      if (right === undefined) {
        throw new Error(`route ${method} ${route.url} has no right: name it in core/operations.ts`)
      }
      route.schema = { ...route.schema, 'x-right': right }
    }
  })
}
