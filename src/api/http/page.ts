/**
 * Pages of a list: opaque cursors and absolute links. A cursor is signed and bound to the tenant, the list,
 * its sort and its filter, so that one cannot be used elsewhere or made up. It holds only base64url
 * characters and stands last in its link, never first: clients fail on a "%", cut it out of the text of the
 * link, or encode it again (contracts 02, section 10, and 09, section 0).
 */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { Listed, Page, PagePosition, Sort } from '../../store/port/lists.ts'
import { pageOf } from '../../store/rule/page.ts'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { refuse } from './problem.ts'

export const Link = Type.Object(
  { href: Type.String({ format: 'uri', description: 'Absolute address' }) },
  { title: 'Link' },
)

export const Links = Type.Object(
  { self: Link, next: Type.Optional(Link), prev: Type.Optional(Link) },
  { title: 'PageLinks' },
)

/** Links of a record of its own. */
export const SelfLink = Type.Object({ self: Link }, { title: 'SelfLink' })

/** Schema of a page of a list; `title` names it in the API's document. */
export function pageSchema<Row extends TSchema>(title: string, row: Row) {
  return Type.Object({ data: Type.Array(row), links: Links }, { title })
}

export interface PageLinks {
  readonly self: { readonly href: string }
  readonly next?: { readonly href: string }
  readonly prev?: { readonly href: string }
}

export interface PageRules<Field extends string> {
  readonly fields: readonly Field[]
  readonly defaultSort: Sort<Field>
  readonly defaultLimit: number
  readonly maxLimit: number
}

/** What a list was asked for, with what its cursors are bound to. */
export interface PageQuery<Field extends string> {
  readonly sort: Sort<Field>
  readonly page: Page
  readonly binding: string
}

export interface PageParameters {
  readonly limit?: number
  readonly next?: string
  readonly prev?: string
  readonly sort?: string
}

/** Schema members of the page parameters; spread them into a query schema. */
export function pageParameters(rules: PageRules<string>) {
  const sorts = rules.fields.flatMap((field) => [field, `+${field}`, `-${field}`])
  const byDefault = `${rules.defaultSort.descending ? '-' : '+'}${rules.defaultSort.field}`
  return {
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: rules.maxLimit,
        description: `Rows of a page; ${rules.defaultLimit} by default`,
      }),
    ),
    next: Type.Optional(Type.String({ description: 'Cursor from links.next of a page; never with prev' })),
    prev: Type.Optional(Type.String({ description: 'Cursor from links.prev of a page; never with next' })),
    sort: Type.Optional(
      Type.String({
        description: `One of ${sorts.join(', ')}; ${byDefault} by default`,
        examples: [byDefault],
      }),
    ),
  }
}

/**
 * @param selection the other parameters that choose rows: a cursor of one selection is refused in another
 * @throws refusal 400 naming the parameter
 */
export function readPage<Field extends string>(
  deps: ApiDeps,
  request: FastifyRequest,
  parameters: PageParameters,
  rules: PageRules<Field>,
  selection: Readonly<Record<string, unknown>> = {},
): PageQuery<Field> {
  const sort = readSort(parameters.sort, rules)
  const { tenantId } = callerOf(request)
  const binding = JSON.stringify([tenantId, request.routeOptions.url, sort.field, sort.descending, selection])
  const { next, prev, limit = rules.defaultLimit } = parameters
  if (next !== undefined && prev !== undefined) {
    throw refuse('badRequest', { detail: 'next and prev cannot be given together', parameter: 'prev' })
  }
  const after = readCursor(deps, next, 'next', binding) ?? readCursor(deps, prev, 'prev', binding)
  return {
    sort,
    binding,
    page: {
      limit,
      ...defined({ after }),
      ...(prev === undefined ? {} : { backwards: true }),
    },
  }
}

/** Links of a page of `listed` rows; `positionOf` gives a row's sort value and id. */
export function pageLinks<Row>(
  deps: ApiDeps,
  request: FastifyRequest,
  query: PageQuery<string>,
  listed: Listed<Row>,
  positionOf: (row: Row) => PagePosition,
): PageLinks {
  const self = selfUrl(deps, request)
  const link = (name: 'next' | 'prev', row: Row | undefined) => {
    if (row === undefined) return {}
    const url = new URL(self)
    url.searchParams.delete('next')
    url.searchParams.delete('prev')
    if (url.searchParams.size === 0) url.searchParams.set('limit', String(query.page.limit))
    url.searchParams.set(name, writeCursor(deps, positionOf(row), query.binding))
    return { [name]: { href: url.href } }
  }
  return {
    self: { href: self.href },
    ...link('next', listed.hasNext ? listed.rows.at(-1) : undefined),
    ...link('prev', listed.hasPrevious ? listed.rows[0] : undefined),
  }
}

