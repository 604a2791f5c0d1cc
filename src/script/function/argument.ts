/** Reads the arguments of a function. An absent argument is undefined, never NULL. */

import { isInCalendar } from '../value/calendar.ts'
import { finiteOrNull, numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { Scalar } from './site/function-row.ts'

export type Arguments = readonly Value[]

/** Returns null if NULL or absent. */
export function text(args: Arguments, index: number, context: EvaluationContext): string | null {
  const value = args[index]
  return typeof value === 'string' ? value : value === undefined ? null : textOf(value, context.settings)
}

/** Returns null if NULL, absent or not a number. */
export function number(args: Arguments, index: number, context: EvaluationContext): number | null {
  const value = args[index]
  return typeof value === 'number' ? value : value === undefined ? null : numberOf(value, context.settings)
}

/** The number of an optional argument; null if it is given and not a number. */
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

/** A function of one number; NULL for NULL and outside its domain (B6). */
export function ofNumber(apply: (number: number) => number): Scalar {
  return (args, context) => {
    const given = number(args, 0, context)
    return given === null ? null : finiteOrNull(apply(given))
  }
}

/** A function of two numbers; NULL outside its domain (B6). */
export function ofNumbers(apply: (first: number, second: number) => number): Scalar {
  return (args, context) => {
    const first = number(args, 0, context)
    const second = number(args, 1, context)
    return first === null || second === null ? null : finiteOrNull(apply(first, second))
  }
}

/** A function of one text; NULL for NULL. */
export function ofText(apply: (text: string) => Value): Scalar {
  return (args, context) => {
    const given = text(args, 0, context)
    return given === null ? null : apply(given)
  }
}
