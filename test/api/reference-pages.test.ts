/** The reference pages: whole, linked within themselves, and in a browser without a request elsewhere. */
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../src/event/event-types.ts'
import { type ApiUnderTest, apiUnderTest } from '../support/api-under-test.ts'
import { CHROMIUM, seePage } from '../support/chromium.ts'

let api: ApiUnderTest
let origin: string

beforeAll(async () => {
  api = await apiUnderTest()
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
})

afterAll(() => api.close())

const PAGES = ['/docs', '/docs/events']
const pageOf = async (path: string) => (await api.server.inject({ url: path })).body
const idsIn = (page: string) => [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)

describe('the reference', () => {
  it('has every operation and schema of the document, and every type of event', async () => {
    const { paths, components } = (await api.server.inject({ url: '/openapi.json' })).json()
    const operations = Object.values<Record<string, { operationId: string }>>(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    const ids = new Set(idsIn(await pageOf('/docs')))
    expect(operations.length).toBeGreaterThan(150)
    expect(operations.filter((name) => !ids.has(name))).toEqual([])
    expect(Object.keys(components.schemas).filter((name) => !ids.has(`schema-${name}`))).toEqual([])
    const events = new Set(idsIn(await pageOf('/docs/events')))
    expect(EVENT_TYPES.filter(({ name }) => !events.has(name))).toEqual([])
  })

  it.each(PAGES)('%s leads nowhere else, has each id once, and runs nothing', async (path) => {
    const page = await pageOf(path)
    const ids = idsIn(page)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    const links = [...page.matchAll(/ href="([^"]+)"/g)].map(([, href]) => href!)
    const known = new Set([
      ...ids.map((id) => `#${id}`),
      ...PAGES,
      '/openapi.json',
      '/asyncapi.json',
      'data:,',
    ])
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((href) => !known.has(href))).toEqual([])
    expect(page).not.toMatch(/<script|<img|<iframe|<object| on\w+=| style=/)
    expect(page.length).toBeLessThan(1_500_000)
  })

  it('names the address at which it is asked for, whichever was asked for before', async () => {
    const followed = await apiUnderTest({ deps: { hostUrl: ({ host }) => `http://${host}` } })
    try {
      for (const host of ['one.example', 'other.example', 'one.example']) {
        const textOf = async (url: string) => (await followed.server.inject({ url, headers: { host } })).body
        expect(await textOf('/docs')).toContain(` http://${host}/api/v1/`)
        expect(JSON.parse(await textOf('/openapi.json')).servers).toEqual([{ url: `http://${host}` }])
        expect(JSON.parse(await textOf('/asyncapi.json')).servers.stream.host).toBe(host)
      }
    } finally {
      await followed.close()
    }
  })

  it('is found below the path of the service', async () => {
    const below = await apiUnderTest({ deps: { basePath: '/reload' } })
    try {
      const page = (await below.server.inject({ url: '/reload/docs/' })).body
      expect(page).toContain('href="/reload/openapi.json"')
    } finally {
      await below.close()
    }
  })
})

const NO_BROWSER = CHROMIUM === undefined ? ': no Chromium is installed' : ''

describe.skipIf(CHROMIUM === undefined)(`in a browser${NO_BROWSER}`, () => {
  it.each(PAGES.flatMap((path) => [[path, 1280] as const, [path, 420] as const]))(
    '%s asks for nothing but itself and breaks no rule of its policy, %i wide',
    async (path, width) => {
      const picture =
        process.env.PICTURES && `${process.env.PICTURES}${path.replaceAll('/', '-')}-${width}.png`
      const seen = await seePage(origin + path, width, picture)
      expect(seen.title).toMatch(/^Reprise/)
      expect(seen.asked.filter((url) => !url.startsWith('data:'))).toEqual([origin + path])
      expect(seen.complaints).toEqual([])
      expect(seen.overflows).toBe(false)
    },
    60_000,
  )
})
