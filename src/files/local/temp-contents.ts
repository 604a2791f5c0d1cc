/**
 * Temporary contents in a folder of this machine: one folder per tenant, and in it for each content its bytes
 * and a small file about it, which is written last: what has none was broken off.
 */
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TempContent, TempContents } from '../../catalog/temp-contents.ts'
import { newUuid, type TenantId } from '../../core/ids.ts'
import type { World } from '../../core/ports.ts'

/** Contents that a tenant may have at one time, and how often the largest of one they may be together. */
const CONTENTS_MAX = 100
const LARGEST_PER_TENANT = 2
/** What a broken upload left is deleted after so long. */
const BROKEN_MS = 24 * 3_600_000

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TENANT = /^[\w-]{1,64}$/
const ABOUT = '.json'

export interface TempFolder {
  /** Absolute; made when something is kept. */
  readonly root: string
  /** Largest content, bytes. */
  readonly bytesMax: number
}

export class LocalTempContents implements TempContents {
  readonly #folder: TempFolder
  readonly #world: Pick<World, 'clock' | 'random'>
  /** Uploads under way. */
  readonly #coming = new Map<TenantId, Set<Coming>>()

  constructor(folder: TempFolder, world: Pick<World, 'clock' | 'random'>) {
    this.#folder = folder
    this.#world = world
  }

  async keep(
    { ttlMs, ...given }: Parameters<TempContents['keep']>[0],
    content: AsyncIterable<Uint8Array>,
  ): Promise<TempContent | 'full' | 'too-large'> {
    const { tenantId } = given
    const id = newUuid(this.#world.random)
    const path = this.pathOf({ tenantId, id })
    const coming: Coming = { bytes: 0, leftBeside: 0 }
    const beside = this.#coming.get(tenantId) ?? new Set()
    this.#coming.set(tenantId, beside.add(coming))
    try {
      await this.#sweepTenant(tenantId)
      coming.leftBeside = 0
      const present = await this.#contentsOf(tenantId)
      if (present.length + beside.size > CONTENTS_MAX) return 'full'
      const taken = present.reduce((sum, { bytes }) => sum + bytes, 0)
      const room = LARGEST_PER_TENANT * this.#folder.bytesMax - taken
      await mkdir(this.#folderOf(tenantId), { recursive: true, mode: 0o700 })
      const isWhole = await this.#write(
        path,
        content,
        coming,
        () => room - bytesOf(beside) - coming.leftBeside,
      )
      if (isWhole !== true) {
        await rm(path, { force: true })
        return isWhole
      }
      const createdAt = this.#world.clock.now()
      const kept: TempContent = { id, ...given, bytes: coming.bytes, createdAt, expiresAt: createdAt + ttlMs }
      await writeFile(`${path}.part`, JSON.stringify(kept), { mode: 0o600 })
      await rename(`${path}.part`, path + ABOUT)
      for (const other of beside) other.leftBeside += coming.bytes
      return kept
    } catch (error) {
      await rm(path, { force: true })
      throw error
    } finally {
      beside.delete(coming)
      if (beside.size === 0) this.#coming.delete(tenantId)
    }
  }

  async find(tenantId: TenantId, id: string): Promise<TempContent | 'expired' | undefined> {
    const found = await this.#about(tenantId, id)
    return found !== undefined && found.expiresAt <= this.#world.clock.now() ? 'expired' : found
  }

  read(content: TempContent): AsyncIterable<Uint8Array> {
    return createReadStream(this.pathOf(content))
  }

  async discard(content: Pick<TempContent, 'tenantId' | 'id'>): Promise<void> {
    await rm(this.pathOf(content) + ABOUT, { force: true })
    await rm(this.pathOf(content), { force: true })
  }

  async sweep(): Promise<void> {
    for (const name of await readdir(this.#folder.root).catch(() => [])) {
      if (TENANT.test(name)) await this.#sweepTenant(name as TenantId)
    }
  }

  pathOf({ tenantId, id }: Pick<TempContent, 'tenantId' | 'id'>): string {
    return join(this.#folderOf(tenantId), id)
  }

  #folderOf(tenantId: TenantId): string {
    if (!TENANT.test(tenantId)) throw new Error('a tenant id that is no name of a folder')
    return join(this.#folder.root, tenantId)
  }

  async #about(tenantId: TenantId, id: string): Promise<TempContent | undefined> {
    if (!ID.test(id)) return undefined
    const text = await readFile(this.pathOf({ tenantId, id }) + ABOUT, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as TempContent)
  }

  async #contentsOf(tenantId: TenantId): Promise<TempContent[]> {
    const names = await readdir(this.#folderOf(tenantId)).catch(() => [])
    const ids = names.filter((name) => name.endsWith(ABOUT)).map((name) => name.slice(0, -ABOUT.length))
    const found = await Promise.all(ids.map((id) => this.#about(tenantId, id)))
    return found.filter((one) => one !== undefined)
  }

  async #sweepTenant(tenantId: TenantId): Promise<void> {
    const now = this.#world.clock.now()
    for (const content of await this.#contentsOf(tenantId)) {
      if (content.expiresAt <= now) await this.discard(content)
    }
    const known = new Set((await this.#contentsOf(tenantId)).map(({ id }) => id))
    for (const name of await readdir(this.#folderOf(tenantId)).catch(() => [])) {
      if (known.has(name.replace(ABOUT, ''))) continue
      const path = join(this.#folderOf(tenantId), name)
      const found = await stat(path).catch(() => undefined)
      if (found !== undefined && Date.now() - found.mtimeMs > BROKEN_MS) await rm(path, { force: true })
    }
  }

  /** @param left room behind what has come, bytes: written while there is any */
  async #write(
    path: string,
    content: AsyncIterable<Uint8Array>,
    coming: Coming,
    left: () => number,
  ): Promise<true | 'full' | 'too-large'> {
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const piece of content) {
        coming.bytes += piece.length
        if (coming.bytes > this.#folder.bytesMax) return 'too-large'
        if (left() < 0) return 'full'
        await file.writeFile(piece)
      }
      await file.sync()
      return true
    } finally {
      await file.close()
    }
  }
}

/** An upload under way. */
interface Coming {
  bytes: number
  /** Bytes of those of the tenant that ended well meanwhile: they are not among what it found. */
  leftBeside: number
}

function bytesOf(uploads: Iterable<Coming>): number {
  let sum = 0
  for (const { bytes } of uploads) sum += bytes
  return sum
}
