/**
 * Notices data files that other programs put into the folders of places, and records them as if they had been
 * uploaded: new ones, and those whose content was replaced. Nothing is read of them but name, size and times.
 *
 * A file is recorded when it has stood still for a while: whoever writes slowly is waited for. What the
 * service itself writes is known by its records. A file that is gone keeps its record.
 *
 * The system tells of changes, as far as it can; what it did not tell is found by looking at everything from
 * time to time.
 */
import { newDataFile } from '../catalog/data-file-steps.ts'
import { type CatalogDeps, changeOne } from '../catalog/deps.ts'
import type { FileStore, Place } from '../catalog/file-contents.ts'
import {
  type FoundFile,
  isRecorded,
  ownerOfPlace,
  type PlaceFolders,
  recordingFound,
} from '../catalog/found-file.ts'
import { isRefused } from '../catalog/refusal.ts'
import type { Limits } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import { placeKey } from '../core/placed-name.ts'
import type { World } from '../core/ports.ts'
import { MINUTE, SECOND } from '../core/units.ts'

/** So long a file must stand still, ms. */
export const STANDS_STILL_MS = 2 * SECOND
/** How often everything is looked at, ms; less often where that takes long. */
export const LOOK_EVERY_MS = MINUTE
/** Looking takes at most this part of the time. */
const LOOKING_PART = 20
/** News are gathered for so long, ms: whoever writes a file in pieces is told of with each. */
const GATHER_MS = 100
/** Files between which others get a turn. */
const FILES_A_TURN = 100
/** More names than this of a place: all of it is looked at. */
const NAMES_MAX = 1000

export interface WatchingDeps extends World, CatalogDeps {
  /** As `publishedFiles` gives it: who has a place alone sees what was committed. */
  readonly files: Pick<FileStore, 'alone'>
  readonly folders: PlaceFolders
  readonly limits: Pick<Limits, 'dataRefreshDelayMs'>
}

export interface Watching extends Loop {
  /** Told of what may have changed. */
  changed(place?: Place, name?: string): void
}

interface Seen {
  readonly print: string
  /** `modifiedAt` of the record that told of it. */
  readonly recordedAt: number
}

/** What is known of a place, and what is to be looked at in it. */
interface Watched {
  readonly place: Place
  readonly seen: Map<string, Seen>
  /** Files that changed, and since when they stand still, by the monotonic clock. */
  readonly moving: Map<string, { readonly print: string; readonly since: number }>
  dirty: Set<string> | 'all'
  leftAlone: number
}

export function startWatching(deps: WatchingDeps): Watching {
  const watching = new PlaceWatch(deps)
  const loop = startLoop(deps, 'watching folders', () => watching.round())
  return {
    ...loop,
    changed(place, name) {
      watching.note(place, name)
      loop.wake()
    },
  }
}

class PlaceWatch {
  readonly #deps: WatchingDeps
  readonly #watched = new Map<string, Watched>()
  #lookAt = Number.NEGATIVE_INFINITY

  constructor(deps: WatchingDeps) {
    this.#deps = deps
  }

  note(place?: Place, name?: string): void {
    const watched = place && this.#watched.get(keyOf(place))
    if (watched === undefined) this.#lookAt = Number.NEGATIVE_INFINITY
    else if (name === undefined) watched.dirty = 'all'
    else if (watched.dirty !== 'all') {
      watched.dirty.add(name)
      if (watched.dirty.size > NAMES_MAX) watched.dirty = 'all'
    }
  }

