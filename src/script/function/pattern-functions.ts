/**
 * Functions of regular expressions; those that end in I ignore case. Returns NULL for an invalid pattern. If
 * a call does not select a match, a LOAD makes a row of each (SEMANTICS J18); elsewhere the first match
 * counts.
 */

import { truth } from '../value/convert.ts'
import { formatsOf } from '../value/formats.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, numberOr, text } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups, type PartsOf, type Scalar } from './site/function-row.ts'
import { position } from './text-functions.ts'

/** Flags of a pattern: all matches, with the positions of their groups. */
const MINDING_CASE = 'dg'
const IGNORING_CASE = 'dgi'

export const PATTERN_FUNCTIONS: FunctionGroups = {
  Text: [
    { name: 'CountRegEx', min: 2, max: 2, seen: 0, scalar: countRegEx(MINDING_CASE) },
    { name: 'CountRegExI', min: 2, max: 2, seen: 0, scalar: countRegEx(IGNORING_CASE) },
    {
      name: 'ExtractRegEx',
      min: 2,
      max: 3,
      seen: 0,
      scalar: extractRegEx(MINDING_CASE),
      parts: matchesOf(MINDING_CASE),
    },
    {
      name: 'ExtractRegExI',
      min: 2,
      max: 3,
      seen: 0,
      scalar: extractRegEx(IGNORING_CASE),
      parts: matchesOf(IGNORING_CASE),
    },
    {
      name: 'ExtractRegExGroup',
      min: 3,
      max: 4,
      seen: 0,
      scalar: extractRegExGroup(MINDING_CASE),
      parts: matchesOf(MINDING_CASE),
    },
    {
      name: 'ExtractRegExGroupI',
      min: 3,
      max: 4,
      seen: 0,
      scalar: extractRegExGroup(IGNORING_CASE),
      parts: matchesOf(IGNORING_CASE),
    },
    { name: 'IndexRegEx', min: 2, max: 3, seen: 0, scalar: indexRegEx(MINDING_CASE) },
    { name: 'IndexRegExI', min: 2, max: 3, seen: 0, scalar: indexRegEx(IGNORING_CASE) },
    { name: 'IndexRegExGroup', min: 3, max: 4, seen: 0, scalar: indexRegExGroup(MINDING_CASE) },
    { name: 'IndexRegExGroupI', min: 3, max: 4, seen: 0, scalar: indexRegExGroup(IGNORING_CASE) },
    { name: 'ReplaceRegEx', min: 3, max: 4, seen: 0, scalar: replaceRegEx(MINDING_CASE) },
    { name: 'ReplaceRegExI', min: 3, max: 4, seen: 0, scalar: replaceRegEx(IGNORING_CASE) },
    { name: 'ReplaceRegExGroup', min: 4, max: 5, seen: 0, scalar: replaceRegExGroup(MINDING_CASE) },
    { name: 'ReplaceRegExGroupI', min: 4, max: 5, seen: 0, scalar: replaceRegExGroup(IGNORING_CASE) },
    {
      name: 'SubFieldRegEx',
      min: 2,
      max: 3,
      seen: 0,
      scalar: subFieldRegEx(MINDING_CASE),
      parts: partsBetween(MINDING_CASE),
    },
    {
      name: 'SubFieldRegExI',
      min: 2,
      max: 3,
      seen: 0,
      scalar: subFieldRegEx(IGNORING_CASE),
      parts: partsBetween(IGNORING_CASE),
    },
  ],
  Conditional: [
    { name: 'MatchRegEx', min: 2, max: ANY, seen: 0, scalar: matchRegEx(MINDING_CASE) },
    { name: 'MatchRegExI', min: 2, max: ANY, seen: 0, scalar: matchRegEx(IGNORING_CASE) },
  ],
  Logical: [
    { name: 'IsRegEx', min: 1, max: 2, seen: 0, scalar: isRegEx(MINDING_CASE) },
    { name: 'IsRegExI', min: 1, max: 2, seen: 0, scalar: isRegEx(IGNORING_CASE) },
  ],
}

function countRegEx(flags: string): Scalar {
  return (args, context) => found(args, flags, context)?.length ?? null
}

function extractRegEx(flags: string): Scalar {
  return (args, context) => {
    const matches = found(args, flags, context)
    return (matches && nth(matches, numberOr(args, 2, context, 1))?.[0]) ?? null
  }
}

function extractRegExGroup(flags: string): Scalar {
  return (args, context) => {
    const matches = found(args, flags, context)
    const match = matches && nth(matches, numberOr(args, 3, context, 1))
    return (match && groupOf(match, number(args, 2, context))?.text) ?? null
  }
}

function indexRegEx(flags: string): Scalar {
  return (args, context) => {
    const matches = found(args, flags, context)
    return matches === undefined ? null : placeOf(nth(matches, numberOr(args, 2, context, 1)), 0)
  }
}

function indexRegExGroup(flags: string): Scalar {
  return (args, context) => {
    const matches = found(args, flags, context)
    const group = number(args, 2, context)
    return matches === undefined ? null : placeOf(nth(matches, numberOr(args, 3, context, 1)), group)
  }
}

function replaceRegEx(flags: string): Scalar {
  return (args, context) => replaced(args, flags, 0, 3, context)
}

function replaceRegExGroup(flags: string): Scalar {
  return (args, context) => {
    const group = number(args, 3, context)
    return group === null ? null : replaced(args, flags, group, 4, context)
  }
}

function subFieldRegEx(flags: string): Scalar {
  const partsOf = partsBetween(flags)
  return (args, context) => nth(partsOf(args, context), numberOr(args, 2, context, 1)) ?? null
}

/** All matches of argument 1 in argument 0; undefined if one is NULL or the pattern is invalid. */
function found(args: Arguments, flags: string, context: EvaluationContext): RegExpExecArray[] | undefined {
  const given = text(args, 0, context)
  const pattern = patternOf(text(args, 1, context), flags, context)
  return given === null || !(pattern instanceof RegExp) ? undefined : [...given.matchAll(pattern)]
}

/** The texts of all matches, or of one group of them where a third argument names it. */
function matchesOf(flags: string): PartsOf {
  return (args, context) => {
    const group = numberOr(args, 2, context, 0)
    return (found(args, flags, context) ?? []).map((match) => groupOf(match, group)?.text ?? null)
  }
}

/** The parts of a text between the matches; none of an empty text, and as for `found`. */
function partsBetween(flags: string): PartsOf {
  return (args, context) => {
    const given = text(args, 0, context)
    const matches = found(args, flags, context)
    if (given === null || matches === undefined || given === '') return []
    const parts: string[] = []
    let from = 0
    for (const match of matches) {
      if (match[0] === '') continue
      parts.push(given.slice(from, match.index))
      from = match.index + match[0].length
    }
    return [...parts, given.slice(from)]
  }
}

/** The compiled pattern, or why it is invalid; undefined for NULL. */
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

/** The position of the first pattern that matches the whole text, or 0. */
function matchRegEx(flags: string): Scalar {
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

/** With a second argument it returns the reason instead of false. */
function isRegEx(flags: string): Scalar {
  return (args, context) => {
    const pattern = patternOf(text(args, 0, context), flags, context)
    if (pattern instanceof RegExp) return truth(true)
    return args.length > 1 && pattern !== undefined ? pattern : truth(false)
  }
}

/** Argument 2 in place of one group of all matches, or of the n-th if argument `nthAt` is given. */
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
