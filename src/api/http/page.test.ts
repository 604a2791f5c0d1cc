import fc from 'fast-check'
import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import type { ApiDeps } from './deps.ts'
import { type PageParameters, type PageRules, pageLinks, pageOfRows, readPage } from './page.ts'

const RULES: PageRules<'name' | 'size'> = {
  fields: ['name', 'size'],
  defaultSort: { field: 'name', descending: false },
  defaultLimit: 3,
  maxLimit: 100,
}
const deps = { cursorKey: new Uint8Array(32), hostUrl: () => 'https://host.example' } as unknown as ApiDeps
const request = (url: string) =>
  ({ url, routeOptions: { url: '/list' }, caller: { tenantId: 't' } }) as unknown as FastifyRequest

interface Row {
  readonly id: string
  readonly name: string
  readonly size: number | null
}

function fetchPage(rows: readonly Row[], url: string) {
  const query: PageParameters & { limit?: number } = {
    ...Object.fromEntries(new URL(url, 'https://host.example').searchParams),
  } as Record<string, string>
  const limit = query.limit === undefined ? {} : { limit: Number(query.limit) }
  const page = readPage(deps, request(url), { ...query, ...limit }, RULES)
  const position = (row: Row) => ({ value: row[page.sort.field], id: row.id })
  const listed = pageOfRows(rows, page, position)
  return { rows: listed.rows, links: pageLinks(deps, request(url), page, listed, position) }
}

const path = (href: string) => href.slice('https://host.example'.length)

describe('pages', () => {
  it('visit every row once, forwards and backwards, whatever the order and the ties', () => {
    const row = fc.record({
      id: fc.uuid(),
      name: fc.constantFrom('a', 'b', 'ß', '😀', '%'),
      size: fc.option(fc.integer({ min: 0, max: 3 })),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom('name', '-name', '%2Bname', 'size', '-size', '+size'),
        (rows, limit, sort) => {
          const forwards: Row[][] = []
          let page = fetchPage(rows, `/list?limit=${limit}&sort=${sort}&colour=b%20c`)
          forwards.push([...page.rows])
          while (page.links.next !== undefined) {
            expect(page.links.next.href).toContain('colour=b+c')
            page = fetchPage(rows, path(page.links.next.href))
            forwards.push([...page.rows])
          }
          expect(new Set(forwards.flat())).toEqual(new Set(rows))
          expect(forwards.flat()).toHaveLength(rows.length)
          const backwards = [[...page.rows]]
          while (page.links.prev !== undefined) {
            page = fetchPage(rows, path(page.links.prev.href))
            backwards.unshift([...page.rows])
          }
          expect(backwards.flat()).toEqual(forwards.flat())
        },
      ),
    )
  })

  it('take no cursor that was changed anywhere', () => {
    const rows = ['a', 'b', 'c'].map((name) => ({ id: name, name, size: 1 }))
    const next = new URL(fetchPage(rows, '/list?limit=1').links.next!.href).searchParams.get('next')!
    expect(next).toMatch(/^[\w-]+$/)
    for (let at = 0; at < next.length - 1; at++) {
      const other = next.charAt(at) === 'A' ? 'B' : 'A'
      const forged = next.slice(0, at) + other + next.slice(at + 1)
      expect(() => fetchPage(rows, `/list?limit=1&next=${forged}`)).toThrow('not a cursor')
    }
    expect(fetchPage(rows, `/list?limit=1&next=${next}`).rows).toEqual([rows[1]])
  })
})
