import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { installConnectionEnd } from './connections.ts'

it('a stopping server waits for a request under way, and for no connection that asks nothing', async () => {
  const server = Fastify()
  installConnectionEnd(server)
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
