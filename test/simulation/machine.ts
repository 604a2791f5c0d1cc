/** One incarnation of a machine that runs the product's loops, unchanged, over the simulated ports. */
import { newUuid } from '../../src/core/ids.ts'
import type { Limits } from '../../src/core/limits.ts'
import type { Log, World as Ports } from '../../src/core/ports.ts'
import { startDelivering } from '../../src/delivery/deliver.ts'
import type { Loop } from '../../src/queue/loop.ts'
import { startWorker } from '../../src/queue/worker.ts'
import type { Store } from '../../src/store/store.ts'
import { simChannel } from './channel.ts'
import { SIZES, simAppData, simEngines } from './engine.ts'
import { SimNode } from './node.ts'
import { storeFrom } from './observed-store.ts'
import type { World } from './world.ts'

export interface Machine {
  readonly node: SimNode
  /** Drains and stops; resolves never when the machine dies meanwhile. */
  stop(): Promise<void>
  crash(): void
}

export function startMachine(world: World, name: string, store: Store, limits: Limits): Machine {
  const node = newNode(world, name)
  const ports = portsOf(world, node)
  const reached = storeFrom(world, node, store)
  const worker = startWorker({
    ...ports,
    store: reached,
    limits,
    workerId: newUuid(node.random),
    slots: 3,
    memoryBytes: 3 * SIZES.at(-1)!.memoryBytes,
    drainMs: 3000,
    sizes: SIZES,
    sessions: simEngines(world, node),
    appData: simAppData(world, node),
    connectionsFor: async () => [],
    filesStored: () => catalogued(world, node),
  })
  const delivering = startDelivering({ ...ports, store: reached, channel: simChannel(world, node) })
  world.tell(node, 'starts')
  return {
    node,
    stop: () => stopBoth(world, node, [worker, delivering]),
    crash() {
      world.tell(node, 'dies')
      node.alive = false
      world.engines.died(node)
    },
  }
}

export function newNode(world: World, name: string): SimNode {
  return new SimNode(world.scheduler, name, world.between(0, 2 ** 31), world.between(-2000, 2000))
}

export function portsOf(world: World, node: SimNode): Ports {
  const log: Log = {
    info: (message) => world.tell(node, message),
    warn: (message, fields) => world.tell(node, `warn: ${message} ${String(fields?.error ?? '')}`),
    error: (message, fields) => world.violate(`${node.name}: ${message} ${JSON.stringify(fields ?? {})}`),
  }
  return { clock: node.clock, random: node.random, timers: node.timers, log }
}

async function stopBoth(world: World, node: SimNode, loops: readonly Loop[]): Promise<void> {
  world.tell(node, 'stops')
  await Promise.all([...loops.map((loop) => loop.stop()), ...loops.map((loop) => loop.stop())])
  world.tell(node, 'has stopped')
}

function catalogued(world: World, node: SimNode): Promise<void> {
  return new Promise((resolve, reject) => {
    const fails = world.chance(world.faulty(0.1))
    node.later(world.between(1, 10), () => (fails ? reject(new Error('disk trouble')) : resolve()))
  })
}
