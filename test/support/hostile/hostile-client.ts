/**
 * The thread of the hostile client: sends every hostile request of every route that it is given, one after
 * the other, and tells the numbers of the answers. It shares nothing with the thread of the server but the
 * number of the request that is under way.
 */
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { type HostileRequest, hostileHeaders, hostileRequests, type RouteFacts } from './hostile-requests.ts'

export interface ClientTask {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  /** Also what the server reads of every request, on the first route. */
  readonly allHeaders: boolean
  /** Only requests of these names; absent: all. */
  readonly only?: ReadonlySet<string>
  readonly routes: readonly (RouteFacts & { readonly path: string })[]
  /** One number: that of the request under way, from 1. */
  readonly at: Int32Array<SharedArrayBuffer>
}

/** What was sent, by the number of the request from 1, and how it was answered; 0: not at all. */
export type Sent = readonly { readonly name: string; readonly status: number }[]

/** An event stream never ends; so long it is listened to. */
const STREAM_MS = 20
const ANSWER_MAX_MS = 15_000

const task = workerData as ClientTask
const agent = new Agent({ keepAlive: true })
const sent: { name: string; status: number }[] = []

for (const [index, route] of task.routes.entries()) {
  for (const hostile of index === 0 && task.allHeaders
    ? [...hostileHeaders(), ...hostileRequests(route)]
    : hostileRequests(route)) {
    const size = hostile.body === undefined ? '' : ` (${hostile.body.length} bytes)`
    const name = `${route.method} ${route.url}: ${hostile.name}${size}`
    if (task.only?.has(name) === false) continue
    Atomics.add(task.at, 0, 1)
    const status = await answerOf(route, hostile)
    sent.push({ name, status })
  }
}
agent.destroy()
parentPort!.postMessage(sent satisfies Sent)

function answerOf(
  { method, path, isStream }: ClientTask['routes'][number],
  { query, headers, body }: HostileRequest,
): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: task.port,
        agent,
        method,
        path: query === undefined ? path : `${path}?${query}`,
        headers: { ...task.headers, ...headers, 'content-length': body?.length ?? 0 },
      },
      (answer) => {
        const status = answer.statusCode!
        if (isStream) answer.destroy()
        answer.on('error', () => resolve(status))
        answer.on('close', () => resolve(status))
        answer.resume()
      },
    )
    setTimeout(() => asked.destroy(), isStream ? STREAM_MS : ANSWER_MAX_MS).unref()
    asked.on('error', () => resolve(0))
    asked.end(body)
  })
}
