/** Where links lead, asked of a server that listens, with headers as anybody may send them. */
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { type OriginSettings, ownOrigin } from './own-origin.ts'

async function originFor(
  settings: Partial<OriginSettings>,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly told: string; readonly port: number }> {
  const { trustedProxies = [], publicUrl } = settings
  const server = Fastify({ trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies] })
  const origin = ownOrigin({ publicUrl, trustedProxies })
  server.get('/', async (asked) => origin(asked))
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const told = await new Promise<string>((resolve) => {
    request({ port, host: '127.0.0.1', headers }, (answer) => {
      answer.setEncoding('utf8').on('data', resolve)
    }).end()
  })
  await server.close()
  return { told, port }
}

const FORGED = {
  host: 'evil.example.com',
  'x-forwarded-host': 'evil.example.com',
  'x-forwarded-proto': 'https',
  forwarded: 'host=evil.example.com;proto=https',
}

describe('where links lead', () => {
  it('is the address at which the request arrived, whatever its headers say', async () => {
    const { told, port } = await originFor({}, FORGED)
    expect(told).toBe(`http://127.0.0.1:${port}`)
  })

  it.each(['10.0.0.0/8', '::1', '127.0.0.2', '2001:db8::/32'])(
    'is the same for who is not the trusted proxy, %s',
    async (proxy) => {
      const { told, port } = await originFor({ trustedProxies: [proxy] }, FORGED)
      expect(told).toBe(`http://127.0.0.1:${port}`)
    },
  )

  it.each(['127.0.0.1', '127.0.0.0/8', '::ffff:127.0.0.1'])(
    'is what a trusted proxy says, %s',
    async (proxy) => {
      const headers = {
        host: '127.0.0.1',
        'x-forwarded-host': 'reload.example.com',
        'x-forwarded-proto': 'https',
      }
      expect((await originFor({ trustedProxies: [proxy] }, headers)).told).toBe('https://reload.example.com')
      const passedOn = await originFor({ trustedProxies: [proxy] }, { host: 'reload.example.com' })
      expect(passedOn.told).toBe('http://reload.example.com')
    },
  )

  it('is the public address where one is configured', async () => {
    const settings = { publicUrl: 'https://reload.example.com', trustedProxies: ['127.0.0.1'] }
    expect((await originFor(settings, FORGED)).told).toBe('https://reload.example.com')
  })
})