  /** @returns the longest wait before the next round, ms */
  async round(): Promise<number> {
    const { clock, timers } = this.#deps
    await timers.wait(GATHER_MS).done
    const startedAt = clock.monotonic()
    if (startedAt >= this.#lookAt) {
      this.#lookAt = Number.POSITIVE_INFINITY
      await this.#findPlaces()
      for (const watched of this.#watched.values()) watched.dirty = 'all'
      await this.#lookEverywhere()
      const tookMs = clock.monotonic() - startedAt
      this.#lookAt = Math.min(this.#lookAt, startedAt + Math.max(LOOK_EVERY_MS, LOOKING_PART * tookMs))
    } else await this.#lookEverywhere()
    const moves = [...this.#watched.values()].some(({ moving }) => moving.size > 0)
    return moves ? STANDS_STILL_MS : Math.max(1, this.#lookAt - clock.monotonic())
  }

  async #findPlaces(): Promise<void> {
    const { store, folders } = this.#deps
    const found = new Set<string>()
    for (const place of await folders.places()) {
      if ((await ownerOfPlace(store, place)) === undefined) continue
      const key = keyOf(place)
      found.add(key)
      if (this.#watched.has(key)) continue
      this.#watched.set(key, { place, seen: new Map(), moving: new Map(), dirty: 'all', leftAlone: 0 })
    }
    for (const key of this.#watched.keys()) if (!found.has(key)) this.#watched.delete(key)
  }

  async #lookEverywhere(): Promise<void> {
    for (const watched of this.#watched.values()) {
      try {
        await this.#look(watched)
      } catch (error) {
        this.#deps.log.warn('a folder could not be looked at', { ...watched.place, error: String(error) })
      }
    }
  }

  async #look(watched: Watched): Promise<void> {
    const { dirty, moving, place } = watched
    watched.dirty = new Set()
    let files: readonly FoundFile[] | undefined
    if (dirty !== 'all') files = await this.#named(place, new Set([...dirty, ...moving.keys()]))
    if (files === undefined) files = await this.#all(watched)
    let recorded = 0
    for (const [at, file] of files.entries()) {
      if (at % FILES_A_TURN === FILES_A_TURN - 1) await this.#deps.timers.wait(1).done
      if (await this.#consider(watched, file)) recorded += 1
    }
    if (recorded > 0) {
      this.#deps.log.info('recorded data files that another program wrote', { ...place, files: recorded })
    }
  }

  /** Undefined when one of them is a folder: then the whole place is to be looked at. */
  async #named(place: Place, names: ReadonlySet<string>): Promise<FoundFile[] | undefined> {
    const files: FoundFile[] = []
    for (const name of names) {
      const found = await this.#deps.folders.at(place, name)
      if (found === 'folder') return undefined
      if (found === undefined) this.#watched.get(keyOf(place))?.moving.delete(name)
      else files.push(found)
    }
    return files
  }

  async #all(watched: Watched): Promise<readonly FoundFile[]> {
    const { files, leftAlone } = await this.#deps.folders.look(watched.place)
    if (leftAlone > watched.leftAlone) {
      this.#deps.log.warn(
        'some files of a folder cannot be recorded: their names are no names of data files',
        {
          ...watched.place,
          files: leftAlone,
        },
      )
    }
    watched.leftAlone = leftAlone
    const names = new Set(files.map(({ name }) => name))
    for (const name of watched.seen.keys()) if (!names.has(name)) watched.seen.delete(name)
    for (const name of watched.moving.keys()) if (!names.has(name)) watched.moving.delete(name)
    return files
  }

  /** @returns whether it was recorded */
  async #consider(watched: Watched, file: FoundFile): Promise<boolean> {
    const { seen, moving, place } = watched
    const { name, print } = file
    if (seen.get(name)?.print === print) {
      moving.delete(name)
      return false
    }
    if (await this.#isKnown(watched, file)) return false
    const now = this.#deps.clock.monotonic()
    const still = moving.get(name)
    if (still?.print !== print) {
      moving.set(name, { print, since: now })
      return false
    }
    if (now - still.since < STANDS_STILL_MS) return false
    moving.delete(name)
    return this.#deps.files.alone([place], () => this.#record(watched, file))
  }

  /** While nobody else has the place: what the service itself wrote has its record by now. */
  async #record(watched: Watched, file: FoundFile): Promise<boolean> {
    const { store, world, folders, limits } = this.#deps
    const { place: at } = watched
    const { tenantId, place } = at
    const { name } = file
    const there = await folders.at(at, name)
    if (there === undefined || there === 'folder' || there.print !== file.print) {
      this.note(at, name)
      return false
    }
    if (await this.#isKnown(watched, file)) return false
    const ownerId = await ownerOfPlace(store, at)
    if (ownerId === undefined) return false
    const known = await store.dataFileByName(tenantId, place, name)
    const record = known ?? newDataFile(world, { tenantId, ownerId, place }, name)
    const step = recordingFound({ ...world, ...limits }, record, file)
    const saved = await changeOne(store, {
      kind: 'data-file',
      tenantId,
      id: record.id,
      wanted: { place, name },
      step,
    })
    // One that cannot be recorded is not tried again before it changes.
    watched.seen.set(name, { print: file.print, recordedAt: isRefused(saved) ? 0 : saved.modifiedAt })
    return !isRefused(saved)
  }

  /** Its record tells of it already; one that was there before its content changed does not. */
  async #isKnown({ place: { tenantId, place }, seen }: Watched, file: FoundFile): Promise<boolean> {
    const record = await this.#deps.store.dataFileByName(tenantId, place, file.name)
    if (!isRecorded(record, file) || record!.modifiedAt === seen.get(file.name)?.recordedAt) return false
    seen.set(file.name, { print: file.print, recordedAt: record!.modifiedAt })
    return true
  }
}

function keyOf({ tenantId, place }: Place): string {
  return `${tenantId}/${placeKey(place)}`
}
