/** Documented names of functions as pages list them. */
import { FUNCTIONS_BY_GROUP } from '../../src/script/function/functions.ts'

/** All of the language, in the groups of its documentation, each in the order of the alphabet. */
export function functionNames(): readonly (readonly [group: string, names: readonly string[]])[] {
  return FUNCTIONS_BY_GROUP.map(([group, rows]) => [group, rows.map(({ name }) => name).sort(byLetters)])
}

function byLetters(a: string, b: string): number {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1
}
