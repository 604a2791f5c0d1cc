/**
 * Pages of the lists whose cursors have other names than next and prev: `page` of data files (one name for
 * both ways), `startingAfter` and `endingBefore` of API keys (contract 05, section 1). Everything else is as
 * in page.ts.
 */

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { ErrorName } from '../../core/errors.ts'
import type { Listed, PagePosition } from '../../store/port/lists.ts'
import type { ApiDeps } from './deps.ts'
import { type PageLinks, type PageQuery, type PageRules, pageLinks, readPage } from './page.ts'
import { ApiRefusal, refuse } from './problem.ts'

export const CursorPage = Type.String({ description: 'Cursor from links.next or links.prev of a page' })

export interface PageNames {
  readonly next: string
  readonly prev: string
  /** Refusals of this list where they are not plain 400s. */
  readonly badCursor?: ErrorName
  readonly badSort?: ErrorName
}

export interface NamedPageQuery<Field extends string> extends PageQuery<Field> {
  readonly names: PageNames
}

/** Marks a cursor that walks backwards where one name serves both ways. */
const BACKWARDS = 'prev-'

export function readNamedPage<Field extends string>(
  deps: ApiDeps,
  request: FastifyRequest,
  parameters: Readonly<Record<string, unknown>>,
  rules: PageRules<Field>,
  selection: Readonly<Record<string, unknown>>,
  names: PageNames,
): NamedPageQuery<Field> {
  const { limit, sort } = parameters as { limit?: number; sort?: string }
  const plain = {
    ...defined({ limit, sort }),
    ...cursors(parameters, names),
  }
  try {
    return { ...readPage(deps, request, plain, rules, selection), names }
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error
    const [told] = error.told
    const parameter = told?.parameter
    if (parameter === 'sort') throw refuse(names.badSort ?? error.errorName, told)
    if (parameter !== 'next' && parameter !== 'prev') throw error
    throw refuse(names.badCursor ?? error.errorName, {
      detail: `${names[parameter]} is not a cursor of this list with this sort and filter: take it from its links`,
      parameter: names[parameter],
    })
  }
}

export function namedLinks<Row>(
  deps: ApiDeps,
  request: FastifyRequest,
  query: NamedPageQuery<string>,
  listed: Listed<Row>,
  positionOf: (row: Row) => PagePosition,
): PageLinks {
  const { names } = query
  const links = pageLinks(deps, request, query, listed, positionOf)
  return {
    self: links.self,
    ...(links.next === undefined ? {} : { next: { href: renamed(links.next.href, 'next', names) } }),
    ...(links.prev === undefined ? {} : { prev: { href: renamed(links.prev.href, 'prev', names) } }),
  }
}

function cursors(
  parameters: Readonly<Record<string, unknown>>,
  { next, prev }: PageNames,
): { next?: string; prev?: string } {
  const cursor = (name: string) => parameters[name] as string | undefined
  const [forwards, backwards] = [cursor(next), cursor(prev)]
  if (next !== prev) {
    if (forwards !== undefined && backwards !== undefined) {
      throw refuse('badRequest', { detail: `${next} and ${prev} cannot be given together`, parameter: prev })
    }
    return defined({ next: forwards, prev: backwards })
  }
  if (forwards === undefined) return {}
  return forwards.startsWith(BACKWARDS) ? { prev: forwards.slice(BACKWARDS.length) } : { next: forwards }
}

function renamed(href: string, way: 'next' | 'prev', names: PageNames): string {
  const url = new URL(href)
  const cursor = url.searchParams.get(way)!
  for (const name of ['next', 'prev', names.next, names.prev]) url.searchParams.delete(name)
  const mark = way === 'prev' && names.next === names.prev ? BACKWARDS : ''
  url.searchParams.set(names[way], mark + cursor)
  return url.href
}
