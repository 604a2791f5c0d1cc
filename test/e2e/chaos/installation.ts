/**
 * An installation for chaos: two tenants with apps, and the service that runs on it now, replaced at every
 * restart.
 */

import { tokenHash } from '../../../src/api/http/authenticate.ts'
import { newTenant } from '../../../src/catalog/new-tenant.ts'
import { Client } from '../../../src/cli/client.ts'
import { prepareFolders } from '../../../src/main/installation.ts'
import { jsonLog, realWorld } from '../../../src/main/world.ts'
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
import type { FlakyReceiver } from './receiver.ts'

const KEYS = [ADMIN_KEY, 'chaos-key-of-the-second-tenant']
const SETTINGS = { REPRISE_SLOTS: '3', REPRISE_LOG_LEVEL: 'silent' }

/**
 * Every row of a reload carries its generation. The sleep leaves time to be killed in the middle; vFail asks
 * for a failure after the first table is loaded.
 */
const scriptOf = (name: string) => `
Few: LOAD $(vGen) AS gen, RecNo() AS few AUTOGENERATE 100;
SLEEP 100;
IF $(vFail) = 1 THEN
  Broken: LOAD * FROM [lib://DataFiles/there is none.csv] (txt);
END IF
Many: LOAD $(vGen) AS gen, RecNo() AS many, 'row ' & RecNo() AS text AUTOGENERATE 3000;
STORE Many INTO [lib://DataFiles/${name}.csv] (txt);
`
export const ROWS = { Few: 100, Many: 3000 } as const

export interface ChaosApp {
  readonly id: string
  readonly name: string
  readonly authorization: string
  /** Of its tenant, on the service that runs now. */
  client(): Client
}

export class Installation {
  readonly folder = newDataFolder()
  readonly apps: ChaosApp[] = []
  /** What Node compiled is kept from start to start: a killed service is back sooner. */
  readonly #settings = { ...SETTINGS, NODE_COMPILE_CACHE: newDataFolder() }
  service!: ServiceProcess

  async furnish(receiver: FlakyReceiver, appsPerTenant: number): Promise<void> {
    const { database } = await prepareFolders(this.folder)
    const store = SqliteStore.open(database)
    const world = realWorld(jsonLog('silent'))
    for (const [n, key] of KEYS.entries()) {
      const made = newTenant(
        { name: `tenant ${n}`, adminName: 'admin', tokenHash: tokenHash(key) },
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
    await this.start()
    for (const [n, key] of KEYS.entries()) {
      const client = () => new Client(this.service.url, key)
      await client().createWebhook({
        name: 'receiver',
        url: receiver.url,
        secret: WEBHOOK_SECRET,
        enabled: true,
        eventTypes: ['com.qlik.v1.reload.finished'],
      })
      for (let i = 1; i <= appsPerTenant; i++) {
        const name = `app-${n}-${i}`
        const id = await client().createApp(name)
        await client().setScript(id, scriptOf(name))
        this.apps.push({ id, name, authorization: `Bearer ${key}`, client })
      }
    }
  }

  async start(): Promise<void> {
    this.service = await startServiceProcess(this.folder, this.#settings)
  }

  startAndKill(afterMs: number): Promise<void> {
    return killDuringStart(this.folder, this.#settings, afterMs)
  }
}
