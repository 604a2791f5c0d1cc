/** Bytes that come slowly, at real connections; the times of the product are cut to a window of 300 ms. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import Fastify from 'fastify'
import { afterEach, expect, it } from 'vitest'
import { apiUnderTest } from '../../../test/support/api-under-test.ts'
import type { ApiServer } from './deps.ts'
import { answerClientError } from './problem.ts'
import { HEADER_TIMES, installBodyRate } from './slow-requests.ts'

const WINDOW_MS = 300
const HEAD =
  'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n'

const servers: ApiServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function connected(readsOn: () => Promise<void> = async () => {}): Promise<Socket> {
  const server: ApiServer = Fastify({
    clientErrorHandler: answerClientError,
    http: { headersTimeout: WINDOW_MS, connectionsCheckingInterval: 50 },
  })
  servers.push(server)
  installBodyRate(server, { windowMs: WINDOW_MS, bytesPerSecond: 100_000 })
  server.addContentTypeParser(
    'application/octet-stream',
    async (_request: unknown, body: AsyncIterable<Buffer>) => {
      await readsOn()
      let bytes = 0
      for await (const chunk of body) bytes += chunk.length
      return bytes
    },
  )
  server.post('/', async ({ body }) => ({ bytes: body }))
  await server.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setEncoding('latin1').on('error', () => {})
  return socket
}

/** Writes a piece every 20 ms until all is written or the connection ends; returns what was answered. */
async function answerTo(socket: Socket, pieces: Iterable<string>): Promise<string> {
  let answer = ''
  socket.on('data', (text: string) => {
    answer += text
  })
  const ended = once(socket, 'close')
  const each = pieces[Symbol.iterator]()
  const writing = setInterval(() => {
    const piece = each.next()
    if (piece.done !== true) socket.write(piece.value)
  }, 20)
  await ended
  clearInterval(writing)
  return answer
}

function* drops(head: string, drop: string, count: number) {
  yield head
  for (let n = 0; n < count; n++) yield drop
}

it('a body of a byte now and then ends with 408', async () => {
  const answer = await answerTo(await connected(), drops(HEAD, 'x', 1_000_000))
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('"code":"HTTP-408"')
})

it('headers that do not come to an end do, too, and a connection that says nothing', async () => {
  expect(await answerTo(await connected(), drops('POST / HTTP/1.1\r\n', 'x-a: b\r\n', 1_000_000))).toMatch(
    / 408 /,
  )
  expect(await answerTo(await connected(), [])).toMatch(/ 408 /)
})

it('a large body that keeps coming is read to its end, however long that takes', async () => {
  // 50 pieces in at least a second: three windows.
  const pieces = drops(HEAD.replace('Host: x', 'Host: x\r\nConnection: close'), 'x'.repeat(20_000), 50)
  expect(await answerTo(await connected(), pieces)).toContain('{"bytes":1000000}')
})

it('a body that waits for the service is not cut off', async () => {
  let readOn = () => {}
  const reading = new Promise<void>((resolve) => {
    readOn = resolve
  })
  const socket = await connected(() => reading)
  const answer = answerTo(socket, [
    HEAD.replace('Host: x', 'Host: x\r\nConnection: close'),
    'x'.repeat(1_000_000),
  ])
  // Three looks at a body of which nothing more comes.
  await new Promise((resolve) => setTimeout(resolve, 3 * WINDOW_MS))
  readOn()
  expect(await answer).toContain('{"bytes":1000000}')
})

it('the service has these limits', async () => {
  const api = await apiUnderTest()
  expect(api.server.server).toMatchObject({ headersTimeout: HEADER_TIMES.headersTimeout })
  expect(api.server.server.listenerCount('request')).toBeGreaterThan(1)
  await api.close()
})
