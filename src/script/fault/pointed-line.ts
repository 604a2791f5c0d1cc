/** A line for people with a caret under it. */

const SHOWN_CHARACTERS = 100
const SHOWN_BEFORE = 60

/**
 * The line, cut to a window around the column, and the line below it with the caret.
 *
 * @param column from 1, in UTF-16 units
 */
export function pointedLine(line: string, column: number): readonly [shown: string, caret: string] {
  const from = Math.max(0, column - 1 - SHOWN_BEFORE)
  const shown = line
    .slice(from, from + SHOWN_CHARACTERS)
    .replaceAll('\t', ' ')
    .trimEnd()
  return [shown, `${' '.repeat(column - 1 - from)}^`]
}
