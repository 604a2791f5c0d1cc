/** Deliveries as rows. */
import type { Delivery } from '../../event/delivery.ts'
import { type ColumnsOf, number, recordColumns, text } from './columns.ts'

type Moving = 'state' | 'sends' | 'dueAt' | 'waitMs' | 'endedAt' | 'reason' | 'lease' | 'leaseExpiresAt'

const FIXED: ColumnsOf<Omit<Delivery, Moving>> = {
  id: text('id'),
  tenantId: text('tenant_id'),
  eventId: text('event_id'),
  subscriptionId: text('subscription_id'),
  createdAt: number('created_at'),
}

const MOVING: ColumnsOf<Pick<Delivery, Moving>> = {
  state: text('state'),
  sends: number('sends'),
  dueAt: number('due_at'),
  waitMs: number('wait_ms'),
  endedAt: number('ended_at'),
  reason: text('reason'),
  lease: text('lease'),
  leaseExpiresAt: number('lease_expires_at'),
}

export const deliveryColumns = recordColumns<Delivery>({ ...FIXED, ...MOVING })

/** What sends make of a delivery. */
export const deliveryMoves = recordColumns<Pick<Delivery, Moving>>(MOVING)
