/**
 * Formatting (`Date`, `Num` ...: the number stays, the text changes; NULL without a number, L6) and
 * interpretation (`Date#`, `Num#` ...: the text stays, the number is read from it; a text that does not
 * fit gets no number, L4).
 */

import { isInCalendar } from '../value/calendar.ts'
import { type Formats, formatsOf } from '../value/formats.ts'
import { readIsoTimestamp } from '../value/iso-timestamp.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, text } from './argument.ts'
import { formatted } from './formatted-value.ts'
import { asMoment, asMoney, asNumber } from './shown-by.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'

/** The largest number of days that milliseconds count exactly. */
const INTERVAL_DAYS_MAX = 100_000_000

interface Mask {
  readonly format: (number: number) => string
  readonly parse: (text: string) => number
}

type MaskOf = (args: Arguments, context: EvaluationContext) => Mask

const date = calendarMask('date', (settings) => settings.dateFormat)
const time = calendarMask('date', (settings) => settings.timeFormat)
const timestamp = calendarMask('date', (settings) => settings.timestampFormat)
const interval = calendarMask('interval', (settings) => settings.timeFormat)
const money = separatedMask((settings) => ({
  format: settings.moneyFormat,
  decimalSep: settings.moneyDecimalSep,
  thousandSep: settings.moneyThousandSep,
}))
const plain = separatedMask(({ decimalSep, thousandSep }) => ({ format: '', decimalSep, thousandSep }))

export const FORMAT_FUNCTIONS: FunctionGroups = {
  'Interpretation and format': [
    {
      name: 'Date',
      min: 1,
      max: 2,
      seen: 380,
      shows: asMoment('DATE', ({ dateFormat }) => dateFormat),
      scalar: formatting(date, isInCalendar),
    },
    {
      name: 'Time',
      min: 1,
      max: 2,
      seen: 28,
      shows: asMoment('TIME', ({ timeFormat }) => timeFormat),
      scalar: formatting(time, isInCalendar),
    },
    {
      name: 'Timestamp',
      min: 1,
      max: 2,
      seen: 201,
      shows: asMoment('TIMESTAMP', ({ timestampFormat }) => timestampFormat),
      scalar: formatting(timestamp, isInCalendar),
    },
    {
      name: 'Interval',
      min: 1,
      max: 2,
      seen: 38,
      shows: asMoment('INTERVAL', ({ timeFormat }) => timeFormat),
      scalar: formatting(interval, (days) => Math.abs(days) < INTERVAL_DAYS_MAX),
    },
    { name: 'Money', min: 1, max: 4, seen: 0, shows: asMoney, scalar: formatting(money, () => true) },
    { name: 'Num', min: 1, max: 4, seen: 486, shows: asNumber, scalar: num },
    { name: 'Date#', min: 1, max: 2, seen: 46, scalar: interpreting(date) },
    { name: 'Time#', min: 1, max: 2, seen: 7, scalar: interpreting(time) },
    { name: 'Timestamp#', min: 1, max: 2, seen: 88, scalar: interpreting(timestamp, readIsoTimestamp) },
    { name: 'Interval#', min: 1, max: 2, seen: 18, scalar: interpreting(interval) },
    { name: 'Money#', min: 1, max: 4, seen: 2, scalar: interpreting(money) },
    { name: 'Num#', min: 1, max: 4, seen: 24, scalar: interpreting(plain) },
    { name: 'Text', min: 1, max: 1, seen: 80, gives: [], scalar: (args, context) => text(args, 0, context) },
    { name: 'Dual', min: 2, max: 2, seen: 229, scalar: dual },
  ],
}

/** @param has whether a number can be shown in this kind of format; otherwise the result is NULL */
function formatting(maskOf: MaskOf, has: (given: number) => boolean): Scalar {
  return (args, context) => {
    const given = number(args, 0, context)
    return given !== null && has(given) ? formatted(given, maskOf(args, context)) : null
  }
}

/** Without a format the number gets its default text back (A10). */
function num(args: Arguments, context: EvaluationContext): Value {
  const given = number(args, 0, context)
  if (given === null || args.length === 1) return given
  return formatted(given, plain(args, context))
}

function interpreting(maskOf: MaskOf, otherwise: (text: string) => number = () => Number.NaN): Scalar {
  return (args, context) => {
    const given = text(args, 0, context)
    if (given === null) return null
    const read = given.trim()
    const fitting = maskOf(args, context).parse(read)
    const found = Number.isNaN(fitting) ? otherwise(read) : fitting
    return Number.isNaN(found) ? given : { text: given, number: found }
  }
}

/** The format argument, or the settings' own when it is absent, NULL or empty. */
function calendarMask(kind: 'date' | 'interval', formatOf: (settings: Settings) => string): MaskOf {
  return (args, context) => {
    const format = text(args, 1, context) || formatOf(context.settings)
    return formatsOf(context.settings)[kind](format)
  }
}

/** The third and fourth argument replace the settings' separators (L25). */
function separatedMask(
  defaultsOf: (settings: Settings) => { format: string; decimalSep: string; thousandSep: string },
): MaskOf {
  return (args, context) => {
    const defaults = defaultsOf(context.settings)
    const formats: Formats = formatsOf(context.settings)
    return formats.number(
      text(args, 1, context) ?? defaults.format,
      text(args, 2, context) ?? defaults.decimalSep,
      text(args, 3, context) ?? defaults.thousandSep,
    )
  }
}

/** Without a number it is the text alone, without a text the number alone (A1). */
function dual(args: Arguments, context: EvaluationContext): Value {
  const shown = text(args, 0, context)
  const given = number(args, 1, context)
  if (shown === null || given === null) return shown ?? given
  return { text: shown, number: given }
}
