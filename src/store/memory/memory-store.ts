/**
 * Room `store/memory`: the executable model of a store, for tests and the simulator; no entry of the product
 * imports it. The shortest right way to keep records enters, never a rule.
 *
 * The memory store: the executable model of the port. It is deterministic, keeps no clock, and is written to
 * be read: what it answers is what every other store must answer (test/contract/store-contract.ts). The
 * simulator runs the loops on it.
 *
 * Each class on the way (people, tasks, automations, catalog, events, deliveries, reloads, queue) adds one
 * part of the port over the same tables.
 */
import { defined } from '../../core/defined.ts'
import type { EventId, TenantId } from '../../core/ids.ts'
import { acceptedAudit, acceptedAuditId } from '../../event/accepted-audit.ts'
import type { Change } from '../port/change.ts'
import type { Erase, Erased, Forget, Forgotten } from '../port/history.ts'
import type { Installation } from '../port/installation.ts'
import type { Acceptance } from '../port/reloads.ts'
import type { Counts, ExclusiveStore } from '../port/store.ts'
import { assertCatalogSaving } from '../rule/changing.ts'
import { mayForgetEvent, mayForgetLog, mayForgetReload, mayForgetSend } from '../rule/forgetting.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { waitsSince } from '../rule/waiting.ts'
import { decideChange, saveCatalog } from './change.ts'
import { MemoryQueue } from './memory-queue.ts'
import { erase, purge, removeWithReload } from './purging.ts'
import { isRunning } from './queue-count.ts'
import { compare, insert } from './tables.ts'

export class MemoryStore extends MemoryQueue implements ExclusiveStore {
  async change<Answer>(batch: readonly Change<Answer>[]): Promise<Answer[]> {
    return this.atomically(() => batch.map((change) => this.#change(change)))
  }

  #change<Answer>(change: Change<Answer>): Answer {
    const stored = (acceptance: Acceptance) => this.acceptanceView(acceptance)
    const { answer, acceptance, ...saving } = decideChange(this.tables, change, stored)
    assertCatalogSaving(change.tenantId, saving)
    if (acceptance !== undefined) this.saveAccepted(acceptance)
    saveCatalog(this.tables, change.tenantId, saving)
    for (const event of saving.events ?? []) this.saveEvent(event)
    for (const delivery of saving.deliveries ?? []) this.saveDelivery(delivery)
    if (saving.put?.tenants !== undefined) this.turns.termsChanged()
    this.notices.note(noticeOf.changingCatalog(saving))
    return answer
  }

  async counts(): Promise<Counts> {
    const queued = this.tables.reloads.where((row) => row.state === 'QUEUED')
    return {
      queued: queued.length,
      running: this.tables.reloads.where(isRunning).length,
      pendingDeliveries: this.tables.deliveries.where((row) => row.state === 'pending').length,
      ...defined({ waitsSince: queued.length === 0 ? undefined : Math.min(...queued.map(waitsSince)) }),
    }
  }

  async installation(): Promise<Installation> {
    return this.tables.installation.get('1') ?? { name: 'model', starts: 0, marked: false, logLost: false }
  }

  async keepInstallation(changed: Omit<Installation, 'name' | 'logLost'>): Promise<void> {
    const { name, logLost } = await this.installation()
    const { starts, marked, keyCheck } = changed
    this.tables.installation.put('1', { name, logLost, starts, marked, ...defined({ keyCheck }) })
  }

  async forget(request: Forget): Promise<Forgotten> {
    return this.atomically(() => {
      this.tables.counters.put('seenAt', request.seenAt)
      return {
        scriptLogs: this.#forgetLogs(request),
        reloads: this.#forgetReloads(request),
        events: this.#forgetEvents(request),
        sends: this.#forgetSends(request),
        taskRuns: this.#forgetRuns(request),
        automationRuns: this.#forgetAutomationRuns(request),
      }
    })
  }

  async purge(tenantId: TenantId, max: number): Promise<number> {
    return this.atomically(() => {
      const gone = purge(this.tables, tenantId, max)
      this.turns.forget()
      return gone
    })
  }

  async erase(request: Erase): Promise<Erased> {
    return this.atomically(() => erase(this.tables, request))
  }

  async seenAt(): Promise<number | undefined> {
    const { counters, events, reloads } = this.tables
    const lastEvent = oldest(events.rows(), Number.POSITIVE_INFINITY, ({ sequence }) => [sequence]).at(-1)
    const lastReload = oldest(reloads.rows(), Number.POSITIVE_INFINITY, ({ id }) => [id]).at(-1)
    const newest = Math.max(lastEvent?.time ?? 0, lastReload?.createdAt ?? 0, lastReload?.endedAt ?? 0)
    return counters.get('seenAt') ?? (newest || undefined)
  }

  #forgetLogs(request: Forget): number {
    const { reloads, scriptLogs } = this.tables
    const over = oldest(scriptLogs.rows(), request.max, (row) => [row.reloadId, row.attempt]).filter((row) =>
      mayForgetLog(reloads.get(row.reloadId)?.endedAt, request),
    )
    for (const { reloadId, attempt } of over) scriptLogs.remove(`${reloadId}/${attempt}`)
    return over.length
  }

