/** What lists are asked for and answer: page by page, in either direction. */
import type { FilterNode } from '../../core/filter.ts'
import type { AppId, SubscriptionId, TenantId } from '../../core/ids.ts'
import type { Condition, FieldValue } from './condition.ts'
import { type FieldOf, LIST_FIELDS, type ListedRecords, type ListKind } from './list-fields.ts'

export interface Page {
  readonly limit: number
  /** Opaque position from the page before: the sort value and the id of its last row. */
  readonly after?: PagePosition
  /** Set with `after` for walking backwards. */
  readonly backwards?: boolean
}

export interface PagePosition {
  readonly value: FieldValue
  readonly id: string
}

export interface Sort<Field extends string> {
  readonly field: Field
  readonly descending: boolean
}

export interface Listed<Row> {
  readonly rows: readonly Row[]
  /** There are rows after the last / before the first row of this page. */
  readonly hasNext: boolean
  readonly hasPrevious: boolean
}

/** Rows of a kind. */
export interface RowsQuery<Kind extends ListKind> {
  readonly tenantId: TenantId
  /** All rows of the tenant when absent. */
  readonly where?: Condition<FieldOf<Kind>>
}

/** What a list of any kind is asked for. */
export interface ListQuery<Kind extends ListKind> extends RowsQuery<Kind> {
  readonly sort: Sort<FieldOf<Kind>>
  readonly page: Page
}

export interface ListStore {
  /** A page of the rows that satisfy the condition, ties broken by id in the direction of the sort. */
  list<Kind extends ListKind>(kind: Kind, query: ListQuery<Kind>): Promise<Listed<ListedRecords[Kind]>>
  count<Kind extends ListKind>(kind: Kind, query: RowsQuery<Kind>): Promise<number>
  /** Of a field that is a number. */
  sum<Kind extends ListKind>(kind: Kind, field: FieldOf<Kind>, query: RowsQuery<Kind>): Promise<number>
}

/** All rows that satisfy the condition, the oldest first: for what is bounded by something else. */
export async function everyRow<Kind extends ListKind>(
  store: Pick<ListStore, 'list'>,
  kind: Kind,
  query: RowsQuery<Kind>,
): Promise<readonly ListedRecords[Kind][]> {
  const sort = { field: 'createdAt' as FieldOf<Kind>, descending: false }
  const { rows } = await store.list(kind, { ...query, sort, page: { limit: 2 ** 31 - 1 } })
  return rows
}

/** One of the rows that satisfy the condition: for conditions that one row can satisfy. */
export async function firstOf<Kind extends ListKind>(
  store: Pick<ListStore, 'list'>,
  kind: Kind,
  query: RowsQuery<Kind>,
): Promise<ListedRecords[Kind] | undefined> {
  const sort = { field: 'id' as FieldOf<Kind>, descending: false }
  const { rows } = await store.list(kind, { ...query, sort, page: { limit: 1 } })
  return rows[0]
}

/** Where a row stands in a list: what pages before and after it are asked with. */
export function positionOf<Kind extends ListKind>(
  kind: Kind,
  row: ListedRecords[Kind],
  field: FieldOf<Kind>,
): PagePosition {
  return { value: fieldOf(kind, row, field) as FieldValue, id: row.id }
}

export function fieldOf<Kind extends ListKind>(
  kind: Kind,
  row: ListedRecords[Kind],
  field: FieldOf<Kind>,
): FieldValue | readonly string[] {
  const fields = LIST_FIELDS[kind] as Readonly<
    Record<string, (row: ListedRecords[Kind]) => FieldValue | readonly string[]>
  >
  return fields[field]!(row)
}

export type ReloadSortField = 'creationTime' | 'status' | 'startTime' | 'endTime'

export interface ReloadQuery {
  readonly tenantId: TenantId
  readonly appId?: AppId
  readonly partial?: boolean
  /** Attributes: status, partial ("true" or "false"), type. */
  readonly filter?: FilterNode
  readonly sort: Sort<ReloadSortField>
  readonly page: Page
}

export interface SendQuery {
  readonly subscriptionId: SubscriptionId
  readonly status?: 'success' | 'fail'
  readonly eventType?: string
  readonly sort: Sort<'triggeredAt' | 'status'>
  readonly page: Page
}
