/**
 * The ladder of engine sizes and the rule that picks the first rung of an attempt. Pure: total memory and processors
 * come in as numbers.
 *
 * Promises: a ladder is never empty, its sizes grow, its pool names are unique and tell the size ("engine-4g").
 */
import type { EngineSize } from './engine-session.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** The smallest engine that loads anything useful: the process alone takes about 100 MiB. */
const SMALLEST_BYTES = 256 * MIB
/** What an engine process takes for code and start, with some room. */
const PROCESS_BYTES = 160 * MIB
/** The database's share of a size: the rest is for what it does not count, such as rows on their way through. */
const DATABASE_SHARE = 0.6
const SMALLEST_DATABASE_BYTES = 64 * MIB
/** Memory one engine thread should have (DuckDB's guide asks for at least 125 MB, better 1 GB and more). */
const BYTES_PER_THREAD = 512 * MIB
/** Share of the machine that the largest engine may take. */
const LARGEST_SHARE = 0.75
/** App data in memory takes a multiple of its file (contract 02, section 4). */
const MEMORY_PER_FILE_BYTE = 4

/** Why an attempt got its engine size: the event's engineSizingReason (contract 01, section 3). */
export type SizingReason = 'no_metadata' | 'standard_calculation' | 'app_crash'

export interface SizeChoice {
  readonly index: number
  readonly reason: SizingReason
}

/**
 * The size of an attempt (contract 02, section 4): four times the app's data file, next size up, at most the largest;
 * the smallest where the app has no data yet. After an attempt ran out of memory the climbed size wins.
 *
 * The index chosen is what the attempt must be opened with, so that the next climb starts from it.
 *
 * @param climbedIndex the reload's size index: 0 unless an attempt ran out of memory
 */
export function chooseSize(
  ladder: readonly EngineSize[],
  app: { readonly fileBytes?: number; readonly climbedIndex: number },
): SizeChoice {
  const last = ladder.length - 1
  const calculated = app.fileBytes === undefined ? 0 : sizeFor(ladder, app.fileBytes * MEMORY_PER_FILE_BYTE)
  if (app.climbedIndex > calculated) return { index: Math.min(app.climbedIndex, last), reason: 'app_crash' }
  return { index: calculated, reason: app.fileBytes === undefined ? 'no_metadata' : 'standard_calculation' }
}

/**
 * The ladder that configuration asks for: sizes as "1g,4g,16g" or "512m", in rising order.
 *
 * @returns the ladder, or a text that names what is wrong and the remedy
 */
export function parseLadder(text: string, processors: number): readonly EngineSize[] | string {
  const sizes: EngineSize[] = []
  for (const part of text.split(',')) {
    const match = /^(\d{1,6})([mg])$/.exec(part.trim().toLowerCase())
    if (match === null) return `"${part.trim()}" is not an engine size: write sizes like 512m or 4g`
    const memoryBytes = Number(match[1]) * (match[2] === 'g' ? GIB : MIB)
    if (memoryBytes < SMALLEST_BYTES) return `engine size ${part.trim()} is too small: give at least 256m`
    const before = sizes.at(-1)
    if (before !== undefined && memoryBytes <= before.memoryBytes) {
      return `engine size ${part.trim()} does not grow: list the sizes in rising order`
    }
    sizes.push(engineSize(memoryBytes, processors))
  }
  return sizes
}

/** Sizes from 1 GiB, doubling, up to three quarters of the machine; one of half the machine where that is too small. */
export function defaultLadder(totalMemoryBytes: number, processors: number): readonly EngineSize[] {
  const sizes: EngineSize[] = []
  for (let bytes = GIB; bytes <= totalMemoryBytes * LARGEST_SHARE; bytes *= 2) {
    sizes.push(engineSize(bytes, processors))
  }
  if (sizes.length > 0) return sizes
  const half = Math.floor(totalMemoryBytes / 2 / MIB) * MIB
  return [engineSize(Math.max(half, SMALLEST_BYTES), processors)]
}

/** A size with the pool name and the threads that follow from its memory. */
export function engineSize(memoryBytes: number, processors: number): EngineSize {
  const name = memoryBytes % GIB === 0 ? `${memoryBytes / GIB}g` : `${Math.round(memoryBytes / MIB)}m`
  const threads = Math.min(processors, Math.floor(memoryBytes / BYTES_PER_THREAD))
  return { poolName: `engine-${name}`, memoryBytes, threads: Math.max(1, threads) }
}

/** What the database may use of a size; it spills to disk beyond, before the process passes its ceiling. Bytes. */
export function databaseBytes({ memoryBytes }: EngineSize): number {
  const share = Math.min(memoryBytes * DATABASE_SHARE, memoryBytes - PROCESS_BYTES)
  return Math.floor(Math.max(share, SMALLEST_DATABASE_BYTES))
}

function sizeFor(ladder: readonly EngineSize[], bytes: number): number {
  const index = ladder.findIndex((size) => size.memoryBytes >= bytes)
  return index === -1 ? ladder.length - 1 : index
}
