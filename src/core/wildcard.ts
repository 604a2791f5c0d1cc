/**
 * Patterns with `*` for any characters and `?` for one, as in searches for file names. Takes time at most
 * proportional to the product of both lengths: backtracking goes no further than the last `*`.
 */
export function matchesWildcard(text: string, pattern: string): boolean {
  const [characters, wanted] = [[...text], [...pattern]]
  let at = 0
  let next = 0
  /** Position of the last `*`, and the end of its match so far. */
  let star = -1
  let reached = 0
  while (at < characters.length) {
    if (wanted[next] === '*') {
      star = next++
      reached = at
    } else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === characters[at])) {
      at++
      next++
    } else if (star !== -1) {
      next = star + 1
      at = ++reached
    } else return false
  }
  while (wanted[next] === '*') next++
  return next === wanted.length
}
