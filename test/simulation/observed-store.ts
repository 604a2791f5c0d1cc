/** The memory store with its contents open to the auditor, and a machine's faulty way to it. */

import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export class ObservedStore extends MemoryStore {
  get contents(): MemoryStore['tables'] {
    return this.tables
  }
}

type Call = (...given: unknown[]) => Promise<unknown>

/**
 * The store as a machine reaches it: slow, sometimes out of reach, sometimes failing before the commit, sometimes losing
 * the answer after it. Notices of commits come late or not at all.
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
              world.storeRefused(node, name, error)
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
  return new Proxy(store, {
    get(target, name) {
      if (name === 'onCommit') return onCommit
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? remote(String(name), member.bind(target) as Call) : member
    },
  })
}
