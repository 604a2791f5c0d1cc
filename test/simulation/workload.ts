/** What clients do in a simulation: ask for reloads, cancel them, mend scripts, change webhooks, delete apps. */
import type { App } from '../../src/catalog/records.ts'
import {
  type AppId,
  newUuid,
  type ReloadId,
  type ScriptVersionId,
  type TenantId,
} from '../../src/core/ids.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.ts'
import type { Subscription } from '../../src/delivery/subscription.ts'
import { acceptReload } from '../../src/intake/accept.ts'
import { cancelReload, deleteApp } from '../../src/intake/cancel.ts'
import type { Store } from '../../src/store/store.ts'
import { anApp, aSubscription, aTenant, START_MS, USER_ID } from '../support/records.ts'
import type { Auditor } from './auditor.ts'
import { SIZES, simAppData } from './engine.ts'
import { newNode, portsOf } from './machine.ts'
import { type ObservedStore, storeFrom } from './observed-store.ts'
import type { World } from './world.ts'

const EVENT_TYPES = [
  'com.qlik.v1.reload.finished',
  'com.qlik.v1.app.reload.finished',
  'com.qlik.app.data.updated',
]

/** Limits of this seed: short enough that all of them are met within minutes. */
export function drawLimits(world: World): Limits {
  return {
    ...DEFAULT_LIMITS,
    runTimeMs: world.pick([12_000, 60_000, 600_000]),
    queueTimeMs: world.pick([20_000, 600_000]),
    concurrentReloadsPerTenant: world.pick([1, 2, 4]),
    appDataBytes: world.pick([0, 0, 0, 1000]),
  }
}

/** Tenants, apps, scripts and subscriptions, put into the store before anything goes wrong. */
export async function furnish(world: World, store: ObservedStore): Promise<void> {
  for (let t = 0; t < 2; t++) {
    const tenantId = `${'t'.repeat(31)}${t}` as TenantId
    await store.addTenant(aTenant({ id: tenantId }))
    for (let i = 0; i < world.between(0, 3); i++) {
      const types = EVENT_TYPES.filter((_, n) => n === 0 || world.chance(0.4))
      const id = newUuid<'subscription'>({ ...portsOf(world, newNode(world, 'setup')).random })
      await store.saveSubscription(
        aSubscription({ id, tenantId, eventTypes: types, enabled: world.chance(0.9) }),
      )
      if (world.chance(0.15)) world.receivers.gone.add(id)
    }
    for (let i = 0; i < world.between(1, 4); i++) await addApp(world, store, tenantId, `${t}${i}`)
  }
}

async function addApp(world: World, store: ObservedStore, tenantId: TenantId, name: string): Promise<void> {
  const id = `00000000-0000-4000-8000-0000000000${name}` as AppId
  const { currentScriptId: _none, spaceId, ...bare } = anApp({ id, tenantId, name })
  await store.addApp(world.chance(0.7) ? { ...bare, spaceId: spaceId! } : bare)
  world.engines.needs.set(id, world.pick([0, 0, 0, 1, 2, SIZES.length]))
  if (world.chance(0.95)) await store.addScript(script(world, bare), 10)
}

function script(world: World, app: Pick<App, 'id' | 'tenantId'>) {
  return {
    id: newUuid<'script-version'>(newNode(world, 'script').random) as ScriptVersionId,
    appId: app.id,
    tenantId: app.tenantId,
    script: world.chance(0.85) ? 'LOAD 1 AS x AUTOGENERATE 1;' : 'broken',
    message: '',
    modifierId: USER_ID,
    modifiedAt: START_MS,
  }
}

/** Starts the clients; they act while faults are on. */
export function startClients(
  world: World,
  truth: ObservedStore,
  store: Store,
  limits: Limits,
  auditor: Auditor,
): void {
  const node = newNode(world, 'client')
  const ports = portsOf(world, node)
  const reached = storeFrom(world, node, store)
  const rules = {
    ...ports,
    errorRequeuesMax: limits.errorRequeuesMax,
    largestSizeIndex: SIZES.length - 1,
    store: reached,
  }
  const start = async (app: App) => {
    const answer = await acceptReload(
      { ...ports, store: reached, reloadsPerAppAndDay: 0 },
      {
        app,
        userId: USER_ID,
        provenance: { authType: 'api_key' },
        partial: world.chance(0.2),
        weight: world.between(1, 10),
        idempotencyKey: String(world.between(0, 1_000_000)),
      },
    )
    if (answer.kind === 'accepted') auditor.accepted(answer.reload.id)
    world.tell(node, `asks for a reload of app ${app.name}: ${answer.kind}`)
  }
  const cancel = async (tenantId: TenantId, id: ReloadId) => {
    const answer = await cancelReload(rules, tenantId, id)
    if (answer === 'canceled' || answer === 'canceling') auditor.canceled(id)
    world.tell(node, `cancels ${id}: ${answer}`)
  }
  const change = async (one: Subscription) => {
    if (world.chance(0.3)) await reached.removeSubscription(one.tenantId, one.id)
    else await reached.saveSubscription({ ...one, enabled: !one.enabled })
  }
  const act = (): Promise<unknown> => {
    const { apps, reloads, subscriptions } = truth.contents
    const app = world.pick(apps.rows())
    const dice = world.uniform()
    if (app === undefined || dice < 0.25) {
      const reload = world.pick(reloads.rows().slice(-4))
      return reload === undefined ? Promise.resolve() : cancel(reload.tenantId, reload.id)
    }
    if (dice < 0.9) return start(app)
    if (dice < 0.95) return reached.addScript(script(world, app), 10)
    if (dice < 0.98) {
      const one = world.pick(subscriptions.rows())
      return one === undefined ? Promise.resolve() : change(one)
    }
    return deleteApp({ ...rules, appData: simAppData(world, node) }, app.tenantId, app.id)
  }
  const live = () => {
    if (!world.faults) return
    act().catch((error: unknown) => world.tell(node, `client is told: ${String(error)}`))
    node.later(world.between(0, 5000), live)
  }
  node.later(0, live)
}
