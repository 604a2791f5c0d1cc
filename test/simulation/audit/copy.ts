/**
 * The auditor's own copy of what the store holds, brought up to date row by row after each step, with what
 * its questions need to find fast. It shares nothing with the store but the rows.
 */

import type { Attempt } from '../../../src/core/attempt.ts'
import type { App, Tenant } from '../../../src/core/records.ts'
import type { Reload } from '../../../src/core/reload.ts'
import type { Delivery } from '../../../src/event/delivery.ts'
import type { StoredEvent } from '../../../src/event/stored-event.ts'
import type { Subscription } from '../../../src/event/subscription.ts'
import type { Frame } from '../observed-store.ts'

export const FINISHED = 'com.qlik.v1.reload.finished'
const ENDS = new Set(['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT'])

export function hasEnded(reload: Reload | undefined): boolean {
  return reload !== undefined && ENDS.has(reload.state)
}

export function isRunning(reload: Reload | undefined): boolean {
  return reload?.state === 'RELOADING' || reload?.state === 'CANCELING'
}

export interface Change<Row> {
  readonly id: string
  readonly before: Row | undefined
  readonly after: Row | undefined
}

export interface Changes {
  readonly reloads: readonly Change<Reload>[]
  readonly attempts: readonly Change<Attempt>[]
  readonly events: readonly Change<StoredEvent>[]
  readonly deliveries: readonly Change<Delivery>[]
  readonly apps: readonly Change<App>[]
}

export class Copy {
  readonly tenants = new Map<string, Tenant>()
  readonly reloads = new Map<string, Reload>()
  readonly attempts = new Map<string, Attempt>()
  readonly events = new Map<string, StoredEvent>()
  readonly deliveries = new Map<string, Delivery>()
  readonly apps = new Map<string, App>()
  readonly subscriptions = new Map<string, Subscription>()
  /** Subscriptions that were disabled or deleted at some time. */
  readonly wereOff = new Set<string>()
  /** Reloads without an outcome; deliveries without an end. */
  readonly openReloads = new Map<string, Reload>()
  /** How many reloads run, by tenant. */
  readonly running = new Map<string, number>()
  readonly pendingDeliveries = new Map<string, Delivery>()
  readonly openAttempts = new Map<string, Attempt>()
  readonly #attemptsOf = new Map<string, Attempt[]>()
  readonly #finishedOf = new Map<string, StoredEvent[]>()
  readonly #deliveriesOf = new Map<string, Delivery[]>()
  /** Attempts of a reload by number. */
  attemptsOf(reloadId: string): readonly Attempt[] {
    return this.#attemptsOf.get(reloadId) ?? []
  }

  finishedOf(reloadId: string): readonly StoredEvent[] {
    return this.#finishedOf.get(reloadId) ?? []
  }

  deliveriesOf(eventId: string): readonly Delivery[] {
    return this.#deliveriesOf.get(eventId) ?? []
  }

  /** Brings itself up to date with what a verb wrote. */
  update({ written }: Frame): Changes {
    const changesOf = <Row>(
      rows: ReadonlyMap<string, Row | undefined> | undefined,
      copy: Map<string, Row>,
      note?: (change: Change<Row>) => void,
    ) => {
      const changes: Change<Row>[] = []
      for (const [id, after] of rows ?? []) {
        const change = { id, before: copy.get(id), after }
        if (change.before === change.after) continue
        keep(copy, id, change.after)
        note?.(change)
        changes.push(change)
      }
      return changes
    }
    changesOf(written.tenants, this.tenants)
    changesOf(written.subscriptions, this.subscriptions, ({ id, after }) => {
      if (!after?.enabled) this.wereOff.add(id)
    })
    const changes = {
      reloads: changesOf(written.reloads, this.reloads, ({ id, before, after }) => {
        keep(this.openReloads, id, hasEnded(after) ? undefined : after)
        const { tenantId } = (after ?? before)!
        const more = Number(isRunning(after)) - Number(isRunning(before))
        if (more !== 0) this.running.set(tenantId, (this.running.get(tenantId) ?? 0) + more)
      }),
      attempts: changesOf(written.attempts, this.attempts, (change) => {
        regroup(this.#attemptsOf, change, ({ reloadId }) => reloadId)
        keep(this.openAttempts, change.id, change.after?.closed === undefined ? change.after : undefined)
      }),
      events: changesOf(written.events, this.events, (change) => {
        if ((change.after ?? change.before)?.type === FINISHED) {
          regroup(this.#finishedOf, change, ({ body }) => String(body.data.id))
        }
      }),
      deliveries: changesOf(written.deliveries, this.deliveries, (change) => {
        regroup(this.#deliveriesOf, change, ({ eventId }) => eventId)
        const pending = change.after?.state === 'pending'
        keep(this.pendingDeliveries, change.id, pending ? change.after : undefined)
      }),
      apps: changesOf(written.apps, this.apps),
    }
    return changes
  }
}

function keep<Row>(rows: Map<string, Row>, id: string, row: Row | undefined): void {
  if (row === undefined) rows.delete(id)
  else rows.set(id, row)
}

/** Rows of a group stay in the order in which they came. */
function regroup<Row>(groups: Map<string, Row[]>, { before, after }: Change<Row>, key: (row: Row) => string) {
  const name = key((after ?? before)!)
  const rows = groups.get(name) ?? []
  const at = before === undefined ? -1 : rows.indexOf(before)
  if (after === undefined) rows.splice(at, 1)
  else if (at < 0) rows.push(after)
  else rows[at] = after
  groups.set(name, rows)
}
