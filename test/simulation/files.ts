/**
 * The data files of the simulated installation, which survive every machine: contents in the spool, and
 * contents in their places. A content is a text: the ids of the reloads that stored it, one after the other,
 * as of a script that reads its file, adds a row and stores it again.
 */
import type { FileStore, Place, PutFile } from '../../src/catalog/file-contents.ts'
import type { TenantId } from '../../src/core/ids.ts'
import type { FilePlace } from '../../src/core/records.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export class FileTruth {
  readonly spool = new Map<string, string>()
  /** By `keyOf`. */
  readonly placed = new Map<string, string>()
  /** Keys that were written since the auditor looked last. */
  readonly touched = new Set<string>()
  #spooled = 0

  stage(content: string): string {
    const id = `content-${++this.#spooled}`
    this.spool.set(id, content)
    return id
  }

  place(key: string, content: string): void {
    this.placed.set(key, content)
    this.touched.add(key)
  }
}

export function keyOf(tenantId: TenantId | string, place: FilePlace, name: string): string {
  return `${tenantId}/${'spaceId' in place ? place.spaceId : place.ownerId}/${name}`
}

/** The files as a machine reaches them: slow, and sometimes in trouble. Nothing is uploaded here. */
export function simFiles(world: World, node: SimNode): FileStore {
  const { files } = world
  const queues = new Map<string, Promise<unknown>>()
  const soon = <T>(act: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const fails = world.chance(world.faulty(world.filesFail))
      node.later(world.between(0, 10), () => {
        if (fails) return reject(new Error('disk trouble'))
        try {
          resolve(act())
        } catch (error) {
          reject(error)
        }
      })
    })
  const put = ({ content, tenantId, place, name }: PutFile) => {
    const text = files.spool.get(content)
    if (text === undefined) throw new Error(`${content} is not in the spool`)
    files.spool.delete(content)
    files.place(keyOf(tenantId, place, name), text)
    world.tell(node, `puts ${content} in its place`)
  }
  const notHere = async (): Promise<never> => {
    throw new Error('no simulated client does this')
  }
  return {
    spool: notHere,
    spoolCopy: notHere,
    adopt: notHere,
    makeFolder: notHere,
    move: notHere,
    remove: notHere,
    removeAll: notHere,
    sizeOf: notHere,
    read() {
      throw new Error('no simulated client does this')
    },
    isSpooled: (content) => soon(() => files.spool.has(content)),
    discard: ({ content }) => soon(() => void files.spool.delete(content)),
    put: ({ content }, place, name) => soon(() => put({ ...place, content, name })),
    async putAll(all) {
      for (const one of all) await soon(() => put(one))
    },
    refusePut: () => soon(() => undefined),
    folderOf: ({ tenantId, place }) => soon(() => `/files/${keyOf(tenantId, place, '')}`.slice(0, -1)),
    alone(places, work) {
      const keys = [...new Set(places.map(textOf))]
      const before = Promise.all(keys.map((key) => queues.get(key)))
      const mine = before.then(work)
      const over = mine.catch(() => {})
      for (const key of keys) queues.set(key, over)
      return mine
    },
  }
}

function textOf({ tenantId, place }: Place): string {
  return keyOf(tenantId, place, '')
}
