/**
 * The ladder of engine sizes and the rule that picks the size of an attempt. Pure: total memory and
 * processors are passed in.
 *
 * Promises: a ladder is never empty, its sizes ascend, its pool names are unique and show the size
 * ("engine-4g").
 */
import type { App } from '../core/records.ts'
import { GIB, MIB } from '../core/units.ts'
import type { EngineSize } from './engine-session.ts'

/** The smallest useful engine: the process alone takes about 100 MiB. */
const SMALLEST_BYTES = 256 * MIB
/** Memory of an engine process for code and start, with a margin. */
export const PROCESS_BYTES = 160 * MIB
/**
 * The database's share of a size: the rest is for memory that it does not count, such as rows in transit.
 */
const DATABASE_SHARE = 0.6
const SMALLEST_DATABASE_BYTES = 64 * MIB
/** Memory per engine thread (DuckDB's guide asks for at least 125 MB, better 1 GB and more). */
const BYTES_PER_THREAD = 512 * MIB
/** Share of the machine's memory that all engines together may take. */
const ENGINES_SHARE = 0.75
/** Memory of loaded app data as a multiple of its file (contract 02, section 4). */
const MEMORY_PER_FILE_BYTE = 4
/**
 * Margin above the last peak, since data grows. An engine that used all its database's memory still fits its
 * own size.
 */
const PEAK_HEADROOM = 1.2

/** Reason for the engine size: the event's engineSizingReason (contract 01, section 3). */
export type SizingReason = 'no_metadata' | 'standard_calculation' | 'app_crash' | 'pinned'

export interface SizeChoice {
  readonly index: number
  readonly reason: SizingReason
}

/**
 * Chooses the size of an attempt: the next size above the memory peak of the app's last reload of this kind
 * plus a margin, or, if that is unknown, above four times the app's data file (contract 02, section 4); at
 * most the largest; the smallest if the app has no data yet. A larger one that the app is placed on wins over
 * that, and after an attempt ran out of memory the climbed size wins.
 *
 * The attempt must be opened with the index chosen, so that the next climb starts from it.
 * @param climbedIndex the reload's size index: 0 unless an attempt ran out of memory
 */
export function chooseSize(
  ladder: readonly EngineSize[],
  { data, placement }: Pick<App, 'data' | 'placement'>,
  { partial, climbedIndex }: { readonly partial: boolean; readonly climbedIndex: number },
): SizeChoice {
  const last = ladder.length - 1
  const calculated = data === undefined ? 0 : sizeFor(ladder, expectedBytes(data, partial))
  const pinned = placement === undefined ? -1 : sizeFor(ladder, Number(placement.minEngineSize) * GIB)
  if (climbedIndex > Math.max(calculated, pinned)) {
    return { index: Math.min(climbedIndex, last), reason: 'app_crash' }
  }
  if (pinned >= calculated) return { index: pinned, reason: 'pinned' }
  return { index: calculated, reason: data === undefined ? 'no_metadata' : 'standard_calculation' }
}

/** Full and partial reloads differ too much to predict one from the other (contract 02, section 7). */
function expectedBytes({ peakMemoryBytes, fileBytes }: NonNullable<App['data']>, partial: boolean): number {
  const peak = partial ? peakMemoryBytes?.partial : peakMemoryBytes?.full
  return peak === undefined ? fileBytes * MEMORY_PER_FILE_BYTE : peak * PEAK_HEADROOM
}

/**
 * Parses a configured ladder: sizes as "1g,4g,16g" or "512m", in ascending order.
 * @returns the ladder, or a text that names the fault and the remedy
 */
export function parseLadder(text: string, processors: number): readonly EngineSize[] | string {
  const sizes: EngineSize[] = []
  for (const part of text.split(',')) {
    const memoryBytes = parseMemory(part)
    if (memoryBytes === undefined) {
      return `"${part.trim()}" is not an engine size: write sizes like 512m or 4g`
    }
    if (memoryBytes < SMALLEST_BYTES) return `engine size ${part.trim()} is too small: give at least 256m`
    const before = sizes.at(-1)
    if (before !== undefined && memoryBytes <= before.memoryBytes) {
      return `engine size ${part.trim()} does not grow: list the sizes in rising order`
    }
    sizes.push(engineSize(memoryBytes, processors))
  }
  return sizes
}

/**
 * Returns sizes from 1 GiB, doubling, up to three quarters of the machine; one of half the machine if that is
 * too small.
 */
export function defaultLadder(totalMemoryBytes: number, processors: number): readonly EngineSize[] {
  const sizes: EngineSize[] = []
  for (let bytes = GIB; bytes <= totalMemoryBytes * ENGINES_SHARE; bytes *= 2) {
    sizes.push(engineSize(bytes, processors))
  }
  if (sizes.length > 0) return sizes
  const half = Math.floor(totalMemoryBytes / 2 / MIB) * MIB
  return [engineSize(Math.max(half, SMALLEST_BYTES), processors)]
}

/** Returns the memory that all engines of a machine may take, bytes: at least its largest size. */
export function defaultEngineMemory(totalMemoryBytes: number, ladder: readonly EngineSize[]): number {
  return Math.max(Math.floor(totalMemoryBytes * ENGINES_SHARE), ladder.at(-1)?.memoryBytes ?? 0)
}

/** Parses "512m" or "4g" to bytes; returns undefined for anything else. */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d{1,6})([mg])$/.exec(text.trim().toLowerCase())
  return match === null ? undefined : Number(match[1]) * (match[2] === 'g' ? GIB : MIB)
}

/** Makes a size with pool name and threads derived from its memory. */
export function engineSize(memoryBytes: number, processors: number): EngineSize {
  const name = memoryBytes % GIB === 0 ? `${memoryBytes / GIB}g` : `${Math.round(memoryBytes / MIB)}m`
  const threads = Math.min(processors, Math.floor(memoryBytes / BYTES_PER_THREAD))
  return { poolName: `engine-${name}`, memoryBytes, threads: Math.max(1, threads) }
}

/**
 * Returns the database's memory limit for a size, bytes; beyond it the database spills to disk before the
 * process passes its limit.
 */
export function databaseBytes({ memoryBytes }: EngineSize): number {
  const share = Math.min(memoryBytes * DATABASE_SHARE, memoryBytes - PROCESS_BYTES)
  return Math.floor(Math.max(share, SMALLEST_DATABASE_BYTES))
}

function sizeFor(ladder: readonly EngineSize[], bytes: number): number {
  const index = ladder.findIndex((size) => size.memoryBytes >= bytes)
  return index === -1 ? ladder.length - 1 : index
}
