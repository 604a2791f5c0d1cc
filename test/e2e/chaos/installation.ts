/**
 * An installation for chaos: two tenants with apps of three sizes and a reader, webhooks, and the service
 * that runs on it now, replaced at every restart.
 */

import { newTenant } from '../../../src/catalog/new-tenant.ts'
import { Client } from '../../../src/cli/client.ts'
import { foldersOf, makeFolder } from '../../../src/main/surroundings.ts'
import { jsonLog, realWorld } from '../../../src/main/world.ts'
import { tokenHash } from '../../../src/sign-in/token-hash.ts'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import { put } from '../../support/catalog.ts'
import { WEBHOOK_SECRET } from '../../support/finished-events.ts'
import {
  ADMIN_KEY,
  killDuringStart,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../../support/service-process.ts'
import { APP_DATA_LIMIT, placesOf, readerScript, SIZES, type Size, scriptOf } from './chaos-script.ts'
import type { PlannedPlace } from './checker/history.ts'
import type { Diary } from './diary.ts'

export const TENANTS = ['t1', 't2'] as const
const KEYS = { t1: ADMIN_KEY, t2: 'chaos-key-of-the-second-tenant' } as const

export interface ChaosApp {
  readonly id: string
  readonly name: string
  readonly size: Size | 'reader'
  readonly authorization: string
  /** Of its tenant, on the service that runs now. */
  client(): Client
}

export type StoresMode = 'atomic' | 'immediate'
/** Apps of each tenant. */
export type AppCounts = Readonly<Record<Size, number>>

export class Installation {
  readonly folder = newDataFolder()
  readonly apps: ChaosApp[] = []
  service!: ServiceProcess
  readonly #settings: Readonly<Record<string, string>>
  readonly #diary: Diary

  constructor(diary: Diary, settings: Readonly<Record<string, string>>) {
    this.#diary = diary
    this.#settings = {
      REPRISE_LOG_LEVEL: 'silent',
      // Machines without a second wall are to show the same.
      REPRISE_TRUST_TENANTS: 'on',
      REPRISE_APP_DATA_SIZE: APP_DATA_LIMIT,
      // What Node compiled is kept from start to start: a killed service is back sooner.
      NODE_COMPILE_CACHE: newDataFolder(),
      ...settings,
    }
  }

  /** @param stores when what scripts store is published, as the API has it */
  async furnish(counts: AppCounts, stores: StoresMode): Promise<void> {
    await this.#makeTenants()
    await this.start()
    for (const tenant of TENANTS) {
      const places: PlannedPlace[] = []
      for (const size of SIZES) {
        for (let n = 1; n <= counts[size]; n++) {
          const name = `${size}-${tenant}-${n}`
          places.push(...placesOf(name, tenant, size))
          await this.#addApp(tenant, name, size, scriptOf(name, tenant, size), stores)
        }
      }
      for (const place of shared(places)) this.#diary.write(place)
      await this.#addApp(tenant, `reader-${tenant}`, 'reader', readerScript(shared(places)), stores)
    }
  }

  /** A client of the tenant on the service that runs now. */
  client(tenant: (typeof TENANTS)[number]): Client {
    return new Client(this.service.url, KEYS[tenant])
  }

  async addWebhook(tenant: (typeof TENANTS)[number], name: string, url: string): Promise<void> {
    await this.client(tenant).createWebhook({
      name,
      url,
      secret: WEBHOOK_SECRET,
      enabled: true,
      eventTypes: ['com.qlik.v1.reload.finished'],
    })
    this.#diary.write({ kind: 'receiver', name, tenants: [tenant], once: false })
  }

  async start(): Promise<void> {
    this.service = await startServiceProcess(this.folder, this.#settings)
    this.#diary.write({ kind: 'serving' })
  }

  startAndKill(afterMs: number): Promise<void> {
    return killDuringStart(this.folder, this.#settings, afterMs)
  }

  async #makeTenants(): Promise<void> {
    const { database } = foldersOf(this.folder)
    await makeFolder(this.folder)
    const store = SqliteStore.open(database)
    const world = realWorld(jsonLog('silent'))
    for (const [n, tenant] of TENANTS.entries()) {
      const made = newTenant(
        { name: tenant, adminName: 'admin', tokenHash: tokenHash(KEYS[tenant]) },
        world.random,
        world.clock.now() + n,
      )
      await Promise.all([
        put(store, { tenants: [made.tenant] }),
        put(store, { users: [made.admin] }),
        put(store, { keys: [made.key] }),
      ])
    }
    await store.close()
  }

  async #addApp(
    tenant: (typeof TENANTS)[number],
    name: string,
    size: ChaosApp['size'],
    script: string,
    stores: StoresMode,
  ): Promise<void> {
    const client = () => this.client(tenant)
    const made = await client().call<{ attributes: { id: string } }>('POST', '/api/v1/apps', {
      attributes: { name, stores },
    })
    const { id } = made.attributes
    await client().setScript(id, script)
    this.apps.push({ id, name, size, authorization: `Bearer ${KEYS[tenant]}`, client })
    this.#diary.write({ kind: 'app', name, tenant, size })
  }
}

/** Places of several apps: what they share is one place with several writers. */
function shared(places: readonly PlannedPlace[]): PlannedPlace[] {
  const byName = new Map<string, PlannedPlace>()
  for (const place of places) {
    const writers = [...(byName.get(place.name)?.writers ?? []), ...place.writers]
    byName.set(place.name, { ...place, writers })
  }
  return [...byName.values()]
}
