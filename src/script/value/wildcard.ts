/**
 * Patterns of `like`, WildMatch, QUALIFY and file masks: `*` is any text, `?` one character, nothing else is
 * special (C7).
 */
const ASTERISK = 42
const QUESTION_MARK = 63

/** Case matters; fold both sides where it does not. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0
  let inPattern = 0
  let star = -1
  let retry = 0
  while (at < text.length) {
    const mark = pattern.charCodeAt(inPattern)
    if (mark === ASTERISK) {
      star = inPattern++
      retry = at
    } else if (mark === QUESTION_MARK || mark === text.charCodeAt(at)) {
      inPattern++
      at++
    } else if (star >= 0) {
      inPattern = star + 1
      at = ++retry
    } else return false
  }
  while (pattern.charCodeAt(inPattern) === ASTERISK) inPattern++
  return inPattern === pattern.length
}
