/**
 * A store of several processes that is not one of ours, for showing what the contract finds: the memory store
 * behind transactions that a test can hold between their inserts and their commit.
 *
 * Numbering events at their commit, it keeps the contract. Numbering them when they are inserted, it does
 * what a sequence of a database with several writers does.
 */
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Saving, Transition } from '../../src/store/port/reloads.ts'
import type { Store } from '../../src/store/port/store.ts'
import type { Database, Hold, StoreKind } from './store-kind.ts'

export type Numbering = 'at commit' | 'at insert'

export function lateStore(numbering: Numbering): StoreKind {
  return {
    name: `memory store of several processes that numbers events ${numbering}`,
    exclusive: false,
    notifiesAcrossProcesses: true,
    create: async () => new LateDatabase(numbering),
  }
}

interface Gate extends Hold {
  reach(): Promise<void>
}

class LateDatabase implements Database {
  readonly #memory = new MemoryStore()
  readonly #numbering: Numbering
  readonly #gates = new Map<Store, Gate>()
  /** Sequences taken at insert, by event id; rolled back ones leave gaps. */
  readonly #taken = new Map<string, number>()

  constructor(numbering: Numbering) {
    this.#numbering = numbering
  }

  async open(): Promise<Store> {
    const verbs: Partial<Store> = {
      transition: (batch) => this.#transition(batch, store),
      close: async () => {},
      ...(this.#numbering === 'at insert' ? this.#numberedAtInsert() : {}),
    }
    const store: Store = new Proxy<Store>(this.#memory, {
      has: (memory, name) => name !== 'endLeases' && Reflect.has(memory, name),
      get: (memory, name) => {
        const member = Reflect.get(verbs, name) ?? Reflect.get(memory, name)
        return typeof member === 'function' ? member.bind(memory) : member
      },
    })
    return store
  }

  async holdCommits(process: Store): Promise<Hold> {
    const [reached, released] = [signal(), signal()]
    const gate: Gate = {
      waiting: () => reached.given,
      release: async () => {
        this.#gates.delete(process)
        released.give()
      },
      reach: () => {
        reached.give()
        return released.given
      },
    }
    this.#gates.set(process, gate)
    return gate
  }

  async remove(): Promise<void> {
    await this.#memory.close()
  }

  async #transition<Refused>(batch: readonly Transition<Refused>[], process: Store) {
    if (this.#numbering === 'at insert') await this.#insert(batch)
    await this.#gates.get(process)?.reach()
    return this.#memory.transition(batch)
  }

  /** Takes the numbers of what the steps would save now. */
  async #insert<Refused>(batch: readonly Transition<Refused>[]): Promise<void> {
    const inserting = batch.map((one) => ({
      ...one,
      step: (view: Parameters<typeof one.step>[0]) => {
        const { events = [] } = one.step(view) as Partial<Saving>
        for (const { id } of events) this.#taken.set(id, this.#taken.size + 1)
        return { refused: 'not committed yet' }
      },
    }))
    await this.#memory.transition(inserting)
  }

  #numberedAtInsert(): Pick<Store, 'eventsAfter' | 'eventsBefore' | 'lastSequence'> {
    const committed = async (tenantId: Parameters<Store['eventsAfter']>[0]) =>
      (await this.#memory.eventsAfter(tenantId, 0, Number.POSITIVE_INFINITY))
        .map((event) => ({ ...event, sequence: this.#taken.get(event.id)! }))
        .sort((left, right) => left.sequence - right.sequence)
    return {
      eventsAfter: async (tenantId, sequence, max) =>
        (await committed(tenantId)).filter((event) => event.sequence > sequence).slice(0, max),
      eventsBefore: async (tenantId, sequence, max) =>
        (await committed(tenantId))
          .filter((event) => event.sequence < sequence)
          .reverse()
          .slice(0, max),
      lastSequence: async () => {
        const tenants = await this.#memory.tenants()
        const sequences = (await Promise.all(tenants.map(({ id }) => committed(id)))).flat()
        return Math.max(0, ...sequences.map(({ sequence }) => sequence))
      },
    }
  }
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}
