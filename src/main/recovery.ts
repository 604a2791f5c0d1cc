/**
 * The way back when nobody has an administrator's key any more: whoever may write into the data folder asks
 * for a new one with a file, which the service takes, or the command itself while no service runs. Only the
 * hash of the key is in the file; what came of it stands in another one beside it.
 */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { auditedStore } from '../catalog/audited-store.ts'
import { newKeyToken } from '../catalog/key-token.ts'
import { admitBootstrapKey } from '../catalog/new-tenant.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { World } from '../core/ports.ts'
import type { Tenant, User } from '../core/records.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { SECOND } from '../core/units.ts'
import { tokenHash } from '../sign-in/token-hash.ts'
import { everyRow } from '../store/port/lists.ts'
import type { Store } from '../store/port/store.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { foldersOf } from './surroundings.ts'

/** How often a service that runs looks whether somebody asks, ms. */
export const RECOVERY_EVERY_MS = 2 * SECOND
const FILE_BYTES_MAX = 4096

export interface RecoveryAsked {
  /** SHA-256 of the new key, hex. */
  readonly tokenHash: string
  /** Id or name; the oldest tenant when absent. */
  readonly tenant?: string
}

export type RecoveryAnswer =
  | { readonly tokenHash: string; readonly tenant: string; readonly user: string }
  | { readonly tokenHash: string; readonly fault: string }

const askedIn = (dataDir: string) => join(dataDir, 'recover-key')
const answeredIn = (dataDir: string) => join(dataDir, 'recover-key.answer')

export async function askRecovery(dataDir: string, asked: RecoveryAsked): Promise<void> {
  await rm(answeredIn(dataDir), { force: true })
  await writeWhole(askedIn(dataDir), asked)
}

/** Undefined while nobody has answered this one. */
export async function recoveryAnswer(
  dataDir: string,
  tokenHash: string,
): Promise<RecoveryAnswer | undefined> {
  const answer = (await readSmall(answeredIn(dataDir))) as RecoveryAnswer | undefined
  if (answer?.tokenHash !== tokenHash) return undefined
  await rm(answeredIn(dataDir), { force: true })
  return answer
}

/** Nobody has taken it, and nobody shall. */
export async function withdrawRecovery(dataDir: string): Promise<void> {
  await rm(askedIn(dataDir), { force: true })
}

/** Gives what is asked for. The key is durable before the file goes: a killed one is done again. */
export async function takeRecovery(store: Store, world: World, dataDir: string): Promise<boolean> {
  const asked = await readSmall(askedIn(dataDir))
  if (asked === undefined) return false
  const answer = isAsked(asked)
    ? await recovered(store, world, asked)
    : { tokenHash: '', fault: 'the file is not one that reprise keys recover writes' }
  await writeWhole(answeredIn(dataDir), answer)
  await rm(askedIn(dataDir), { force: true })
  if ('fault' in answer) world.log.warn('no key was recovered', { fault: answer.fault })
  else {
    const { tenant, user } = answer
    world.log.warn('whoever may write into the data folder made a key of an administrator', { tenant, user })
  }
  return true
}

/** The same where no service has the folder: under the lock of the database. */
export async function takeWithoutService(world: World, dataDir: string): Promise<void> {
  process.umask(0o077)
  let store: SqliteStore
  try {
    store = SqliteStore.open(foldersOf(dataDir).database)
  } catch (error) {
    // A service has it, or is about to: it is the one that answers.
    if (/is in use by another server/.test(String(error))) return
    throw error
  }
  try {
    await takeRecovery(store, world, dataDir)
  } finally {
    await store.close()
  }
}

export function newRecoveryKey({ random }: World): { readonly token: string; readonly tokenHash: string } {
  const token = newKeyToken(random)
  return { token, tokenHash: tokenHash(token) }
}

export function startRecovering(store: Store, world: World, dataDir: string): Loop {
  return startLoop(world, 'recovering keys', async () => {
    await takeRecovery(store, world, dataDir)
    return RECOVERY_EVERY_MS
  })
}

async function recovered(store: Store, world: World, asked: RecoveryAsked): Promise<RecoveryAnswer> {
  const { tokenHash, tenant: wanted } = asked
  const present = (await store.tenants()).filter(({ removedAt }) => removedAt === undefined)
  const isMeant = ({ id, name }: Tenant) => wanted === undefined || id === wanted || name === wanted
  const tenant = present.find(isMeant)
  if (tenant === undefined) {
    const known = present.map(({ id, name }) => `${name} (${id})`).join(', ')
    return { tokenHash, fault: `there is no such tenant; there are: ${known || 'none'}` }
  }
  const admin = await adminOf(store, tenant)
  if (admin === undefined)
    return { tokenHash, fault: `the tenant ${tenant.name} has no active administrator` }
  if ((await store.keyByHash(tokenHash)) === undefined) {
    await admitBootstrapKey(
      auditedStore(store, world, () => ({})),
      world,
      admin,
      tokenHash,
    )
  }
  return { tokenHash, tenant: `${tenant.name} (${tenant.id})`, user: `${admin.name} (${admin.id})` }
}

/** The oldest one that is a person. */
async function adminOf(store: Store, { id: tenantId }: Tenant): Promise<User | undefined> {
  const users = await everyRow(store, 'users', { tenantId })
  return users.find((user) => user.status === 'active' && user.clientId === undefined && isTenantAdmin(user))
}

function isAsked(value: unknown): value is RecoveryAsked {
  if (typeof value !== 'object' || value === null) return false
  const { tokenHash, tenant } = value as Record<string, unknown>
  const isName = tenant === undefined || (typeof tenant === 'string' && tenant.length <= 256)
  return typeof tokenHash === 'string' && /^[0-9a-f]{64}$/.test(tokenHash) && isName
}

/** Undefined when there is none; a text that is no JSON is null. */
async function readSmall(path: string): Promise<unknown> {
  try {
    if ((await stat(path)).size > FILE_BYTES_MAX) return null
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) return null
    throw error
  }
}

async function writeWhole(path: string, value: object): Promise<void> {
  await writeFile(`${path}.part`, JSON.stringify(value), { mode: 0o600 })
  await rename(`${path}.part`, path)
}
