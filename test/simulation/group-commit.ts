/**
 * The store as one that commits in groups (src/store/sqlite/writer.ts): writes that arrive within some ms are
 * one commit, so that a claim may stand in the commit of the acceptance that it claims. The disk may refuse
 * the commit: then nothing of it is there, and everybody in it is told. A group may be run, taken back and
 * run again, as it is when one of its writes threw. A machine that dies before the commit may lose its
 * writes.
 */

import type { Store } from '../../src/store/port/store.ts'
import { RUNNING, type Verb } from '../../src/store/sqlite/verbs.ts'
import { DiskFull } from './disk.ts'
import type { SimNode } from './node.ts'
import type { ObservedStore } from './observed-store.ts'
import type { World } from './world.ts'

type Call = (...given: unknown[]) => Promise<unknown>

interface Write {
  readonly node: SimNode | undefined
  readonly verb: string
  readonly run: () => Promise<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** What comes of a group that the disk refuses, and who is told. */
export interface Commit {
  /** Takes the group back. */
  readonly takeBack: (truth: ObservedStore) => void
  /** Whether the caller of the verb is told that its commit was refused. */
  readonly refusedIsTold: (verb: string) => boolean
}

const AS_IT_IS: Commit = { takeBack: (truth) => truth.takeBack(), refusedIsTold: () => true }

/** @param store the store, perhaps with a planted bug around it */
export function inGroups(world: World, truth: ObservedStore, store: Store, commit: Commit = AS_IT_IS): Store {
  let waiting: Write[] = []
  const flush = (): boolean => {
    const lives = ({ node }: Write) => node?.alive !== false || world.chance(0.5)
    const group = waiting.filter(lives)
    waiting = []
    if (group.length > 0) commitGroup(world, truth, group, commit)
    return group.length > 0
  }
  const write = (verb: string, call: Call): Call => {
    return (...given) =>
      new Promise((resolve, reject) => {
        const node = world.caller
        // A worker with a free slot may claim in the same commit.
        if (verb === 'accept') truth.tellAccepting()
        if (waiting.length === 0) world.after(world.chance(0.2) ? world.between(5, 40) : 0, flush)
        waiting.push({ node, verb, run: () => call(...given), resolve, reject })
      })
  }
  const members = new Map<PropertyKey, unknown>()
  return new Proxy(store, {
    get(target, name) {
      const known = members.get(name)
      if (known !== undefined) return known
      const member = Reflect.get(target, name, target)
      const bound = typeof member === 'function' ? (member.bind(target) as Call) : member
      const running = RUNNING[name as Verb]
      const isWrite = running !== undefined && running !== 'read'
      const reached = isWrite ? write(String(name), bound as Call) : bound
      members.set(name, reached)
      return reached
    },
  })
}

function commitGroup(world: World, truth: ObservedStore, group: readonly Write[], commit: Commit): void {
  const runAll = () =>
    group.map(({ node, verb, run }) => {
      const answer = run()
      truth.cut(node && { node, verb })
      return answer
    })
  truth.beginGroup()
  if (group.length > 1 && world.chance(0.2)) {
    for (const answer of runAll()) answer.catch(() => {})
    truth.takeBack()
    truth.beginGroup()
  }
  const answers = runAll()
  const refused = world.disk.refuses()
  if (refused) {
    world.tell(undefined, `no space for the commit of ${group.map(({ verb }) => verb).join(' and ')}`)
    commit.takeBack(truth)
  }
  truth.endGroup()
  group.forEach(({ verb, resolve, reject }, i) => {
    const answer = answers[i]!
    if (refused && commit.refusedIsTold(verb)) answer.catch(() => {}).then(() => reject(new DiskFull()))
    else answer.then(resolve, reject)
  })
}
