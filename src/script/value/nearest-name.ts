/** The name that was probably meant by a misspelt one. */
import { editDistance } from './edit-distance.ts'

/** A longer name is no slip of the pen any more. */
const COMPARED_NAME_MAX = 64

/**
 * Ignoring case; undefined when more than one character in three differs, and any of a name of one or two.
 *
 * @param known the first of equally near names is taken
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > COMPARED_NAME_MAX) return undefined
  const wanted = name.toLowerCase()
  let best: string | undefined
  let least = (name.length < 3 ? 0 : Math.max(1, Math.floor(name.length / 3))) + 1
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= least) continue
    const distance = editDistance(wanted, each.toLowerCase())
    if (distance < least) [best, least] = [each, distance]
  }
  return best
}
