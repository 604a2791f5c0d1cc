/**
 * What an installation is made of before anything goes wrong: limits, tenants, apps, scripts and
 * subscriptions.
 */

import { type AppId, newUuid, type ScriptVersionId, type SpaceId, type TenantId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.ts'
import type { App } from '../../src/core/records.ts'
import type { Subscription } from '../../src/event/subscription.ts'
import { put, putScript } from '../support/catalog.ts'
import { anApp, aSpace, aSubscription, aTenant, START_MS, USER_ID } from '../support/records.ts'
import { type EngineRoom, SIZES } from './engine.ts'
import { newNode } from './machine.ts'
import type { ObservedStore } from './observed-store.ts'
import type { World } from './world.ts'

const EVENT_TYPES = [
  'com.qlik.v1.reload.finished',
  'com.qlik.v1.app.reload.finished',
  'com.qlik.app.data.updated',
]

/** Short enough that something is forgotten, or long enough that nothing may be. */
const HISTORIES_MS = [300_000, 1_800_000, 1_800_000]

/** Limits of this seed: short enough that all of them are met within minutes. */
export function drawLimits(world: World): Limits {
  const historyMs = world.pick(HISTORIES_MS)
  const drawn = {
    ...DEFAULT_LIMITS,
    reloadHistoryMs: historyMs,
    scriptLogHistoryMs: historyMs,
    eventHistoryMs: historyMs,
    deliveryHistoryMs: historyMs,
    runTimeMs: world.pick([12_000, 60_000, 600_000]),
    queueTimeMs: world.pick([20_000, 600_000]),
    concurrentReloadsPerTenant: world.pick([1, 2, 4]),
    errorRequeuesMax: world.pick([0, 1, 3, 3]),
    appDataBytes: world.pick([0, 0, 0, 1000]),
  }
  if (!world.busy) return drawn
  return {
    ...drawn,
    runTimeMs: 600_000,
    queueTimeMs: 600_000,
    concurrentReloadsPerTenant: 4,
    appDataBytes: 0,
  }
}

/** Of this seed's machines: some are short of memory. */
export function drawEngineRoom(world: World): EngineRoom {
  const gib = world.busy ? 4 : world.pick([12, 12, 12, 6, 5, 4])
  return { slots: 3, warm: world.pick([0, 1, 2]), memoryBytes: gib * 1024 ** 3 }
}

export async function furnish(world: World, store: ObservedStore): Promise<void> {
  // It was started before, with a right clock.
  store.contents.counters.put('seenAt', START_MS)
  const broker = world.chance(0.4)
  const tenants = world.between(world.busy ? 2 : 1, 3)
  for (let t = 0; t < tenants; t++) {
    const tenantId = `${'t'.repeat(31)}${t}` as TenantId
    await put(store, { tenants: [aTenant({ id: tenantId })] })
    await put(store, { spaces: [aSpace({ id: spaceOf(tenantId), tenantId })] })
    for (let i = world.between(0, 3); i > 0; i--)
      await put(store, { subscriptions: [drawSubscription(world, tenantId)] })
    if (broker) await put(store, { subscriptions: [brokerSubscription(world, tenantId)] })
    for (let i = world.between(1, 6); i > 0; i--) await addApp(world, store, tenantId, `${t}${i}`)
  }
}

export function drawSubscription(world: World, tenantId: TenantId): Subscription {
  const status = world.chance(0.2) ? world.pick(['SUCCEEDED', 'FAILED']) : undefined
  const id = newUuid<'subscription'>(newNode(world, 'setup').random)
  if (world.chance(0.1)) world.receivers.gone.add(id)
  return aSubscription({
    id,
    tenantId,
    eventTypes: drawEventTypes(world),
    enabled: world.chance(0.9),
    ...(world.chance(0.2) ? { contentMode: 'batched' as const } : {}),
    ...(status === undefined ? {} : statusFilter(status)),
  })
}

/** As the configuration makes it for each tenant. */
function brokerSubscription(world: World, tenantId: TenantId): Subscription {
  const id = newUuid<'subscription'>(newNode(world, 'setup').random)
  return aSubscription({ id, tenantId, channel: 'nats', url: '', eventTypes: drawEventTypes(world) })
}

function statusFilter(value: string): Pick<Subscription, 'filter' | 'filterText'> {
  const filterText = `data.status eq "${value}"`
  return { filterText, filter: { kind: 'compare', attribute: 'data.status', operator: 'eq', value } }
}

export function drawEventTypes(world: World): string[] {
  return EVENT_TYPES.filter((_, n) => n === 0 || world.chance(0.4))
}

function spaceOf(tenantId: TenantId): SpaceId {
  return `65aa0011223344556677889${tenantId.at(-1)}` as SpaceId
}

async function addApp(world: World, store: ObservedStore, tenantId: TenantId, name: string): Promise<void> {
  const id = `00000000-0000-4000-8000-0000000000${name}` as AppId
  const { currentScriptId: _none, spaceId: _other, ...bare } = anApp({ id, tenantId, name })
  await put(store, { apps: [world.chance(0.7) ? { ...bare, spaceId: spaceOf(tenantId) } : bare] })
  if (world.chance(0.7)) world.engines.storing.add(id)
  drawNeeds(world, id)
  if (world.chance(0.95)) await putScript(store, drawScript(world, bare))
}

/** How much memory the app's script takes: mostly the smallest size does, sometimes none. */
export function drawNeeds(world: World, id: AppId): void {
  const needs = world.busy ? [0, 0, 0, 1, 2] : [0, 0, 0, 0, 1, 2, SIZES.length]
  world.engines.needs.set(id, world.pick(needs))
}

/** The first line tells whose it is. */
export function drawScript(world: World, app: Pick<App, 'id' | 'tenantId'>) {
  return {
    id: newUuid<'script-version'>(newNode(world, 'script').random) as ScriptVersionId,
    appId: app.id,
    tenantId: app.tenantId,
    script: `// ${app.id} \n${world.chance(0.85) ? 'LOAD 1 AS x AUTOGENERATE 1;' : 'broken'}`,
    message: '',
    modifierId: USER_ID,
    modifiedAt: START_MS,
  }
}
