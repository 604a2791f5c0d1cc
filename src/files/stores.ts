/**
 * What scripts store: published with the commit that settles their reload, all of it or nothing, or at once
 * for apps that ask for it. A name is refused when it cannot be used by the time it would be published: the
 * rights, the space or the folders may have changed while the script ran.
 */
import { adopting, newDataFile } from '../catalog/data-file-steps.ts'
import { changeOne } from '../catalog/deps.ts'
import type { FileStore } from '../catalog/file-contents.ts'
import { publishing } from '../catalog/stored-files.ts'
import { checkFileName } from '../core/file-name.ts'
import { newUuid, type ReloadId, type TenantId, type UserId } from '../core/ids.ts'
import type { Publication, PublishedFile } from '../core/publication.ts'
import type { App } from '../core/records.ts'
import type { DataRules } from '../core/task/data-change.ts'
import type { StagedFile } from '../engine/engine-session.ts'
import type { Storing } from '../outcome/settle.ts'
import type { PublicationStore } from '../store/port/publications.ts'
import type { CatalogStore } from '../store/port/store.ts'
import { placesOf, type Reachable } from './connections.ts'

/** The reload that stores. */
export interface StoringReload {
  readonly reloadId: ReloadId
  readonly app: App
  readonly askedBy: UserId
}

/** Why nothing was published, for people. */
export interface NotStorable {
  readonly notStorable: string
}

export interface Stores {
  /**
   * Settles while nobody else has the places of the files; what the settling commit saved is in its places
   * before anybody else sees them. Rejects as `settle` does.
   */
  settleWith<Settled>(
    reload: StoringReload,
    files: readonly StagedFile[],
    settle: (storing: Storing) => Promise<Settled>,
  ): Promise<Settled | NotStorable>
  /** Publishes one file at once. Its content is used up, also when it is refused. */
  publishNow(reload: StoringReload, file: StagedFile): Promise<undefined | NotStorable>
  /** Drops contents that no publication wants. */
  discard(tenantId: TenantId, files: readonly StagedFile[]): Promise<void>
}

/** @param files as `publishedFiles` gives it */
export function storesOf(store: CatalogStore & PublicationStore, files: FileStore, rules: DataRules): Stores {
  /** Runs `work` with the files in their places, while nobody else has these, or tells why it may not be. */
  const withPlaces = async <Result>(
    { app, askedBy }: StoringReload,
    staged: readonly StagedFile[],
    work: (published: readonly PublishedFile[]) => Promise<Result>,
  ): Promise<Result | NotStorable> => {
    const { tenantId } = app
    const published = placed(await placesOf(store, app, askedBy), staged)
    if ('notStorable' in published) return published
    const places = published.map(({ place }) => ({ tenantId, place }))
    return files.alone(places, async () => (await inTheWay(files, tenantId, published)) ?? work(published))
  }
  return {
    settleWith(reload, staged, settle) {
      const { app, reloadId } = reload
      return withPlaces(reload, staged, (published) => {
        const id = newUuid<'publication'>(rules.random)
        const publication: Publication = { id, tenantId: app.tenantId, reloadId, files: published }
        return settle({
          names: published,
          step: (view, through) => publishing(rules, app, publication, view, through),
        })
      })
    },
    async publishNow(reload, staged) {
      const { reloadId } = reload
      const { id: appId, tenantId, ownerId } = reload.app
      try {
        return await withPlaces(reload, [staged], async ([published]) => {
          const { place, name, bytes } = published!
          await files.put(staged, { tenantId, place }, name)
          const known = await store.dataFileByName(tenantId, place, name)
          const file = known ?? newDataFile(rules, { tenantId, ownerId, place }, name)
          const step = adopting(rules, file, bytes, { appId, reloadId })
          await changeOne(store, { kind: 'data-file', tenantId, id: file.id, wanted: { place, name }, step })
          return undefined
        })
      } finally {
        await files.discard(staged)
      }
    },
    async discard(tenantId, staged) {
      const pending = await store.publications(tenantId)
      const wanted = new Set(pending.flatMap((one) => one.files.map(({ content }) => content)))
      for (const file of staged) if (!wanted.has(file.content)) await files.discard(file)
    },
  }
}

/** The files by their places; the last of those that one name got through two connections. */
function placed(
  reachable: readonly Reachable[],
  staged: readonly StagedFile[],
): PublishedFile[] | NotStorable {
  const found = new Map<string, PublishedFile>()
  for (const { connection, path, content, bytes } of staged) {
    const place = reachable.find(({ name, writable }) => writable && name === connection)?.place
    if (place === undefined) return refusal(connection, path, 'its connection is not writable any more')
    const wrong = checkFileName(path)
    if (wrong !== undefined) return refusal(connection, path, wrong.detail)
    found.set(JSON.stringify([place, path]), { place, name: path, content, bytes })
  }
  return [...found.values()]
}

/** Asked while nobody else has the places. */
async function inTheWay(
  files: FileStore,
  tenantId: TenantId,
  published: readonly PublishedFile[],
): Promise<NotStorable | undefined> {
  for (const { place, name } of published) {
    const why = await files.refusePut({ tenantId, place }, name)
    if (why !== undefined) return { notStorable: `Cannot store '${name}': ${why}` }
  }
  return undefined
}

function refusal(connection: string, path: string, why: string): NotStorable {
  return { notStorable: `Cannot store 'lib://${connection}/${path}': ${why}` }
}
