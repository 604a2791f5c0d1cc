/** The memory store with its contents open to the auditor, and a machine's faulty way to it. */
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { Table } from '../../src/store/memory/table.ts'
import type { ClaimRequest, PullBack } from '../../src/store/port/queue.ts'
import type { Store } from '../../src/store/port/store.ts'
import { noticeOf } from '../../src/store/rule/notice-of.ts'
import { seenClaim, seenRenewals } from './claims-seen.ts'
import { DiskFull } from './disk.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

const WATCHED = ['tenants', 'reloads', 'attempts', 'events', 'deliveries', 'apps', 'subscriptions'] as const
export type TableName = (typeof WATCHED)[number]

type RowOf<Name extends TableName> = MemoryStore['tables'][Name] extends Table<infer Row> ? Row : never
/** Rows that were written, by id, as they are after it; undefined: removed. */
type Written = { [Name in TableName]?: Map<string, RowOf<Name> | undefined> }

/** What one verb wrote. */
export interface Frame {
  readonly by: Caller | undefined
  readonly written: Readonly<Written>
}

export interface Caller {
  readonly node: SimNode
  readonly verb: string
}

export class ObservedStore extends MemoryStore {
  #written: Written = {}
  /** Since the auditor looked last. */
  #frames: Frame[] = []

  /** Undoes the writes of the group that runs, last first; undefined: none runs. */
  #undo: (() => void)[] | undefined

  constructor() {
    super()
    for (const table of Object.values(this.tables)) {
      if (table instanceof Table) journal(table, (undo) => this.#undo?.push(undo))
    }
    for (const name of WATCHED) {
      watch(this.tables[name] as Table<unknown>, (id, row) => {
        const rows: Map<string, unknown> = this.#written[name] ?? new Map()
        rows.set(id, row)
        Object.assign(this.#written, { [name]: rows })
      })
    }
  }

  /** What was written since the last cut was written by this call. */
  cut(by: Caller | undefined): void {
    if (Object.keys(this.#written).length === 0) return
    this.#frames.push({ by, written: this.#written })
    this.#written = {}
  }

  /** What was written since it was asked last, and not taken back. */
  takeFrames(): readonly Frame[] {
    return this.#frames.splice(0)
  }

  /** What is written from now on is one commit. */
  beginGroup(): void {
    this.#undo = []
  }

  endGroup(): void {
    this.#undo = undefined
  }

  /**
   * Takes back what was written since the group was begun.
   * @param writes so many of the first alone
   */
  takeBack(writes = Number.POSITIVE_INFINITY): void {
    const undo = this.#undo?.splice(0) ?? []
    for (const one of undo.slice(0, writes).reverse()) one()
    if (writes >= undo.length) this.#frames = []
    this.turns.forget()
  }

  /** As SQLite's store does as soon as it is asked to accept, before it does. */
  tellAccepting(): void {
    this.notices.notifySoon(noticeOf.accepting())
  }

  get contents(): MemoryStore['tables'] {
    return this.tables
  }
}

function watch(table: Table<unknown>, note: (id: string, row: unknown) => void): void {
  const put = table.put.bind(table)
  const remove = table.remove.bind(table)
  table.put = (id, row) => {
    note(id, row)
    put(id, row)
  }
  table.remove = (id) => {
    note(id, undefined)
    return remove(id)
  }
}

/** Notes how to undo each write. */
function journal(table: Table<unknown>, note: (undo: () => void) => void): void {
  const put = table.put.bind(table)
  const remove = table.remove.bind(table)
  const undoing = (id: string) => {
    const before = table.get(id)
    note(() => (before === undefined ? table.remove(id) : table.put(id, before)))
  }
  table.put = (id, row) => {
    undoing(id)
    put(id, row)
  }
  table.remove = (id) => {
    undoing(id)
    return remove(id)
  }
}

type Call = (...given: unknown[]) => Promise<unknown>

/**
 * The store as a machine reaches it: slow, sometimes out of reach, sometimes failing before the commit,
 * sometimes losing the answer after it. Notices of commits come late or not at all.
 *
 * @param store the store, perhaps with a planted bug around it
 */
export function storeFrom(world: World, node: SimNode, store: Store): Store {
  const remote = (name: string, call: Call): Call => {
    return (...given) =>
      new Promise((resolve, reject) => {
        const fate = world.drawStoreFate()
        const fail = (why: string) => node.later(fate.answerMs, () => reject(new Error(`store: ${why}`)))
        node.later(fate.requestMs, () => {
          if (node.cutOff || fate.fails === 'before') return fail('not reached')
          world.caller = node
          const answer = call(...given)
          world.caller = undefined
          world.reached(node, name)
          answer.then(
            (value) => {
              const lost = () => node.cutOff || fate.fails === 'after'
              node.later(fate.answerMs, () =>
                lost() ? reject(new Error('store: answer lost')) : resolve(value),
              )
            },
            (error: unknown) => {
              if (error instanceof DiskFull) return fail(error.message)
              world.crashed(`the store refused ${name} of ${node.name}: ${String(error)}`)
              fail(String(error))
            },
          )
        })
      })
  }
  const onCommit: Store['onCommit'] = (listener) =>
    store.onCommit((changed) => {
      const lateMs = world.drawNoticeMs()
      if (lateMs !== undefined && !node.cutOff) node.later(lateMs, () => listener(changed))
    })
  const claim = remote('claim', (request) => {
    world.claimMoments.push((request as ClaimRequest).now)
    return store.claim(request as ClaimRequest)
  }) as Store['claim']
  const pullBack = remote('pullBack', (request) => {
    world.pullsBack((request as PullBack).now)
    return store.pullBack(request as PullBack)
  }) as Store['pullBack']
  const renewLeases = remote('renewLeases', store.renewLeases.bind(store) as Call) as Store['renewLeases']
  const members = new Map<PropertyKey, unknown>([
    ['onCommit', onCommit],
    ['claim', seenClaim(world, node, claim)],
    ['pullBack', pullBack],
    ['renewLeases', seenRenewals(world, node, renewLeases)],
  ])
  return new Proxy(store, {
    get(target, name) {
      const known = members.get(name)
      if (known !== undefined) return known
      const member = Reflect.get(target, name, target)
      const reached =
        typeof member === 'function' ? remote(String(name), member.bind(target) as Call) : member
      members.set(name, reached)
      return reached
    },
  })
}
