/**
 * Tests and choices over values: Match and similar functions, Class, the kind tests, NULL and truth
 * (SEMANTICS A12, A14, C6 to C8).
 */

import { numberOf, relation, textOf, truth } from '../value/convert.ts'
import { numberText } from '../value/number-text.ts'
import { FALSE, TRUE, type Value } from '../value/value.ts'
import { matchesWildcard } from '../value/wildcard.ts'
import { type Arguments, number, text } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups } from './site/function-row.ts'

export const CONDITIONAL_FUNCTIONS: FunctionGroups = {
  Null: [{ name: 'IsNull', min: 1, max: 1, seen: 433, scalar: ([value]) => truth(value === null) }],
  Logical: [
    {
      name: 'IsNum',
      min: 1,
      max: 1,
      seen: 3,
      scalar: ([value = null], { settings }) => truth(numberOf(value, settings) !== null),
    },
    {
      name: 'IsText',
      min: 1,
      max: 1,
      seen: 0,
      scalar: ([value = null], { settings }) => truth(value !== null && numberOf(value, settings) === null),
    },
  ],
  Constants: [
    { name: 'Null', min: 0, max: 0, seen: 365, scalar: () => null },
    { name: 'True', min: 0, max: 0, seen: 11, scalar: () => TRUE_VALUE },
    { name: 'False', min: 0, max: 0, seen: 3, scalar: () => FALSE_VALUE },
  ],
  Conditional: [
    {
      name: 'EmptyIsNull',
      min: 1,
      max: 1,
      seen: 0,
      gives: [0],
      scalar: ([value = null]) => (value === '' ? null : value),
    },
    { name: 'Match', min: 2, max: ANY, seen: 36, scalar: match },
    { name: 'FastMatch', min: 2, max: ANY, seen: 0, scalar: match },
    { name: 'MixMatch', min: 2, max: ANY, seen: 4, scalar: mixMatch },
    { name: 'WildMatch', min: 2, max: ANY, seen: 76, scalar: wildMatch },
    { name: 'Class', min: 2, max: 4, seen: 3, scalar: classOf },
  ],
}

const TRUE_VALUE: Value = { text: 'true', number: TRUE }
const FALSE_VALUE: Value = { text: 'false', number: FALSE }

/** Equal as with `=`: numbers by value, texts case-sensitively (C6, C8). NULL equals nothing. */
function match(args: Arguments, context: EvaluationContext): Value {
  const given = args[0] ?? null
  if (given === null) return 0
  for (let position = 1; position < args.length; position++) {
    const candidate = args[position] ?? null
    if (candidate !== null && relation(given, candidate, context.settings) === 0) return position
  }
  return 0
}

function mixMatch(args: Arguments, context: EvaluationContext): Value {
  const found = match(args, context)
  if (found !== 0) return found
  return textMatch(args, context, (candidate, given) => candidate === given)
}

function wildMatch(args: Arguments, context: EvaluationContext): Value {
  return textMatch(args, context, matchesWildcard)
}

function textMatch(
  args: Arguments,
  context: EvaluationContext,
  test: (candidate: string, given: string) => boolean,
): Value {
  const given = text(args, 0, context)?.toLowerCase()
  if (given === undefined) return 0
  for (let position = 1; position < args.length; position++) {
    const candidate = textOf(args[position] ?? null, context.settings)
    if (candidate !== null && test(candidate.toLowerCase(), given)) return position
  }
  return 0
}

/** The bin of a number: its bounds as text, the lower one as number (A14). */
function classOf(args: Arguments, context: EvaluationContext): Value {
  const given = number(args, 0, context)
  const width = number(args, 1, context)
  const label = args.length > 2 ? (text(args, 2, context) ?? '') : 'x'
  const offset = args.length > 3 ? number(args, 3, context) : 0
  if (given === null || width === null || offset === null || width <= 0) return null
  const lower = Math.floor((given - offset) / width) * width + offset
  if (!Number.isFinite(lower)) return null
  const { decimalSep } = context.settings
  const bounds = [lower, lower + width].map((bound) => numberText(bound, decimalSep))
  return { text: `${bounds[0]}<=${label}<${bounds[1]}`, number: lower }
}
