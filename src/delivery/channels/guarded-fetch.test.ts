import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GuardedFetch, guardedFetch } from './guarded-fetch.ts'
import { parseAllowance } from './target-address.ts'

let answer: RequestListener
let asked: string[]
let port: number
let server: ReturnType<typeof createServer>
let guarded: GuardedFetch

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const options = {
    allowance: parseAllowance('inside.example.com'),
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  }
  guarded = guardedFetch(options, 'REPRISE_SIGN_IN_ALLOW')
})
afterEach(() => {
  guarded.close()
  server.close()
})

describe('asking an address that somebody of a tenant chose', () => {
  it('sends what it is given, and answers as fetch does', async () => {
    const got: string[] = []
    answer = (request, response) => {
      request.setEncoding('utf8').on('data', (text) => got.push(String(request.headers['x-a']), text))
      request.on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end('{"a":1}'))
    }
    const headers = new Headers({ 'x-a': 'b' })
    const body = new URLSearchParams({ code: 'x y' })
    const answered = await guarded.fetch(`http://inside.example.com:${port}/t`, {
      method: 'POST',
      headers,
      body,
    })
    expect(got).toEqual(['b', 'code=x+y'])
    expect(answered.status).toBe(201)
    expect(answered.headers.get('content-type')).toBe('application/json')
    expect(await answered.json()).toEqual({ a: 1 })
  })

  it.each([
    ['a private address behind a public name', 'https://outside.example.com/'],
    ['http where it is not allowed', 'http://outside.example.com/'],
    ['an address', 'https://127.0.0.1/'],
    ['a user in it', 'https://a:b@outside.example.com/'],
    ['no web address', 'file:///etc/passwd'],
  ])('refuses %s', async (_, url) => {
    await expect(guarded.fetch(url.replace('.com/', `.com:${port}/`), {})).rejects.toThrow(
      /not allowed|private/,
    )
    expect(asked).toEqual([])
  })

  it('names the setting that would allow it', async () => {
    await expect(guarded.fetch('http://outside.example.com/', {})).rejects.toThrow('REPRISE_SIGN_IN_ALLOW')
  })

  it('follows no redirect', async () => {
    answer = (_, response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end()
    const { status } = await guarded.fetch(`http://inside.example.com:${port}/`, {})
    expect([status, asked]).toEqual([302, ['GET /']])
  })

  it('takes no more than half a MiB', async () => {
    answer = (_, response) => response.end('x'.repeat(2 * 1024 * 1024))
    const answered = await guarded.fetch(`http://inside.example.com:${port}/`, {})
    expect((await answered.text()).length).toBe(512 * 1024)
  })
})
