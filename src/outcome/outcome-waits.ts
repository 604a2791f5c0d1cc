/**
 * Waiting for the outcome of a reload: for callers who want to be answered once it has ended. All who wait
 * for reloads of a tenant share one reading of its events after a commit, so that a wait costs the store two
 * readings of its reload however long it lasts. A tenant has a number of waits; one too many, and every one
 * after `stop`, is over at once. Never decides anything: what it answers is the reload as it is by then.
 */
import type { ReloadId, TenantId } from '../core/ids.ts'
import { isOutcome } from '../core/outcome.ts'
import type { Timers, Wait } from '../core/ports.ts'
import type { Reload } from '../core/reload.ts'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { Store } from '../store/port/store.ts'

/** Waits of one tenant at the same time. */
export const OUTCOME_WAITS_PER_TENANT_MAX = 500

const EVENTS_PER_READ = 100

export interface OutcomeWish {
  readonly tenantId: TenantId
  readonly reloadId: ReloadId
  readonly waitMs: number
  /** Resolves when nobody wants the answer any more. */
  readonly abandoned: Promise<void>
}

interface TenantWaits {
  readonly waits: Map<Wait, ReloadId>
  /** Events up to here are seen. */
  cursor: Promise<number>
  reading: boolean
  mayHaveMore: boolean
}

type WatchedStore = Pick<Store, 'reload' | 'eventsAfter' | 'lastSequence' | 'onCommit'>

export class OutcomeWaits {
  readonly #store: WatchedStore
  readonly #timers: Timers
  readonly #tenants = new Map<TenantId, TenantWaits>()
  #forget: (() => void) | undefined
  #stopped = false

  constructor(store: WatchedStore, timers: Timers) {
    this.#store = store
    this.#timers = timers
  }

  /** Returns the reload when it has an outcome, else as it is when the wait is over. */
  async whenEnded({ tenantId, reloadId, waitMs, abandoned }: OutcomeWish): Promise<Reload | undefined> {
    const reload = () => this.#store.reload(tenantId, reloadId)
    const taken = this.#tenants.get(tenantId)?.waits.size ?? 0
    if (this.#stopped || waitMs === 0 || taken >= OUTCOME_WAITS_PER_TENANT_MAX) return reload()
    const wait = this.#timers.wait(waitMs)
    const tenant = this.#join(tenantId, wait, reloadId)
    void abandoned.then(() => wait.end())
    try {
      // An event that comes later ends the wait; what came before, the reload tells.
      await tenant.cursor
      const now = await reload()
      if (now === undefined || isOutcome(now.state)) return now
      await wait.done
      return await reload()
    } finally {
      this.#leave(tenantId, wait)
    }
  }

  /** Ends all waits, and those to come. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { waits } of this.#tenants.values()) for (const wait of waits.keys()) wait.end()
  }

  #join(tenantId: TenantId, wait: Wait, reloadId: ReloadId): TenantWaits {
    this.#forget ??= this.#store.onCommit(({ events }) => {
      if (!events) return
      for (const [id, tenant] of this.#tenants) void this.#look(id, tenant)
    })
    const tenant = this.#tenants.get(tenantId) ?? {
      waits: new Map(),
      cursor: this.#store.lastSequence(),
      reading: false,
      mayHaveMore: false,
    }
    this.#tenants.set(tenantId, tenant)
    tenant.waits.set(wait, reloadId)
    return tenant
  }

  #leave(tenantId: TenantId, wait: Wait): void {
    wait.end()
    const waits = this.#tenants.get(tenantId)?.waits
    waits?.delete(wait)
    if (waits?.size === 0) this.#tenants.delete(tenantId)
    if (this.#tenants.size > 0) return
    this.#forget?.()
    this.#forget = undefined
  }

  async #look(tenantId: TenantId, tenant: TenantWaits): Promise<void> {
    tenant.mayHaveMore = true
    if (tenant.reading) return
    tenant.reading = true
    try {
      while (tenant.mayHaveMore && tenant.waits.size > 0) await this.#read(tenantId, tenant)
    } catch {
      // Whoever waits reads the reload, and tells what is wrong with the store.
      for (const wait of tenant.waits.keys()) wait.end()
    } finally {
      tenant.reading = false
    }
  }

  async #read(tenantId: TenantId, tenant: TenantWaits): Promise<void> {
    tenant.mayHaveMore = false
    const cursor = await tenant.cursor
    const events = await this.#store.eventsAfter(tenantId, cursor, EVENTS_PER_READ)
    tenant.cursor = Promise.resolve(events.at(-1)?.sequence ?? cursor)
    if (events.length === EVENTS_PER_READ) tenant.mayHaveMore = true
    const ended = new Set(
      events.filter(({ type }) => type === FINISHED_EVENT_TYPE).map((event) => event.resourceId),
    )
    for (const [wait, reloadId] of tenant.waits) if (ended.has(reloadId)) wait.end()
  }
}
