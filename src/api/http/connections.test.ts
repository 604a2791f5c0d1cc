import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { realWorld } from '../../main/world.ts'
import { installConnectionEnd } from './connections.ts'
import type { ApiServer } from './deps.ts'

const told: string[] = []
const log = { info() {}, warn() {}, error: (message: string) => void told.push(message) }

function aServer(): ApiServer {
  const server: ApiServer = Fastify()
  installConnectionEnd(server, { world: realWorld(log), tls: undefined })
  return server
}

it('a stopping server waits for a request under way, and for no connection that asks nothing', async () => {
  const server = aServer()
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    server.get('/slow', async () => {
      resolve()
      await new Promise<void>((done) => {
        answer = done
      })
      return { slow: true }
    })
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const silent = connect(port, '127.0.0.1')
  const left = once(silent, 'close')
  await once(silent, 'connect')
  const slow = fetch(`http://127.0.0.1:${port}/slow`)
  await asked
  const closed = server.close()
  await left
  answer()
  expect(await (await slow).json()).toEqual({ slow: true })
  await closed
})

it('a stopping server cuts off who holds a request open', async () => {
  const server = aServer()
  server.post('/slow', async (request) => request.body)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const upload = connect(port, '127.0.0.1')
  const left = once(upload, 'close')
  upload.on('error', () => {})
  upload.write(
    'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  )
  await once(server.server, 'request')
  await server.close()
  await left
})

it('a connection that cannot be taken is told, and the server goes on', async () => {
  const server = aServer()
  server.get('/', async () => ({ here: true }))
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  server.server.emit('error', new Error('accept EMFILE'))
  expect(told).toEqual(['the API cannot take a connection'])
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).json()).toEqual({ here: true })
  await server.close()
})
