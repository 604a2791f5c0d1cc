/** What lists are asked for and answer: page by page, in either direction. */
import type { FilterNode } from '../../core/filter.ts'
import type { AppId, SubscriptionId, TenantId } from '../../core/ids.ts'

export interface Page {
  readonly limit: number
  /** Opaque position from the page before: the sort value and the id of its last row. */
  readonly after?: PagePosition
  /** Set with `after` for walking backwards. */
  readonly backwards?: boolean
}

export interface PagePosition {
  readonly value: string | number | null
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
