/**
 * Reading the arguments of a function: what every table in functions/ needs. An absent argument is undefined,
 * never NULL.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
import { isInCalendar } from '../value/calendar.ts'
import { numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import type { ScalarFunction } from './scalar-function.ts'

export type Arguments = readonly Value[]

/** Null when NULL or absent. */
export function text(args: Arguments, index: number, context: EvaluationContext): string | null {
  const value = args[index]
  return typeof value === 'string' ? value : value === undefined ? null : textOf(value, context.settings)
}

/** Null when NULL, absent or no number. */
export function number(args: Arguments, index: number, context: EvaluationContext): number | null {
  const value = args[index]
  return typeof value === 'number' ? value : value === undefined ? null : numberOf(value, context.settings)
}

/** The number of an optional argument; null when it is given and is none. */
export function numberOr(
  args: Arguments,
  index: number,
  context: EvaluationContext,
  otherwise: number,
): number | null {
  return args[index] === undefined ? otherwise : number(args, index, context)
}

/** The serial number of a date or time; null also for a number beyond the calendar. */
export function moment(args: Arguments, index: number, context: EvaluationContext): number | null {
  const given = number(args, index, context)
  return given !== null && isInCalendar(given) ? given : null
}

/** A function of one number; NULL stays NULL, and so does what is outside its domain (B6). */
export function ofNumber(name: string, apply: (number: number) => number): ScalarFunction {
  return {
    name,
    min: 1,
    max: 1,
    evaluate: (args, context) => {
      const given = number(args, 0, context)
      if (given === null) return null
      const result = apply(given)
      return Number.isFinite(result) ? result : null
    },
  }
}

/** A function of two numbers; outside its domain it is NULL (B6). */
export function ofNumbers(name: string, apply: (first: number, second: number) => number): ScalarFunction {
  return {
    name,
    min: 2,
    max: 2,
    evaluate: (args, context) => {
      const first = number(args, 0, context)
      const second = number(args, 1, context)
      if (first === null || second === null) return null
      const result = apply(first, second)
      return Number.isFinite(result) ? result : null
    },
  }
}

/** A function of one text; NULL stays NULL. */
export function ofText(name: string, apply: (text: string) => Value): ScalarFunction {
  return {
    name,
    min: 1,
    max: 1,
    evaluate: (args, context) => {
      const given = text(args, 0, context)
      return given === null ? null : apply(given)
    },
  }
}
