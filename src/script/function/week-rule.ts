/**
 * The week rule of a call: first week day, broken weeks and reference day from its arguments, else from the
 * settings.
 */

import { referenceDayOf, type WeekRule } from '../value/calendar.ts'
import { type Arguments, numberOr } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'

/**
 * @param from index of the first of the three arguments
 * @returns null if one is given and is not a number
 */
export function weekRule(args: Arguments, from: number, context: EvaluationContext): WeekRule | null {
  const { settings } = context
  if (args.length <= from) return settings
  const firstWeekDay = numberOr(args, from, context, settings.firstWeekDay)
  const broken = numberOr(args, from + 1, context, settings.brokenWeeks ? 1 : 0)
  const referenceDay = numberOr(args, from + 2, context, settings.referenceDay)
  if (firstWeekDay === null || broken === null || referenceDay === null) return null
  return {
    firstWeekDay: ((Math.trunc(firstWeekDay) % 7) + 7) % 7,
    brokenWeeks: broken !== 0,
    referenceDay: referenceDayOf(referenceDay),
  }
}
