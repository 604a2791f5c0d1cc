/**
 * Explores every state that two workers can bring about on one reload of two attempts, with one kill at every
 * step, breadth first, each state once: what brokenIn and brokenBetween hold against it, and that from each
 * of them the end can still be reached.
 */
import { type Action, actionsOf } from './actions.ts'
import { ExplorableStore } from './explorable-store.ts'
import { brokenBetween, brokenIn, isOver } from './invariants.ts'
import { type Bounds, firstState, type Planted, Scene } from './scene.ts'
import { keyOf, type State } from './state.ts'

export interface Explored {
  readonly states: number
  readonly transitions: number
  /** Longest shortest way to a state, in steps. */
  readonly depth: number
  /** The first rule that was broken, with the shortest way there. */
  readonly broken?: { readonly rule: string; readonly way: readonly string[] }
}

interface Node {
  readonly state: State
  readonly depth: number
  readonly from?: { readonly node: Node; readonly name: string }
  /** Nodes from which one step leads here. */
  readonly before: Node[]
}

export async function explore(bounds: Bounds, planted: Planted = {}): Promise<Explored> {
  const store = new ExplorableStore()
  const state = await firstState(store, bounds)
  const scene = new Scene(store, state, planted)
  const first: Node = { state, depth: 0, before: [] }
  const known = new Map([[keyOf(state), first]])
  const queue = [first]
  let transitions = 0
  const figures = () => ({ states: known.size, transitions, depth: queue.at(-1)!.depth })
  for (const node of queue) {
    for (const action of actionsOf(node.state)) {
      transitions += 1
      const after = await taken(scene, node.state, action)
      if (typeof after === 'string') return { ...figures(), broken: told(node, action.name, after) }
      const [rule] = [...brokenIn(after), ...brokenBetween(node.state, after)]
      if (rule !== undefined) return { ...figures(), broken: told(node, action.name, rule) }
      const key = keyOf(after)
      const found = known.get(key)
      if (found !== undefined) found.before.push(node)
      else {
        const next = {
          state: after,
          depth: node.depth + 1,
          from: { node, name: action.name },
          before: [node],
        }
        known.set(key, next)
        queue.push(next)
      }
    }
  }
  const stuck = firstStuck(queue)
  if (stuck === undefined) return figures()
  return { ...figures(), broken: told(stuck, 'from here on', '7 the end can be reached') }
}

/** The next state, or what our own code threw. */
async function taken(scene: Scene, state: State, action: Action): Promise<State | string> {
  scene.begin(state)
  try {
    await action.take(scene)
    return scene.end()
  } catch (error) {
    return `our own code failed: ${String(error)}`
  }
}

/** A state from which nothing leads to the end. */
function firstStuck(nodes: readonly Node[]): Node | undefined {
  const reaching = new Set<Node>(nodes.filter(({ state }) => isOver(state)))
  for (const node of reaching) for (const before of node.before) reaching.add(before)
  return nodes.find((node) => !reaching.has(node))
}

function told(node: Node, name: string, rule: string): NonNullable<Explored['broken']> {
  const way = [name]
  for (let at: Node | undefined = node; at?.from !== undefined; at = at.from.node) way.unshift(at.from.name)
  return { rule, way }
}
