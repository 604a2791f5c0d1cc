/**
 * The lasting parts of an installation: the data folder, its secret key, and the first tenant with its
 * administrator. Creating them again changes nothing.
 */

import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tokenHash } from '../api/http/authenticate.ts'
import { newKeyToken } from '../catalog/key-token.ts'
import { addNewTenant, admitBootstrapKey, newTenant } from '../catalog/new-tenant.ts'
import { changeHostnames } from '../catalog/tenant.ts'
import { defined } from '../core/defined.ts'
import type { TenantId } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import { everyRow } from '../store/port/lists.ts'
import type { Store } from '../store/port/store.ts'
import type { Config } from './config.ts'

const KEY_BYTES = 32

export interface DataFolders {
  readonly database: string
  /** App data files. */
  readonly apps: string
  /** Data files of users and spaces. */
  readonly files: string
}

/**
 * Creates the data folder and its parents, readable by their owner only. Throws the system's error if it
 * cannot.
 */
export async function prepareFolders(dataDir: string): Promise<DataFolders> {
  const folders = {
    database: join(dataDir, 'reprise.db'),
    apps: join(dataDir, 'apps'),
    files: join(dataDir, 'files'),
  }
  for (const folder of [dataDir, folders.apps, folders.files]) await makeFolder(folder)
  return folders
}

/**
 * Like a recursive mkdir, but fails where a folder can hold no other (/proc); the original would never
 * return.
 */
async function makeFolder(folder: string): Promise<void> {
  const make = () => mkdir(folder, { mode: 0o700 })
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (error.code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await make()
  })
}

/**
 * Returns the secret key of the installation: the configured one, or the one in its file, which the first
 * call creates. With another key, or without the file, sealed webhook secrets cannot be read.
 * @param configured text of any length, hashed to the key
 */
export async function secretKey(dataDir: string, configured?: string): Promise<Uint8Array> {
  if (configured !== undefined) return createHash('sha256').update(configured).digest()
  const path = join(dataDir, 'secret.key')
  try {
    const bytes = await readFile(path)
    if (bytes.length !== KEY_BYTES)
      throw new Error(`${path} is damaged: ${bytes.length} bytes instead of ${KEY_BYTES}`)
    return bytes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = randomBytes(KEY_BYTES)
  const file = await open(`${path}.new`, 'w', 0o600)
  await file.writeFile(made)
  await file.sync()
  await file.close()
  await rename(`${path}.new`, path)
  const folder = await open(dataDir, 'r')
  await folder.sync()
  await folder.close()
  return made
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
  const [tenant] = await store.tenants()
  const hostname = config.publicUrl === undefined ? undefined : new URL(config.publicUrl).hostname
  if (tenant === undefined) {
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
  if (tenant.hostnames[0] !== hostname) {
    await changeHostnames(store, tenant.id, hostname === undefined ? [] : [hostname])
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
