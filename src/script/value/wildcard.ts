/**
 * Patterns of `like`, WildMatch, QUALIFY and file masks: `*` is any text, `?` one character, nothing else is
 * special (C7).
 */
const ANY = 42
const ONE = 63

/** Case matters; fold both sides where it does not. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0
  let inPattern = 0
  let star = -1
  let retry = 0
  while (at < text.length) {
    const mark = pattern.charCodeAt(inPattern)
    if (mark === ANY) {
      star = inPattern++
      retry = at
    } else if (mark === ONE || mark === text.charCodeAt(at)) {
      inPattern++
      at++
    } else if (star >= 0) {
      inPattern = star + 1
      at = ++retry
    } else return false
  }
  while (pattern.charCodeAt(inPattern) === ANY) inPattern++
  return inPattern === pattern.length
}