/** An absolute link to a path of ours. */
export function absoluteLink(deps: ApiDeps, request: FastifyRequest, path: string): string {
  return new URL(deps.hostUrl(request) + path).href
}

const NOT_IN_A_QUERY = /[^\w\-.~!$&'()*+,;=:@/?%]|%(?![0-9a-f]{2})/gi

/** The request's own address, on our host even where the request line names another one. */
function selfUrl(deps: ApiDeps, request: FastifyRequest): URL {
  const url = new URL(deps.hostUrl(request))
  const asked = new URL(request.url, url)
  url.pathname = url.pathname.replace(/\/$/, '') + asked.pathname
  // Brackets and others that clients leave as they are belong to no query of a URI (RFC 3986, section 3.4).
  url.search = asked.search.replaceAll(NOT_IN_A_QUERY, encodeURIComponent)
  return url
}

/**
 * A page of rows that the store hands over whole, in the order and with the neighbours of a page of the
 * store.
 */
export function pageOfRows<Row>(
  rows: readonly Row[],
  query: PageQuery<string>,
  positionOf: (row: Row) => PagePosition,
): Listed<Row> {
  const placed = rows.map((row) => ({ ...positionOf(row), row }))
  const listed = pageOf(placed, query.sort, query.page, ({ value }) => value)
  return { ...listed, rows: listed.rows.map(({ row }) => row) }
}

/**
 * The page of several lists in one order, of which each was asked for its own page at the same place: a list
 * of one is that list.
 */
export function mergedPage<Row>(
  lists: readonly Listed<Row>[],
  query: PageQuery<string>,
  positionOf: (row: Row) => PagePosition,
): Listed<Row> {
  const [only, another] = lists
  if (only === undefined) return { rows: [], hasNext: false, hasPrevious: false }
  if (another === undefined) return only
  const { limit, after, backwards = false } = query.page
  const all = lists.flatMap(({ rows }) => rows)
  const whole = { ...query, page: { limit: Math.max(1, all.length) } }
  const { rows: sorted } = pageOfRows(all, whole, positionOf)
  const rows = backwards ? sorted.slice(-limit) : sorted.slice(0, limit)
  const isCut = rows.length < sorted.length
  // Beyond the place that the page was asked at lies the row that it was asked by.
  const isAfter = after !== undefined && rows.length > 0
  const onward = isCut || lists.some(({ hasNext }) => hasNext)
  const back = isCut || lists.some(({ hasPrevious }) => hasPrevious)
  return backwards
    ? { rows, hasNext: isAfter, hasPrevious: back }
    : { rows, hasNext: onward, hasPrevious: isAfter }
}

/**
 * A "+" that a client did not encode arrives as a blank: it is read as the plus it was (contract 02, section
 * 1.1).
 */
function readSort<Field extends string>(text: string | undefined, rules: PageRules<Field>): Sort<Field> {
  if (text === undefined) return rules.defaultSort
  const [, sign, name] = /^([+\- ]?)(.*)$/s.exec(text)!
  const field = rules.fields.find((known) => known === name)
  if (field === undefined) {
    throw refuse('badRequest', {
      detail: `sort must be one of ${rules.fields.join(', ')}, each also with + or -`,
      parameter: 'sort',
    })
  }
  return { field, descending: sign === '-' }
}

function writeCursor(deps: ApiDeps, { value, id }: PagePosition, binding: string): string {
  const payload = Buffer.from(JSON.stringify([value, id])).toString('base64url')
  return signature(deps, payload, binding) + payload
}

function readCursor(
  deps: ApiDeps,
  cursor: string | undefined,
  parameter: 'next' | 'prev',
  binding: string,
): PagePosition | undefined {
  if (cursor === undefined) return undefined
  const payload = cursor.slice(SIGNATURE_CHARACTERS)
  const given = Buffer.from(cursor.slice(0, SIGNATURE_CHARACTERS))
  const expected = Buffer.from(signature(deps, payload, binding))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refuse('badRequest', {
      detail: `${parameter} is not a cursor of this list with this sort and filter: take it from links.${parameter}`,
      parameter,
    })
  }
  const [value, id] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
    PagePosition['value'],
    string,
  ]
  return { value, id }
}

/** Half of an HMAC-SHA-256 (128 bits): plenty against guessing, and links stay short. */
function signature(deps: ApiDeps, payload: string, binding: string): string {
  const whole = createHmac('sha256', deps.cursorKey).update(`${binding}\n${payload}`).digest()
  return whole.subarray(0, 16).toString('base64url')
}

/** Of 16 bytes in base64url. */
const SIGNATURE_CHARACTERS = 22
