/**
 * Lists refuse filters that they do not know (contract 07, row 4): one that was ignored would answer rows
 * that were not asked for, and a client that takes the first of them gives rights to the wrong user.
 */
import type { ApiServer } from './deps.ts'

interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
}

/** From here on every route that answers a list takes no parameters but those of its schema. */
export function closeListQueries(server: ApiServer): void {
  server.addHook('onRoute', (route) => {
    const { method, schema } = route
    if (method !== 'GET') return
    const query = (schema?.querystring ?? { type: 'object', properties: {} }) as Shape
    if (!answersList((schema?.response as Record<string, Shape> | undefined)?.['200'], query)) return
    route.schema = { ...schema, querystring: { ...query, additionalProperties: false } }
  })
}

function answersList(answer: Shape | undefined, query: Shape): boolean {
  if (answer?.properties?.data?.type === 'array') return true
  return CHOOSING.some((name) => Object.hasOwn(query.properties ?? {}, name))
}

/** Parameters that only what chooses among rows has. */
const CHOOSING = ['limit', 'filter']
