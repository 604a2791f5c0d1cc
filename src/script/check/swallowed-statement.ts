/**
 * A statement that the one above has swallowed: text that is taken as it is goes on to the next semicolon, so
 * that without one the LOAD below TRACE or SET never runs, and no reload fails.
 */
import type { RawStatement } from '../syntax/split.ts'
import { advise, type Step, type Walk } from './walk.ts'

/** A line that begins as a statement does. Remarks may hold what they like. */
const STATEMENT_LINE =
  /\n[^\S\n]*((?:[\p{L}_][\p{L}\p{N}_ ]*:\s*)?(?:(?:noconcatenate|mapping)\s+)?load\s|(?:let|set)\s+[\p{L}_][\p{L}\p{N}_.]*\s*=|trace\s|drop\s+(?:table|field)s?\s|store\s+\S+\s+into\s|(?:left|inner|right|outer)\s+join\b)/iu

const MAY_SWALLOW = /^(?:trace\b|set\s+[^=]*=\s*(?!['"[]))/iu

export function adviseSwallowed(walk: Walk, step: Step): void {
  const start = swallowedAt(step.statement)
  if (start === undefined) return
  const word = /^\w+/.exec(step.statement.text)![0].toUpperCase()
  const message = `This line belongs to the ${word} above: is a ';' missing before it?`
  advise(walk, step, 'SemicolonMissing', message, { start, end: start + 1 })
}

function swallowedAt({ head, text }: RawStatement): number | undefined {
  if ((head !== 'raw' && head !== 'set') || !MAY_SWALLOW.test(text)) return undefined
  const match = STATEMENT_LINE.exec(text)
  return match === null ? undefined : match.index + match[0].length - match[1]!.length
}
