/**
 * Real deliveries of a real service, one webhook for each content mode, judged by readers that we did not
 * write: Qlik's published receiver algorithm (hex HMAC-SHA256 over the raw body), the package
 * `standardwebhooks`, and the package `cloudevents` with the CloudEvents project's JSON Schema
 * (formats/cloudevents.json), which it brings compiled.
 */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type CloudEventV1, HTTP } from 'cloudevents'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { CONTENT_MODES, type ContentMode } from '../../src/event/subscription.ts'
import { WEBHOOK_SECRET } from '../support/finished-events.ts'
import { endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

type Schema = ((event: unknown) => boolean) & { readonly errors?: unknown }
const jsonSchema: Schema = createRequire(import.meta.url)('cloudevents/dist/schema/v1.js')

interface Arrival {
  readonly headers: Record<string, string>
  readonly body: Buffer
}

const arrivals = new Map<string, Arrival>()
let arrived: () => void = () => {}
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  arrivals.set(request.url!.slice(1), { headers: texts(request.headers), body: Buffer.concat(chunks) })
  response.writeHead(204).end()
  arrived()
})
let reloadId = ''

const texts = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join()]))

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { client } = await startServiceProcess(newDataFolder())
  for (const contentMode of CONTENT_MODES) {
    await client.call('POST', '/api/core/webhooks', {
      name: contentMode,
      url: `http://127.0.0.1:${port}/${contentMode}`,
      secret: WEBHOOK_SECRET,
      enabled: true,
      eventTypes: [FINISHED_EVENT_TYPE],
      contentMode,
    })
  }
  const appId = await client.createApp('app')
  await client.setScript(appId, `LOAD * FROM [lib://DataFiles/Größe.csv] (txt);`)
  const all = new Promise<void>((resolve) => {
    arrived = () => arrivals.size === CONTENT_MODES.length && resolve()
  })
  reloadId = (await client.startReload(appId)).id
  await all
}, 120_000)

afterAll(async () => {
  await endAll()
  server.closeAllConnections()
  server.close()
})

/** As Qlik's tutorial does it: https://qlik.dev/apis/event/verify-webhook-signatures-hmac/ */
const qliksDigest = (body: Buffer) => createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex')

it.each(CONTENT_MODES)('both signatures of a %s delivery verify', (mode) => {
  const { headers, body } = arrivals.get(mode)!
  expect(headers['qlik-signature']).toBe(qliksDigest(body))
  const standard = new Webhook(`whsec_${Buffer.from(WEBHOOK_SECRET).toString('base64')}`)
  expect(standard.verify(body, headers)).toEqual(JSON.parse(body.toString()))
  const changed = Buffer.concat([body, Buffer.from('\n')])
  expect(headers['qlik-signature']).not.toBe(qliksDigest(changed))
  expect(() => standard.verify(changed, headers)).toThrow('No matching signature found')
})

const qlikEvent = () => JSON.parse(arrivals.get('qlik')!.body.toString())

/**
 * The HTTP binding (1.0.2, section 3.1.3.2) has values of attributes percent-encoded in headers and decoded
 * once by who reads them. The package leaves them as they came
 * (https://github.com/cloudevents/spec/issues/1397), so that is done here.
 */
function decodedOnce(event: Readonly<Record<string, unknown>>) {
  expect(event.reason).toBe('User%20initiated%20reload')
  const decoded = ([name, value]: [string, unknown]) =>
    typeof value === 'string' ? [name, decodeURIComponent(value)] : [name, value]
  return Object.fromEntries(Object.entries(event).map(decoded))
}

/** What `cloudevents` makes of an arrival, as plain attributes. */
function readByPackage(mode: ContentMode) {
  const { headers, body } = arrivals.get(mode)!
  const read = HTTP.toEvent({ headers, body: body.toString() })
  const [event] = [read].flat() as CloudEventV1<{ id: string; status: string }>[]
  return event!
}

it.each(['structured', 'binary', 'batched'] as const)(
  'the package cloudevents and the JSON Schema accept a %s delivery',
  (mode) => {
    const event = readByPackage(mode)
    expect(event.type).toBe(FINISHED_EVENT_TYPE)
    expect(event.data).toMatchObject({ id: reloadId, status: 'FAILED' })
    const plain = JSON.parse(JSON.stringify(event))
    expect(jsonSchema(plain), JSON.stringify(jsonSchema.errors)).toBe(true)
    expect(mode === 'binary' ? decodedOnce(plain) : plain).toEqual(qlikEvent())
  },
)

/**
 * `application/json` is none of the modes of the HTTP binding (section 3: a message is structured by a media
 * type that begins with application/cloudevents, else binary by its ce- headers). The package is right to
 * refuse it; the object is an event.
 */
it('a delivery in the form of Qlik is an event, though its media type is none of CloudEvents', () => {
  expect(() => readByPackage('qlik')).toThrow('no cloud event detected')
  const event = qlikEvent()
  expect(jsonSchema(event), JSON.stringify(jsonSchema.errors)).toBe(true)
  expect(jsonSchema({ ...event, id: '' })).toBe(false)
})
