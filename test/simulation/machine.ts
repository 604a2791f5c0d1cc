/** One incarnation of a machine that runs the product's loops, unchanged, over the simulated ports. */

import type { FileStore } from '../../src/catalog/file-contents.ts'
import { newUuid } from '../../src/core/ids.ts'
import type { Limits } from '../../src/core/limits.ts'
import type { Loop } from '../../src/core/loop.ts'
import type { Log, World as Ports } from '../../src/core/ports.ts'
import type { App } from '../../src/core/records.ts'
import { type WatchedClock, watchedClock } from '../../src/core/watched-clock.ts'
import { routedChannel } from '../../src/delivery/channels/routed.ts'
import { type DeliverDeps, startDelivering } from '../../src/delivery/deliver.ts'
import { SendRates } from '../../src/delivery/send-rates.ts'
import type { PlacedConnection } from '../../src/files/connections.ts'
import { publishedFiles, startPublishing } from '../../src/files/publishing.ts'
import { storesOf } from '../../src/files/stores.ts'
import { type HistoryDeps, startForgetting } from '../../src/history/forget.ts'
import type { Store } from '../../src/store/port/store.ts'
import { startWorker, type WorkerDeps } from '../../src/worker/worker.ts'
import { brokerChannel } from './broker-channel.ts'
import type { Canary } from './canary/canary.ts'
import { simChannel } from './channel.ts'
import { type EngineRoom, SIZES, simAppData, simEngines } from './engine.ts'
import { simFiles } from './files.ts'
import { SimNode } from './node.ts'
import { storeFrom } from './observed-store.ts'
import type { World } from './world.ts'

export interface Machine {
  readonly node: SimNode
  /** It was told to stop. */
  readonly stopping: boolean
  /** Drains and stops; resolves never when the machine dies meanwhile. */
  stop(): Promise<void>
  crash(): void
}

/** What all machines of an installation have in common. */
export interface Installation {
  /** Perhaps with a planted bug around it. */
  readonly store: Store
  readonly limits: Limits
  readonly engines: EngineRoom
  readonly canary?: Canary
}

export function startMachine(world: World, node: SimNode, installation: Installation): Machine {
  const { store, limits, engines, canary } = installation
  const ports = portsOf(world, node)
  const reached = storeFrom(world, node, store)
  const sessions = simEngines(world, node, engines, canary?.pool)
  const files = publishedFiles({ files: simFiles(world, node), store: reached, log: ports.log })
  const work: WorkerDeps = {
    ...ports,
    store: reached,
    limits,
    workerId: newUuid(node.random),
    slots: engines.slots,
    memoryBytes: engines.memoryBytes,
    drainMs: 3000,
    sizes: SIZES,
    sessions,
    appData: simAppData(world, node),
    otherApp: async (_app, _askedBy, named) => ({ named, refusal: 'there are no other apps here' }),
    connectionsFor: (app) => connectionsOf(files, app),
    stores: storesOf(reached, files, { ...ports, ...limits }),
  }
  const webhooks = simChannel(world, node)
  const channel = routedChannel(webhooks, {
    nats: brokerChannel(world, node, (publish) => canary?.publish?.(publish, world) ?? publish),
  })
  const sends: DeliverDeps = { ...ports, store: reached, channel, rates: new SendRates() }
  const forgets: HistoryDeps = {
    ...ports,
    store: reached,
    limits,
    clockIsRight: { how: '', taken: async () => false },
    setAside: { deleteBefore: async () => 0 },
    removedTenants: { purgeBefore: async () => 0 },
  }
  const loops = [
    startWorker(canary?.worker?.(work, world) ?? work),
    startDelivering(canary?.sender?.(sends, world) ?? sends),
    startForgetting(canary?.history?.(forgets) ?? forgets),
    startPublishing({ ...ports, store: reached, files }),
  ]
  world.tell(node, 'starts')
  let stopping = false
  return {
    node,
    get stopping() {
      return stopping
    },
    async stop() {
      stopping = true
      await stopAll(world, node, loops)
      await sessions.stop()
      node.alive = false
    },
    crash() {
      world.tell(node, 'dies')
      node.alive = false
      world.engines.died(node)
    },
  }
}

/** Where the files of an app's own connection are: the auditor knows the pattern too. */
async function connectionsOf(files: FileStore, app: App): Promise<readonly PlacedConnection[]> {
  const { tenantId, spaceId, ownerId } = app
  const place = spaceId === undefined ? { ownerId } : { spaceId }
  return [{ name: 'DataFiles', place, root: await files.folderOf({ tenantId, place }), writable: true }]
}

export function newNode(world: World, name: string, skewMs?: number): SimNode {
  const seed = world.between(0, 2 ** 31)
  const drawnMs = world.between(-2000, 2000)
  return new SimNode(world.scheduler, name, seed, skewMs ?? drawnMs)
}

export function portsOf(world: World, node: SimNode): Ports & { readonly clock: WatchedClock } {
  const log: Log = {
    info: (message) => world.tell(node, message),
    warn: (message, fields) => world.tell(node, `warn: ${message} ${String(fields?.error ?? '')}`),
    error: (message, fields) => world.crashed(`${node.name}: ${message} ${JSON.stringify(fields ?? {})}`),
  }
  return { clock: watchedClock(node.clock), random: node.random, timers: node.timers, log }
}

async function stopAll(world: World, node: SimNode, loops: readonly Loop[]): Promise<void> {
  world.tell(node, 'stops')
  await Promise.all([...loops.map((loop) => loop.stop()), ...loops.map((loop) => loop.stop())])
  world.tell(node, 'has stopped')
}
