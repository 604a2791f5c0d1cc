import { BLANK } from './character-codes.ts'

/** Removes outer blanks (ASCII 32); tabs and hard spaces stay (SEMANTICS E1, K12). */
export function trimBlanks(given: string, left = true, right = true): string {
  let from = 0
  let to = given.length
  if (left) while (from < to && given.charCodeAt(from) === BLANK) from++
  if (right) while (to > from && given.charCodeAt(to - 1) === BLANK) to--
  return given.slice(from, to)
}
