/** Finds the name that a misspelt one probably means. */
import { editDistance } from './edit-distance.ts'

/** Longer names are not compared. */
const COMPARED_NAME_MAX = 64

/**
 * Case-insensitive. Returns undefined if more than one character in three differs, or any in a name of one or
 * two.
 * @param known of equally near names the first one is returned
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  const alike = known.find((each) => each.toLowerCase() === wanted)
  if (alike !== undefined || name.length > COMPARED_NAME_MAX) return alike
  let best: string | undefined
  let least = (name.length < 3 ? 0 : Math.max(1, Math.floor(name.length / 3))) + 1
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= least) continue
    const distance = editDistance(wanted, each.toLowerCase())
    if (distance < least) [best, least] = [each, distance]
  }
  return best
}
