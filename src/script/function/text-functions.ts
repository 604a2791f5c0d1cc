/**
 * Text functions (SEMANTICS block K). Positions and lengths count characters, not bytes or code units (K14).
 */

import { faults } from '../fault/fault.ts'
import { editDistance } from '../value/edit-distance.ts'
import { capitalize } from '../value/letters.ts'
import { splitText } from '../value/split-text.ts'
import { trimBlanks } from '../value/trim-blanks.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, numberOr, ofText, text } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'

/**
 * Longest text that Repeat makes, in characters: a longer one would only exhaust the engine's memory.
 */
const REPEATED_MAX = 16_777_216

export const TEXT_FUNCTIONS: FunctionGroups = {
  Text: [
    {
      name: 'Len',
      min: 1,
      max: 1,
      seen: 572,
      scalar: (args, context) => length(text(args, 0, context) ?? ''),
    },
    { name: 'Left', min: 2, max: 2, seen: 234, scalar: sliced((count) => [0, Math.max(0, count)]) },
    {
      name: 'Right',
      min: 2,
      max: 2,
      seen: 152,
      scalar: sliced((count, size) => [Math.max(0, size - Math.max(0, count)), size]),
    },
    { name: 'Mid', min: 2, max: 3, seen: 98, scalar: mid },
    { name: 'Upper', min: 1, max: 1, seen: 119, scalar: ofText((given) => given.toUpperCase()) },
    { name: 'Lower', min: 1, max: 1, seen: 273, scalar: ofText((given) => given.toLowerCase()) },
    { name: 'Capitalize', min: 1, max: 1, seen: 14, scalar: ofText(capitalize) },
    { name: 'Trim', min: 1, max: 1, seen: 325, scalar: ofText((given) => trimBlanks(given, true, true)) },
    { name: 'LTrim', min: 1, max: 1, seen: 9, scalar: ofText((given) => trimBlanks(given, true, false)) },
    { name: 'RTrim', min: 1, max: 1, seen: 2, scalar: ofText((given) => trimBlanks(given, false, true)) },
    { name: 'Chr', min: 1, max: 1, seen: 340, scalar: chr },
    { name: 'Ord', min: 1, max: 1, seen: 5, scalar: ofText((given) => given.codePointAt(0) ?? null) },
    { name: 'Repeat', min: 2, max: 2, seen: 7, scalar: repeat },
    { name: 'Replace', min: 3, max: 3, seen: 612, scalar: replace },
    { name: 'PurgeChar', min: 2, max: 2, seen: 99, scalar: filtered((listed) => !listed) },
    { name: 'KeepChar', min: 2, max: 2, seen: 1, scalar: filtered((listed) => listed) },
    { name: 'Index', min: 2, max: 3, seen: 176, scalar: index },
    { name: 'FindOneOf', min: 2, max: 3, seen: 12, scalar: findOneOf },
    { name: 'SubStringCount', min: 2, max: 2, seen: 82, scalar: subStringCount },
    { name: 'TextBetween', min: 3, max: 4, seen: 75, scalar: textBetween },
    { name: 'SubField', min: 2, max: 3, seen: 511, scalar: subField, parts: subFields },
    { name: 'ApplyCodepage', min: 2, max: 2, seen: 0, scalar: applyCodepage },
    { name: 'LevenshteinDist', min: 2, max: 2, seen: 0, scalar: levenshteinDist },
  ],
}

const SURROGATE = /[\uD800-\uDFFF]/

function length(given: string): number {
  return SURROGATE.test(given) ? [...given].length : given.length
}

function slice(given: string, from: number, to: number): string {
  return SURROGATE.test(given) ? [...given].slice(from, to).join('') : given.slice(from, to)
}

function sliced(range: (count: number, size: number) => readonly [from: number, to: number]): Scalar {
  return (args, context) => {
    const given = text(args, 0, context)
    const count = number(args, 1, context)
    if (given === null || count === null) return null
    const [from, to] = range(Math.trunc(count), length(given))
    return slice(given, from, to)
  }
}

function mid(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const start = number(args, 1, context)
  const count = numberOr(args, 2, context, Number.POSITIVE_INFINITY)
  if (given === null || start === null || count === null) return null
  const from = Math.max(0, Math.trunc(start) - 1)
  return slice(given, from, from + Math.max(0, Math.trunc(count)))
}

