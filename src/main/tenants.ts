/** What the parts of the service are told about tenants that come and go while it runs. */
import type { FileStore } from '../catalog/file-contents.ts'
import { purgeBefore } from '../catalog/purge-tenant.ts'
import type { World } from '../core/ports.ts'
import type { DataFolder } from '../engine/pool/data-files.ts'
import type { Wall } from '../engine/wall/wall.ts'
import type { Store } from '../store/port/store.ts'
import { subscribeBrokers } from './brokers.ts'
import type { Config } from './config.ts'
import { checkTenantsApart, refuseTenants } from './engine-wall.ts'

interface TenantParts {
  readonly config: Config
  readonly world: World
  readonly store: Store
  readonly files: FileStore
  readonly data: DataFolder
  readonly wall: Wall
}

/** @throws ConfigError as `checkTenantsApart` does */
export async function checkTenants({ store, wall, config }: TenantParts): Promise<void> {
  const present = (await store.tenants()).filter(({ removedAt }) => removedAt === undefined)
  checkTenantsApart(present.length, wall.report, config)
}

/** What every tenant has from the installation. */
export function subscribeTenants({ config, world, store }: TenantParts): Promise<void> {
  const { nats, kafka } = config.brokers
  return subscribeBrokers(store, world, { nats: nats?.eventTypes, kafka: kafka?.eventTypes })
}

/** For the API. */
export function tenantRules(parts: TenantParts) {
  return {
    refuseTenants: (count: number) => refuseTenants(count, parts.wall.report, parts.config),
    tenantMade: () => subscribeTenants(parts),
  }
}

/** For the loop that forgets. */
export function removedTenants({ store, files, data, world }: TenantParts) {
  const deps = { store, files, log: world.log, discardData: data.discard.bind(data) }
  return { purgeBefore: (moment: number) => purgeBefore(deps, moment) }
}
