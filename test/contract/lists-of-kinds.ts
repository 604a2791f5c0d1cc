/**
 * The list of every kind of record, by random records and random conditions: whole, in order, page by page in
 * both directions, also while other rows come and go.
 */

import { describe, expect, it } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import { matchesWildcard } from '../../src/core/wildcard.ts'
import type { Condition, FieldValue } from '../../src/store/port/condition.ts'
import {
  type FieldOf,
  LIST_FIELDS,
  type ListedRecords,
  type ListKind,
} from '../../src/store/port/list-fields.ts'
import { fieldOf, type Listed, type Page, positionOf } from '../../src/store/port/lists.ts'
import type { Store } from '../../src/store/port/store.ts'
import { seededRandom } from '../support/records.ts'
import { HANDLING, RandomRecords, TEXTS } from './random-records.ts'
import { type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'

const KINDS = Object.keys(LIST_FIELDS) as ListKind[]
const ROWS = 30
const CONDITIONS = 150
const BY_ID = { field: 'id', descending: false } as const

export function exerciseListsOfKinds(given: () => Given): void {
  describe.each(KINDS)('the list of %s', (kind) => {
    it('holds the rows of the tenant that satisfy a condition, whole, and counts them', async () => {
      const { store } = given()
      const { rows, records } = await filled(kind, store)
      const conditions = new RandomConditions(kind, rows, records)
      let found = 0
      for (let drawn = 0; drawn < CONDITIONS; drawn++) {
        const where = drawn === 0 ? undefined : conditions.draw(2)
        const expected = rows.filter((row) => where === undefined || holds(kind, row, where))
        const query = { tenantId: TENANT_ID, ...defined({ where }) }
        const listed = await store.list(kind, { ...query, sort: BY_ID, page: { limit: 1000 } })
        const told = `condition ${drawn}: ${JSON.stringify(where)}`
        expect(listed, told).toEqual({
          rows: inOrder(kind, expected, 'id', false),
          hasNext: false,
          hasPrevious: false,
        })
        expect(await store.count(kind, query), told).toBe(expected.length)
        const made = expected.reduce((sum, row) => sum + row.createdAt, 0)
        expect(await store.sum(kind, 'createdAt', query), told).toBe(made)
        found += expected.length
      }
      const share = found / CONDITIONS / rows.length
      expect(share, 'conditions choose some rows and leave some').toBeGreaterThan(0.1)
      expect(share, 'conditions choose some rows and leave some').toBeLessThan(0.9)
    })

    it.each(sortable(kind))('is walked by %s forwards and back, each row once, in order', async (field) => {
      const { rows } = await filled(kind, given().store)
      for (const descending of [false, true]) {
        for (const limit of [1, 7, rows.length]) {
          const sorted = inOrder(kind, rows, field, descending)
          const walked = await walk(given().store, kind, { field, descending }, limit)
          expect(walked.forwards).toEqual(sorted)
          expect(walked.backwards).toEqual(sorted.slice(0, -1).reverse())
        }
      }
    })

    it.each(sortable(kind))(
      'is walked by %s while others come and go: the rest is met once',
      async (field) => {
        const { store } = given()
        const { rows, records } = await filled(kind, store)
        const { save, remove } = HANDLING[kind]
        const guests: ListedRecords[typeof kind][] = []
        const change = async () => {
          const guest = records.make(kind)
          guests.push(guest)
          await save(store, guest as never)
          if (guests.length > 2 && remove !== undefined) await remove(store, guests.shift() as never)
        }
        const walked = await walk(store, kind, { field, descending: records.one([true, false]) }, 3, change)
        const known = new Set<string>(rows.map((row) => row.id))
        const met = (found: readonly { readonly id: string }[]) =>
          found.flatMap(({ id }) => (known.has(id) ? [id] : [])).sort()
        expect(met(walked.forwards)).toEqual([...known].sort())
        known.delete(walked.forwards.at(-1)!.id)
        expect(met(walked.backwards)).toEqual([...known].sort())
      },
    )
  })
}

/** Rows of the kind in two tenants; gives those of the first. */
async function filled<Kind extends ListKind>(kind: Kind, store: Store) {
  const records = new RandomRecords(seededRandom(kind.length), TENANT_ID)
  await new RandomRecords(seededRandom(1), OTHER_TENANT).fill(store, kind, 5)
  return { records, rows: await records.fill(store, kind, ROWS) }
}

interface Walked<Row> {
  readonly forwards: Row[]
  /** From the last row of the way forwards, without it. */
  readonly backwards: Row[]
}

async function walk<Kind extends ListKind>(
  store: Store,
  kind: Kind,
  sort: { readonly field: FieldOf<Kind>; readonly descending: boolean },
  limit: number,
  between = async () => {},
): Promise<Walked<ListedRecords[Kind]>> {
  const read = (page: Page) => store.list(kind, { tenantId: TENANT_ID, sort, page })
  const after = (row: ListedRecords[Kind]) => positionOf(kind, row, sort.field)
  const forwards: ListedRecords[Kind][] = []
  let listed: Listed<ListedRecords[Kind]> = await read({ limit })
  forwards.push(...listed.rows)
  while (listed.hasNext) {
    await between()
    listed = await read({ limit, after: after(listed.rows.at(-1)!) })
    forwards.push(...listed.rows)
  }
  const backwards: ListedRecords[Kind][] = []
  for (let from = forwards.at(-1)!; ; from = listed.rows[0]!) {
    await between()
    listed = await read({ limit, after: after(from), backwards: true })
    backwards.push(...listed.rows.toReversed())
    if (!listed.hasPrevious) return { forwards, backwards }
  }
}

/** Fields that hold lists of texts: nothing is sorted by them. */
const LISTS: readonly string[] = ['eventTypes', 'roles', 'groupIds', 'groupRoles']

function sortable<Kind extends ListKind>(kind: Kind): FieldOf<Kind>[] {
  return (Object.keys(LIST_FIELDS[kind]) as FieldOf<Kind>[]).filter((field) => !LISTS.includes(field))
}

/** Written apart from both stores: absent values first, texts by the bytes of UTF-8, ties by id. */
function inOrder<Kind extends ListKind>(
  kind: Kind,
  rows: readonly ListedRecords[Kind][],
  field: FieldOf<Kind>,
  descending: boolean,
): ListedRecords[Kind][] {
  const bytesOf = (value: unknown): Buffer => {
    if (typeof value !== 'number') return Buffer.from(value === null ? '' : `!${value}`)
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return bytes
  }
  const sorted = rows.toSorted(
    (left, right) =>
      Buffer.compare(bytesOf(fieldOf(kind, left, field)), bytesOf(fieldOf(kind, right, field))) ||
      Buffer.compare(bytesOf(left.id), bytesOf(right.id)),
  )
  return descending ? sorted.reverse() : sorted
}

/** Written apart from both stores, over texts of everything. */
function holds<Kind extends ListKind>(
  kind: Kind,
  row: ListedRecords[Kind],
  condition: Condition<FieldOf<Kind>>,
): boolean {
  const value = 'field' in condition ? fieldOf(kind, row, condition.field) : null
  const lower = (text: unknown) => String(text).toLowerCase()
  switch (condition.kind) {
    case 'not':
      return !holds(kind, row, condition.of)
    case 'all':
      return condition.of.every((one) => holds(kind, row, one))
    case 'any':
      return condition.of.some((one) => holds(kind, row, one))
    case 'has':
      return (value as readonly string[]).includes(condition.value)
    case 'at-most':
      return value !== null && Number(value) <= condition.value
    case 'among': {
      const form = condition.anyCase ? lower : String
      return condition.values.some((one) => (one === null ? value === null : form(one) === form(value)))
    }
    case 'wildcard':
      return value !== null && matchesWildcard(lower(value), lower(condition.pattern))
    case 'ends':
      return (
        value !== null &&
        lower(value).slice(-lower(condition.text).length || Infinity) === lower(condition.text)
      )
    case 'contains':
    case 'begins': {
      const form = condition.anyCase ? lower : String
      const at = value === null ? -1 : form(value).indexOf(form(condition.text))
      return condition.kind === 'begins' ? at === 0 : at !== -1
    }
  }
}

/** Draws conditions that are about values of the rows, or near them. */
class RandomConditions<Kind extends ListKind> {
  readonly #kind: Kind
  readonly #rows: readonly ListedRecords[Kind][]
  readonly #records: RandomRecords

  constructor(kind: Kind, rows: readonly ListedRecords[Kind][], records: RandomRecords) {
    this.#kind = kind
    this.#rows = rows
    this.#records = records
  }

  draw(depth: number): Condition<FieldOf<Kind>> {
    const shape = depth === 0 ? 'one' : this.#records.one(['one', 'all', 'any', 'not'] as const)
    if (shape === 'one') return this.#one()
    if (shape === 'not') return { kind: 'not', of: this.draw(depth - 1) }
    const of = this.#records.one([[], [1], [1, 2], [1, 2], [1, 2, 3]]).map(() => this.draw(depth - 1))
    return { kind: shape, of }
  }

  #one(): Condition<FieldOf<Kind>> {
    const one = <T>(of: readonly T[]) => this.#records.one(of)
    const field = one(Object.keys(LIST_FIELDS[this.#kind]) as FieldOf<Kind>[])
    const value = this.#value(field)
    if (Array.isArray(value)) return { kind: 'has', field, value: one(['a', 'b', 'c', 'd']) }
    const anyCase = one([{}, { anyCase: true as const }])
    const isNumber = this.#rows.some((row) => typeof fieldOf(this.#kind, row, field) === 'number')
    if (isNumber) {
      const values = one([
        [value as FieldValue],
        [value as FieldValue, this.#value(field) as FieldValue],
        [null],
        [],
      ])
      return one([
        { kind: 'among', field, values },
        { kind: 'at-most', field, value: Number(value ?? START_MS) },
      ])
    }
    const text = String(value ?? one(TEXTS))
    const [from, to] = [one([0, 0, 1, 2]), one([2, 3, 5, 40])]
    const part = [...text].slice(from, to).join('')
    const changed = one([part, part.toUpperCase(), part.toLowerCase()])
    const values = one([[text], [text, null], [value as FieldValue, changed, ...TEXTS.slice(3)], [null]])
    return one<Condition<FieldOf<Kind>>>([
      { kind: 'among', field, values, ...anyCase },
      { kind: 'contains', field, text: changed, ...anyCase },
      { kind: 'begins', field, text: changed, ...anyCase },
      { kind: 'ends', field, text: one([changed, [...text].slice(-from - 1).join('')]) },
      { kind: 'wildcard', field, pattern: one([`*${changed}*`, `${changed}*`, `?${changed}`, '*']) },
    ])
  }

  #value(field: FieldOf<Kind>): FieldValue | readonly string[] {
    return fieldOf(this.#kind, this.#records.one(this.#rows), field)
  }
}
