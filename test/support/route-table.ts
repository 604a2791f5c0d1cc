/**
 * The routes of a server that is being made, as the server itself tells them: a test made from this table
 * has a route that is added tomorrow by itself.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RouteOptions } from 'fastify'
import type { ApiServer } from '../../src/api/http/deps.ts'

export interface Shape {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
}

export interface TableRoute {
  readonly method: string
  readonly url: string
  readonly query: Shape
  readonly body: Shape | undefined
  /** Of the answer with 200. */
  readonly answer: Shape | undefined
  readonly isStream: boolean
  readonly isUpload: boolean
}

/** @param onServer is shown the server before its first route */
export async function withRoutes<Made>(
  make: () => Promise<Made>,
  onServer: (server: ApiServer) => void = () => undefined,
): Promise<{ readonly made: Made; readonly routes: readonly TableRoute[] }> {
  const routes: TableRoute[] = []
  const watch = (message: unknown): void => {
    const { fastify: server } = message as { fastify: ApiServer }
    onServer(server)
    server.addHook('onRoute', (route) => {
      for (const method of [route.method].flat())
        if (method !== 'HEAD') routes.push(tableRoute(method, route))
    })
  }
  subscribe('fastify.initialization', watch)
  try {
    return { made: await make(), routes }
  } finally {
    unsubscribe('fastify.initialization', watch)
  }
}

function tableRoute(method: string, { url, schema, config }: RouteOptions): TableRoute {
  const { querystring, body, response } = (schema ?? {}) as Record<string, unknown>
  return {
    method,
    url,
    query: (querystring ?? { properties: {} }) as Shape,
    body: body as Shape | undefined,
    answer: (response as Record<string, Shape> | undefined)?.['200'],
    isStream: config?.isStream === true,
    isUpload: config?.uploads !== undefined,
  }
}
