/**
 * The lasting parts of an installation: its secret key, and the first tenant with its administrator. Creating
 * them again changes nothing.
 */

import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newKeyToken } from '../catalog/key-token.ts'
import { addNewTenant, admitBootstrapKey, newTenant } from '../catalog/new-tenant.ts'
import { isRefused } from '../catalog/refusal.ts'
import { describeTenant } from '../catalog/tenant-life.ts'
import { defined } from '../core/defined.ts'
import { hostNameOf } from '../core/host-name.ts'
import type { TenantId } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import { SetAside } from '../files/local/set-aside.ts'
import { tokenHash } from '../sign-in/token-hash.ts'
import { everyRow } from '../store/port/lists.ts'
import type { Store } from '../store/port/store.ts'
import { type Config, ConfigError } from './config.ts'
import { type Accepted, StartRefused, writeDurably } from './surroundings.ts'

const KEY_BYTES = 32

/**
 * Returns the secret key of the installation: the configured one, or the one in its file, which a new
 * installation makes.
 * @param configured text of any length, hashed to the key
 * @param known whether the installation has had a key, and how to know it again
 * @throws StartRefused when it is gone, damaged or another one, unless the loss is accepted: sealed webhook
 * secrets cannot be read without it
 */
export async function secretKey(
  dataDir: string,
  configured: string | undefined,
  known: { readonly isNew: boolean; readonly keyCheck: string | undefined },
  { acceptLoss }: Pick<Accepted, 'acceptLoss'>,
  at: number,
): Promise<Uint8Array> {
  const path = join(dataDir, 'secret.key')
  const refuseUnlessAccepted = (found: string, remedy: string) => {
    if (acceptLoss) return
    throw new StartRefused(
      `${found} Secrets and headers of webhooks are sealed with the key of this installation. ${remedy} ` +
        'Without it: start once with --accept-loss, and give every webhook its secret and headers again.',
    )
  }
  if (configured !== undefined) {
    const key = createHash('sha256').update(configured).digest()
    if (known.keyCheck !== undefined && known.keyCheck !== checkOf(key)) {
      refuseUnlessAccepted('REPRISE_SECRET_KEY is not the key of this installation.', 'Set it as it was.')
    }
    return key
  }
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (bytes === undefined && known.isNew) return makeKey(path)
  if (bytes?.length === KEY_BYTES && checkOf(bytes) === (known.keyCheck ?? checkOf(bytes))) return bytes
  const found =
    bytes === undefined
      ? `${path} is missing, and REPRISE_SECRET_KEY is not set.`
      : bytes.length === KEY_BYTES
        ? `${path} is not the key of this installation.`
        : `${path} is damaged: ${bytes.length} bytes instead of ${KEY_BYTES}.`
  refuseUnlessAccepted(found, 'Restore it from a backup.')
  if (bytes !== undefined) await new SetAside(dataDir).take(['secret.key'], at)
  return makeKey(path)
}

async function makeKey(path: string): Promise<Uint8Array> {
  const made = randomBytes(KEY_BYTES)
  await writeDurably(path, made)
  return made
}

/** By it the key is known again; tells nothing about it. */
export function checkOf(key: Uint8Array): string {
  return Buffer.from(derivedKey(key, 'key check')).toString('hex')
}

/** Derives a key for one purpose from the installation's. */
export function derivedKey(master: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', master, '', `reprise ${purpose}`, 32))
}

/**
 * Creates the first tenant and its administrator if there is none, and makes sure that the tenant's host name
 * and the admin key are the configured ones. Returns the key only if it was created just now, to be printed
 * once.
 */
export async function ensureTenant(
  store: Store,
  world: World,
  config: Config,
): Promise<{ madeKey?: string }> {
  const tenants = await store.tenants()
  const tenant = tenants.find(({ removedAt }) => removedAt === undefined)
  const hostname = config.publicUrl === undefined ? undefined : hostNameOf(new URL(config.publicUrl).host)
  if (tenants.length === 0) {
    const token = config.adminKey ?? newKeyToken(world.random)
    const first = newTenant(
      {
        name: config.tenantName,
        ...defined({ hostname }),
        adminName: 'admin',
        tokenHash: tokenHash(token),
      },
      world.random,
      world.clock.now(),
    )
    await addNewTenant(store, first)
    return config.adminKey === undefined ? { madeKey: token } : {}
  }
  if (tenant === undefined) return {}
  if (hostname !== undefined && tenant.hostnames[0] !== hostname) {
    const others = tenant.hostnames.slice(1).filter((name) => name !== hostname)
    const named = await describeTenant({ store }, tenant.id, { hostnames: [hostname, ...others] })
    if (isRefused(named)) throw new ConfigError(`REPRISE_PUBLIC_URL: ${named.faults[0]?.detail}`)
  }
  if (config.adminKey !== undefined) await admitKey(store, world, tenant.id, config.adminKey)
  return {}
}

/** An unknown key becomes a key of the tenant's first administrator. */
async function admitKey(store: Store, world: World, tenantId: TenantId, adminKey: string): Promise<void> {
  if ((await store.keyByHash(tokenHash(adminKey))) !== undefined) return
  const admin = (await everyRow(store, 'users', { tenantId })).find((user) =>
    user.roles.includes('TenantAdmin'),
  )
  if (admin === undefined)
    throw new Error('REPRISE_ADMIN_KEY: the tenant has no administrator to give the key to')
  await admitBootstrapKey(store, world, admin, tokenHash(adminKey))
}
