/**
 * Functions of regular expressions; those that end in I ignore case. A pattern that is none gives NULL.
 * Without a number a LOAD makes one row of each match (../load/row-functions.ts); elsewhere the first match
 * counts.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
import { truth } from '../value/convert.ts'
import { formatsOf } from '../value/formats.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, numberOr, text } from './argument.ts'
import type { ScalarFunction } from './scalar-function.ts'
import { position } from './text-functions.ts'

const ANY = Number.POSITIVE_INFINITY

export const PATTERN_FUNCTIONS: readonly ScalarFunction[] = [
  ...bothCases('IsRegEx', 1, 2, isRegEx),
  ...bothCases('CountRegEx', 2, 2, (flags) => (args, context) => found(args, flags, context)?.length ?? null),
  ...bothCases('MatchRegEx', 2, ANY, matchRegEx),
  ...bothCases('ExtractRegEx', 2, 3, (flags) => (args, context) => {
    const matches = found(args, flags, context)
    return (matches && nth(matches, numberOr(args, 2, context, 1))?.[0]) ?? null
  }),
  ...bothCases('ExtractRegExGroup', 3, 4, (flags) => (args, context) => {
    const matches = found(args, flags, context)
    const match = matches && nth(matches, numberOr(args, 3, context, 1))
    return (match && groupOf(match, number(args, 2, context))?.text) ?? null
  }),
  ...bothCases('IndexRegEx', 2, 3, (flags) => (args, context) => {
    const matches = found(args, flags, context)
    return matches === undefined ? null : placeOf(nth(matches, numberOr(args, 2, context, 1)), 0)
  }),
  ...bothCases('IndexRegExGroup', 3, 4, (flags) => (args, context) => {
    const matches = found(args, flags, context)
    const group = number(args, 2, context)
    return matches === undefined ? null : placeOf(nth(matches, numberOr(args, 3, context, 1)), group)
  }),
  ...bothCases('ReplaceRegEx', 3, 4, (flags) => (args, context) => replaced(args, flags, 0, 3, context)),
  ...bothCases('ReplaceRegExGroup', 4, 5, (flags) => (args, context) => {
    const group = number(args, 3, context)
    return group === null ? null : replaced(args, flags, group, 4, context)
  }),
  ...bothCases('SubFieldRegEx', 2, 3, (flags) => (args, context) => {
    const parts = partsBetween(args, flags.includes('i'), context)
    return (parts && nth(parts, numberOr(args, 2, context, 1))) ?? null
  }),
]

function bothCases(
  name: string,
  min: number,
  max: number,
  evaluate: (flags: string) => ScalarFunction['evaluate'],
): readonly ScalarFunction[] {
  return [
    { name, min, max, evaluate: evaluate(flagsOf(false)) },
    { name: `${name}I`, min, max, evaluate: evaluate(flagsOf(true)) },
  ]
}

/** All matches, with the places of their groups. */
function flagsOf(ignoreCase: boolean): string {
  return ignoreCase ? 'dgi' : 'dg'
}

/** All matches of argument 1 in argument 0; undefined when one of them is NULL or the pattern is none. */
function found(args: Arguments, flags: string, context: EvaluationContext): RegExpExecArray[] | undefined {
  const given = text(args, 0, context)
  const pattern = patternOf(text(args, 1, context), flags, context)
  return given === null || !(pattern instanceof RegExp) ? undefined : [...given.matchAll(pattern)]
}

/** The texts of all matches, or of one group of them where a third argument names it. */
export function allMatches(args: Arguments, ignoreCase: boolean, context: EvaluationContext): Value[] {
  const group = numberOr(args, 2, context, 0)
  const matches = found(args, flagsOf(ignoreCase), context) ?? []
  return matches.map((match) => groupOf(match, group)?.text ?? null)
}

/** The parts of a text between the matches; undefined as for `found`. */
export function partsBetween(
  args: Arguments,
  ignoreCase: boolean,
  context: EvaluationContext,
): string[] | undefined {
  const given = text(args, 0, context)
  const matches = found(args, flagsOf(ignoreCase), context)
  if (given === null || matches === undefined || given === '') return undefined
  const parts: string[] = []
  let from = 0
  for (const match of matches) {
    if (match[0] === '') continue
    parts.push(given.slice(from, match.index))
    from = match.index + match[0].length
  }
  return [...parts, given.slice(from)]
}

/** The compiled pattern, or why it is none; undefined for NULL. */
function patternOf(source: string | null, flags: string, { settings }: EvaluationContext) {
  return source === null ? undefined : formatsOf(settings).pattern(source, flags)
}

/** From the end when negative. */
function nth<Item>(items: readonly Item[], wanted: number | null): Item | undefined {
  const whole = Math.trunc(wanted ?? 0)
  return whole > 0 ? items[whole - 1] : whole < 0 ? items.at(whole) : undefined
}

/** Group 0 is the whole match; negative ones count from the last. */
function groupOf(match: RegExpExecArray, group: number | null) {
  if (group === null) return undefined
  const whole = Math.trunc(group)
  const index = whole < 0 ? match.length + whole : whole
  const range = whole < 0 && index < 1 ? undefined : match.indices?.[index]
  const inside = match[index]
  return range === undefined || inside === undefined
    ? undefined
    : { text: inside, from: range[0], to: range[1] }
}

function placeOf(match: RegExpExecArray | undefined, group: number | null): number {
  const place = match && groupOf(match, group)
  return match === undefined || place === undefined ? 0 : position(match.input, place.from)
}

/** The position of the first pattern that the whole text fits, 0 when there is none. */
function matchRegEx(flags: string): ScalarFunction['evaluate'] {
  return (args, context) => {
    const given = text(args, 0, context)
    if (given === null) return 0
    for (let at = 1; at < args.length; at++) {
      const source = text(args, at, context)
      const pattern =
        source === null ? undefined : patternOf(`^(?:${source})$`, flags.replace('g', ''), context)
      if (pattern instanceof RegExp && pattern.test(given)) return at
    }
    return 0
  }
}

/** With a second argument the reason is told instead of false. */
function isRegEx(flags: string): ScalarFunction['evaluate'] {
  return (args, context) => {
    const pattern = patternOf(text(args, 0, context), flags, context)
    if (pattern instanceof RegExp) return truth(true)
    return args.length > 1 && pattern !== undefined ? pattern : truth(false)
  }
}

/** Argument 2 in place of one group of all matches, or of the n-th if argument `nthAt` says so. */
function replaced(
  args: Arguments,
  flags: string,
  group: number,
  nthAt: number,
  context: EvaluationContext,
): Value {
  const given = text(args, 0, context)
  const to = text(args, 2, context)
  const occurrence = numberOr(args, nthAt, context, 0)
  const matches = found(args, flags, context)
  if (given === null || to === null || occurrence === null || matches === undefined) return null
  const one = Math.trunc(occurrence) === 0 ? undefined : [nth(matches, occurrence)]
  let result = ''
  let from = 0
  for (const match of one ?? matches) {
    const place = match && groupOf(match, group)
    if (place === undefined) continue
    result += given.slice(from, place.from) + to
    from = place.to
  }
  return result + given.slice(from)
}