  #forgetReloads(request: Forget): number {
    const { reloads, auditSequences, events } = this.tables
    const over = oldest(reloads.rows(), request.max, ({ id }) => [id]).filter(({ endedAt }) =>
      mayForgetReload(endedAt, request),
    )
    for (const reload of over) {
      const { id } = reload
      const sequence = auditSequences.get(id)
      if (sequence !== undefined && !mayForgetEvent(reload.createdAt, false, request)) {
        insert(events, acceptedAuditId(id), acceptedAudit(reload, sequence))
      }
      reloads.remove(id)
      removeWithReload(this.tables, id)
    }
    return over.length
  }

  /** The newest sequence among the forgotten is remembered. */
  #forgetEvents(request: Forget): number {
    const { events, deliveries, counters } = this.tables
    const isPending = (id: EventId) =>
      deliveries.find((row) => row.eventId === id && row.state === 'pending') !== undefined
    const over = oldest(events.rows(), request.max, ({ sequence }) => [sequence]).filter(({ id, time }) =>
      mayForgetEvent(time, isPending(id), request),
    )
    for (const { id, sequence } of over) {
      events.remove(id)
      for (const row of deliveries.where((one) => one.eventId === id)) deliveries.remove(row.id)
      counters.put('forgotten', Math.max(counters.get('forgotten') ?? 0, sequence))
    }
    return over.length
  }

  #forgetSends(request: Forget): number {
    const { sends } = this.tables
    const over = sends.where(({ triggeredAt }) => mayForgetSend(triggeredAt, request))
    const first = oldest(over, request.max, (row) => [row.subscriptionId, row.triggeredAt, row.id])
    for (const { id } of first) sends.remove(id)
    return first.length
  }

  #forgetRuns(request: Forget): number {
    const { taskRuns } = this.tables
    const over = taskRuns.where(({ endedAt }) => mayForgetReload(endedAt, request))
    const first = oldest(over, request.max, ({ endedAt, id }) => [endedAt!, id])
    for (const { id } of first) taskRuns.remove(id)
    return first.length
  }

  #forgetAutomationRuns(request: Forget): number {
    const { automationRuns } = this.tables
    const over = automationRuns.where(({ endedAt }) => mayForgetReload(endedAt, request))
    const first = oldest(over, request.max, ({ endedAt, id }) => [endedAt!, id])
    for (const { id } of first) automationRuns.remove(id)
    return first.length
  }

  async close(): Promise<void> {}
}

/** The first `max` by a key. */
function oldest<Row>(
  rows: readonly Row[],
  max: number,
  keyOf: (row: Row) => readonly (string | number)[],
): Row[] {
  const order = (left: readonly (string | number)[], right: readonly (string | number)[]) => {
    const i = left.findIndex((part, at) => part !== right[at])
    return i < 0 ? 0 : compare(left[i]!, right[i]!)
  }
  return rows.toSorted((left, right) => order(keyOf(left), keyOf(right))).slice(0, max)
}
