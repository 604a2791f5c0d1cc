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
  /** Bytes of uploads under way. */
  readonly #coming = new Map<TenantId, number>()

  constructor(folder: TempFolder, world: Pick<World, 'clock' | 'random'>) {
    this.#folder = folder
    this.#world = world
  }

  async keep(
    { ttlMs, ...given }: Parameters<TempContents['keep']>[0],
    content: AsyncIterable<Uint8Array>,
  ): Promise<TempContent | 'full' | 'too-large'> {
    const { tenantId } = given
    await this.#sweepTenant(tenantId)
    const present = await this.#contentsOf(tenantId)
    const taken = present.reduce((sum, { bytes }) => sum + bytes, 0)
    if (present.length >= CONTENTS_MAX) return 'full'
    await mkdir(this.#folderOf(tenantId), { recursive: true, mode: 0o700 })
    const id = newUuid(this.#world.random)
    const path = this.pathOf({ tenantId, id })
    const room = LARGEST_PER_TENANT * this.#folder.bytesMax - taken
    const bytes = await this.#write(tenantId, path, content, room).catch(async (error: unknown) => {
      await rm(path, { force: true })
      throw error
    })
    if (typeof bytes === 'string') {
      await rm(path, { force: true })
      return bytes
    }
    const createdAt = this.#world.clock.now()
    const kept: TempContent = { id, ...given, bytes, createdAt, expiresAt: createdAt + ttlMs }
    await writeFile(`${path}.part`, JSON.stringify(kept), { mode: 0o600 })
    await rename(`${path}.part`, path + ABOUT)
    return kept
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

  /** Writes while there is room. */
  async #write(
    tenantId: TenantId,
    path: string,
    content: AsyncIterable<Uint8Array>,
    room: number,
  ): Promise<number | 'full' | 'too-large'> {
    const file = await open(path, 'wx', 0o600)
    let bytes = 0
    try {
      for await (const piece of content) {
        bytes += piece.length
        const coming = (this.#coming.get(tenantId) ?? 0) + piece.length
        this.#coming.set(tenantId, coming)
        if (bytes > this.#folder.bytesMax) return 'too-large'
        if (coming > room) return 'full'
        await file.writeFile(piece)
      }
      await file.sync()
      return bytes
    } finally {
      await file.close()
      const left = (this.#coming.get(tenantId) ?? 0) - bytes
      if (left > 0) this.#coming.set(tenantId, left)
      else this.#coming.delete(tenantId)
    }
  }
}