/** NULL beyond the characters of Unicode. */
function chr(args: Arguments, context: EvaluationContext): Value {
  const code = number(args, 0, context)
  if (code === null) return null
  const whole = Math.trunc(code)
  return whole >= 0 && whole <= 0x10_ff_ff ? String.fromCodePoint(whole) : null
}

function repeat(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const count = number(args, 1, context)
  if (given === null || count === null) return null
  const times = Math.max(0, Math.trunc(count))
  if (given === '') return ''
  if (given.length * times > REPEATED_MAX) {
    throw faults.general(`Repeat() makes texts of at most ${REPEATED_MAX} characters`)
  }
  return given.repeat(times)
}

/** One pass, left to right (K9). */
function replace(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const from = text(args, 1, context)
  const to = text(args, 2, context)
  if (given === null || from === null || to === null) return null
  return from === '' ? given : given.replaceAll(from, () => to)
}

function filtered(keeps: (listed: boolean) => boolean): Scalar {
  return (args, context) => {
    const given = text(args, 0, context)
    const set = text(args, 1, context)
    if (given === null || set === null) return null
    let kept = ''
    for (const character of given) if (keeps(set.includes(character))) kept += character
    return kept
  }
}

/** Position from 1 of an offset in code units. */
export function position(given: string, offset: number): number {
  return length(given.slice(0, offset)) + 1
}

/** The n-th occurrence, from the end if n is negative; 0 if there is none (K7). */
function index(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const wanted = text(args, 1, context)
  const occurrence = numberOr(args, 2, context, 1)
  if (given === null || wanted === null || occurrence === null) return null
  const offset = occurrenceOf(given, wanted, Math.trunc(occurrence))
  return offset < 0 ? 0 : position(given, offset)
}

function occurrenceOf(given: string, wanted: string, occurrence: number): number {
  if (wanted === '' || occurrence === 0) return -1
  let at = occurrence > 0 ? given.indexOf(wanted) : given.lastIndexOf(wanted)
  for (let left = Math.abs(occurrence) - 1; left > 0 && at >= 0; left--) {
    if (occurrence > 0) at = given.indexOf(wanted, at + 1)
    else at = at === 0 ? -1 : given.lastIndexOf(wanted, at - 1)
  }
  return at
}

function findOneOf(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const set = text(args, 1, context)
  const occurrence = numberOr(args, 2, context, 1)
  if (given === null || set === null || occurrence === null) return null
  const characters = [...given]
  const positions = characters.flatMap((character, position) =>
    set.includes(character) ? [position + 1] : [],
  )
  const wanted = Math.trunc(occurrence)
  return (wanted > 0 ? positions[wanted - 1] : positions.at(wanted)) ?? 0
}

function subStringCount(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const wanted = text(args, 1, context)
  if (given === null || wanted === null) return null
  return wanted === '' ? 0 : given.split(wanted).length - 1
}

/** NULL if there is no n-th pair of the two marks (K8). */
function textBetween(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const before = text(args, 1, context)
  const after = text(args, 2, context)
  const occurrence = numberOr(args, 3, context, 1)
  if (given === null || before === null || after === null || occurrence === null) return null
  let from = 0
  for (let left = Math.trunc(occurrence); left > 0; left--) {
    const found = given.indexOf(before, from)
    // An empty mark is found only at the start: searching on would never end.
    if (found < 0 || (before === '' && left > 1)) return null
    from = found + before.length
  }
  const to = given.indexOf(after, from)
  return occurrence < 1 || to < 0 ? null : given.slice(from, to)
}

/**
 * The n-th part, from the right when n is negative; NULL beyond the parts (K6, B16). Without a number, and
 * outside of a LOAD's fields, the first part.
 */
function subField(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const separator = text(args, 1, context)
  const wanted = numberOr(args, 2, context, 1)
  if (given === null || separator === null || wanted === null) return null
  const parts = splitText(given, separator)
  const position = Math.trunc(wanted)
  return (position > 0 ? parts[position - 1] : position < 0 ? parts.at(position) : undefined) ?? null
}

/** All parts (J17); an empty text has none. */
function subFields(args: Arguments, context: EvaluationContext): readonly Value[] {
  return splitText(text(args, 0, context) ?? '', text(args, 1, context) ?? '')
}

function applyCodepage(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const codePage = number(args, 1, context)
  if (given === null || codePage === null) return null
  return context.system.recode(given, Math.trunc(codePage)) ?? null
}

function levenshteinDist(args: Arguments, context: EvaluationContext): Value {
  const first = text(args, 0, context)
  const second = text(args, 1, context)
  return first === null || second === null ? null : editDistance(first, second)
}
