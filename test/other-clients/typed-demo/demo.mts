/**
 * The demo as a client of its own: what it sends and reads has the types that openapi-typescript made from the
 * document that the service serves, in `reprise-api.d.ts` beside it. Prints as JSON what it read.
 *
 * node demo.mjs ADDRESS KEY FOLDER, where FOLDER has script and data of the demo
 */
import { readFile } from 'node:fs/promises'
import type { components, paths } from './reprise-api.d.ts'

const [origin, key, folder] = process.argv.slice(2)

type Schemas = components['schemas']

type Content<Part> = Part extends { content: { 'application/json': infer Body } }
  ? Body
  : Part extends { content: { 'text/plain': infer Text } }
    ? Text
    : undefined

type Asked<Operation> = (Operation extends { parameters: { path: infer Path } } ? { path: Path } : object) &
  (Operation extends { parameters: { query?: infer Query } } ? { query?: Query } : object) &
  (Operation extends { requestBody: infer Body } ? { body: Content<Body> } : object)

type Answer<Operation> = Operation extends { responses: infer Responses }
  ? {
      [Status in keyof Responses]: Status extends 200 | 201 ? Content<Responses[Status]> : never
    }[keyof Responses]
  : never

/** Whatever the operation. */
interface Given {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

async function send(method: string, path: string, body?: string | FormData): Promise<unknown> {
  const response = await fetch(origin + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    body: body ?? null,
  })
  const text = await response.text()
  if (!response.ok) {
    const { errors }: Schemas['Errors'] = JSON.parse(text)
    throw new Error(`${method} ${path}: ${errors.map(({ code, detail }) => `${code} ${detail}`).join('; ')}`)
  }
  return response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text
}

async function request(method: string, path: string, { path: places, query, body }: Given): Promise<unknown> {
  const filled = path.replace(/\{(\w+)\}/g, (_place, name) => encodeURIComponent(places![name]!))
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  return send(method, filled + search, body === undefined ? undefined : JSON.stringify(body))
}

type Reads = {
  [Path in keyof paths as paths[Path] extends { get: object } ? Path : never]: paths[Path]['get']
}
type Deeds = {
  [Path in keyof paths as paths[Path] extends { post: object } ? Path : never]: paths[Path]['post']
}

function get<Path extends keyof Reads>(path: Path, asked: Asked<Reads[Path]>): Promise<Answer<Reads[Path]>> {
  return request('GET', path, asked as never) as never
}

function post<Path extends keyof Deeds>(path: Path, asked: Asked<Deeds[Path]>): Promise<Answer<Deeds[Path]>> {
  return request('POST', path, asked as never) as never
}

async function upload(name: string): Promise<void> {
  const wish: Schemas['NewDataFile'] = { name }
  const form = new FormData()
  form.append('Json', new Blob([JSON.stringify(wish)], { type: 'application/json' }))
  form.append('File', new Blob([await readFile(`${folder}/data/${name}`)]))
  await send('POST', '/api/v1/data-files' satisfies keyof paths, form)
}

for (const name of ['airports.csv', 'flights-airport.csv', 'weather.csv']) await upload(name)
const { attributes: app } = await post('/api/v1/apps', { body: { attributes: { name: 'Flights' } } })
const appId = app.id
const script = await readFile(`${folder}/flights.qvs`, 'utf8')
await post('/api/v1/apps/{appId}/scripts', { path: { appId }, body: { script } })
const begun = await post('/api/v1/reloads', { body: { appId, weight: 5 } })

let reload: Schemas['Reload'] = begun
while (reload.status === 'QUEUED' || reload.status === 'RELOADING') {
  await new Promise((resolve) => setTimeout(resolve, 50))
  reload = await get('/api/v1/reloads/{reloadId}', { path: { reloadId: begun.id } })
}
const log = await get('/api/v1/apps/{appId}/reloads/logs/{reloadId}', {
  path: { appId, reloadId: begun.id },
})
const items = await get('/api/v1/items', { query: { resourceType: 'app', limit: 100 } })
const model = await get('/api/v1/apps/{appId}/data/metadata', { path: { appId } })
console.log(
  JSON.stringify({
    status: reload.status,
    log,
    items: items.data.map(({ name, resourceType, resourceId, resourceReloadStatus }) => ({
      name,
      resourceType,
      isTheApp: resourceId === appId,
      resourceReloadStatus,
    })),
    tables: model.tables.map(({ name }) => name),
  }),
)

/** Never called: what the document does not say does not compile. */
export async function faults(): Promise<unknown[]> {
  return [
    // @ts-expect-error there is no such path
    await get('/api/v1/nowhere', {}),
    // @ts-expect-error a script belongs to the body
    await post('/api/v1/apps/{appId}/scripts', { path: { appId } }),
    // @ts-expect-error weights are numbers
    await post('/api/v1/reloads', { body: { appId, weight: 'heavy' } }),
    // @ts-expect-error a reload has no such member
    reload.outcome,
    // @ts-expect-error no reload has this status
    reload.status === 'DONE',
  ]
}
