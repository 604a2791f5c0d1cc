/** The memory store with its contents open to the auditor, and a machine's faulty way to it. */
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Table } from '../../src/store/memory/table.ts'
import type { Store } from '../../src/store/port/store.ts'
import { seenClaim } from './claims-seen.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

const WATCHED = ['tenants', 'reloads', 'attempts', 'events', 'deliveries', 'apps', 'subscriptions'] as const
export type TableName = (typeof WATCHED)[number]

export class ObservedStore extends MemoryStore {
  /** Ids of rows that were written since the auditor looked last; perhaps taken back again. */
  readonly changed = new Map<TableName, Set<string>>()

  constructor() {
    super()
    for (const name of WATCHED) watch(this.tables[name] as Table<unknown>, () => noted(this.changed, name))
  }

  get contents(): MemoryStore['tables'] {
    return this.tables
  }
}

function noted(changed: Map<TableName, Set<string>>, name: TableName): Set<string> {
  const ids = changed.get(name) ?? new Set()
  changed.set(name, ids)
  return ids
}

function watch(table: Table<unknown>, ids: () => Set<string>): void {
  const put = table.put.bind(table)
  const remove = table.remove.bind(table)
  table.put = (id, row) => {
    ids().add(id)
    put(id, row)
  }
  table.remove = (id) => {
    ids().add(id)
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
          const answer = call(...given)
          world.reached(node, name)
          answer.then(
            (value) => {
              const lost = () => node.cutOff || fate.fails === 'after'
              node.later(fate.answerMs, () =>
                lost() ? reject(new Error('store: answer lost')) : resolve(value),
              )
            },
            (error: unknown) => {
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
  const claim = remote('claim', store.claim.bind(store) as Call) as Store['claim']
  const members = new Map<PropertyKey, unknown>([
    ['onCommit', onCommit],
    ['claim', seenClaim(world, node, claim)],
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
