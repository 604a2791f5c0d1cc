/**
 * Names of what a script read: a file, or a mask whose matches it listed. A file that matches a mask belongs
 * to what was read, also one that comes later. No name of a data file holds * or ? (core/file-name.ts).
 */
import { matchesWildcard } from './wildcard.ts'

/** Names that are kept of one script. */
export const READS_MAX = 1000
/** Masks among them, and the characters of one: each change of a file is compared with those of its place. */
export const MASKS_MAX = 100
export const MASK_MAX_CHARACTERS = 255
/** Different masks of one place that are compared, the first ones by name. */
export const MASKS_OF_PLACE_MAX = 500
/** Characters of all names that are kept of one script: apps carry them in their records. */
export const READS_MAX_CHARACTERS = 64 * 1024

export function isMask(name: string): boolean {
  return /[*?]/.test(name)
}

/** Whether a file of this name belongs to what was read; * and ? match within one part of a name. */
export function covers(read: string, name: string): boolean {
  const literal = read.search(/[*?]/)
  if (literal < 0) return read === name
  // Most masks are ruled out by how they begin.
  if (!name.startsWith(read.slice(0, literal))) return false
  const [masks, parts] = [read.split('/'), name.split('/')]
  return masks.length === parts.length && masks.every((mask, at) => matchesWildcard(parts[at]!, mask))
}

/** The first ones, as many as are kept. */
export function keptReads<Read>(reads: readonly Read[], nameOf: (read: Read) => string): Read[] {
  let [characters, masks] = [0, 0]
  return reads.slice(0, READS_MAX).filter((read) => {
    const name = nameOf(read)
    if (isMask(name)) {
      masks += 1
      if (masks > MASKS_MAX || name.length > MASK_MAX_CHARACTERS) return false
    }
    characters += name.length
    return characters <= READS_MAX_CHARACTERS
  })
}
