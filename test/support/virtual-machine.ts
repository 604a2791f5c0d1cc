/**
 * A machine in virtual time without faults, for tests of single loops: hours pass in milliseconds, nothing
 * sleeps.
 */
import { newNode, portsOf } from '../simulation/machine.ts'
import type { SimNode } from '../simulation/node.ts'
import { settled } from '../simulation/scheduler.ts'
import { World } from '../simulation/world.ts'
import { START_MS } from './records.ts'

export interface VirtualMachine {
  readonly world: World
  readonly node: SimNode
  readonly ports: ReturnType<typeof portsOf>
  /** Virtual ms since the start. */
  elapsed(): number
  /** Goes on until it holds; throws when it does not within the virtual time. */
  until(holds: () => boolean | Promise<boolean>, withinMs?: number): Promise<void>
  pass(ms: number): Promise<void>
}

export function virtualMachine(seed = 1): VirtualMachine {
  const world = new World(seed)
  world.faults = false
  const node = newNode(world, 'machine')
  node.skewMs = 0
  const elapsed = () => world.scheduler.now - START_MS
  const until = async (holds: () => boolean | Promise<boolean>, withinMs = 3_600_000) => {
    await settled()
    const giveUpAt = world.scheduler.now + withinMs
    while (!(await holds())) {
      const moved = await world.scheduler.step()
      if (!moved || world.scheduler.now > giveUpAt) {
        throw new Error(
          `it did not come to hold within ${withinMs} ms:\n${world.trace.slice(-20).join('\n')}`,
        )
      }
    }
  }
  return {
    world,
    node,
    ports: portsOf(world, node),
    elapsed,
    until,
    pass(ms) {
      let over = false
      node.later(ms, () => {
        over = true
      })
      return until(() => over, ms + 1)
    },
  }
}
