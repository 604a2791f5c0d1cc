/**
 * Publishing what reloads stored: the settling commit saves records and a publication, and then the contents
 * move from the spool into their places. Whoever asks for a place meanwhile waits until they lie there, so
 * that nobody sees records without contents or part of a publication; what a killed service left half way is
 * done by whoever asks first after its start, or by the loop.
 *
 * A file whose content is in the spool no more has been put into its place: doing a publication again never
 * overwrites what came later.
 */
import type { FileStore, Place, Spooled } from '../catalog/file-contents.ts'
import { samePlace } from '../catalog/file-place.ts'
import type { TenantId } from '../core/ids.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers } from '../core/ports.ts'
import type { Publication, PublishedFile } from '../core/publication.ts'
import type { PublicationStore } from '../store/port/publications.ts'

/** How often the loop looks for what nobody asked for. */
const PUBLISH_EVERY_MS = 5000

export interface PublishingDeps {
  readonly files: FileStore
  readonly store: PublicationStore
  readonly log: Log
}

/** The file store in which every place is as the last commit says: all access goes through it. */
export function publishedFiles({ files, store, log }: PublishingDeps): FileStore {
  const alone: FileStore['alone'] = (places, work) =>
    files.alone(places, async () => {
      await publishInto(files, store, places)
      try {
        return await work()
      } finally {
        // What `work` committed, also if it could not tell, is published before anybody else has the places.
        await publishInto(files, store, places).catch((error: unknown) => {
          log.warn('publishing stored files failed; it is tried again', { error: String(error) })
        })
      }
    })
  const upToDate = (place: Place) => files.alone([place], () => publishInto(files, store, [place]))
  return {
    ...files,
    alone,
    async spoolCopy(of, name): Promise<Spooled> {
      await upToDate(of)
      return files.spoolCopy(of, name)
    },
    async folderOf(place) {
      await upToDate(place)
      return files.folderOf(place)
    },
  }
}

/**
 * Publishes what was committed and for what nobody has asked.
 * @param files as `publishedFiles` gives it
 */
export function startPublishing(deps: PublishingDeps & { readonly timers: Timers }): Loop {
  const { files, store } = deps
  return startLoop(deps, 'publishing stored files', async () => {
    for (const publication of await store.publications()) {
      await files.alone(placesOf(publication), async () => {})
    }
    return PUBLISH_EVERY_MS
  })
}

/** In the order of the commits. To be called by whoever has the places to himself. */
async function publishInto(
  files: FileStore,
  store: PublicationStore,
  places: readonly Place[],
): Promise<void> {
  const tenants = new Set(places.map(({ tenantId }) => tenantId))
  for (const tenantId of tenants) {
    const own = places.filter((place) => place.tenantId === tenantId)
    for (const publication of await store.publications(tenantId)) {
      await publishOne(files, store, publication, own)
    }
  }
}

/** A publication into several places is over when each of them was asked for. */
async function publishOne(
  files: FileStore,
  store: PublicationStore,
  { id, tenantId, files: published }: Publication,
  places: readonly Place[],
): Promise<void> {
  const waiting: PublishedFile[] = []
  for (const file of published) if (await files.isSpooled(file.content)) waiting.push(file)
  const mine = waiting.filter((file) => isAmong(places, tenantId, file))
  try {
    await files.putAll(mine.map(({ place, name, content }) => ({ tenantId, place, name, content })))
  } catch (error) {
    // Another server of the same installation may be at it too.
    for (const { content } of mine) if (await files.isSpooled(content)) throw error
  }
  if (mine.length === waiting.length) await store.published(id)
}

function isAmong(places: readonly Place[], tenantId: TenantId, { place }: PublishedFile): boolean {
  return places.some((one) => one.tenantId === tenantId && samePlace(one.place, place))
}

function placesOf({ tenantId, files }: Publication): Place[] {
  return files.map(({ place }) => ({ tenantId, place }))
}
