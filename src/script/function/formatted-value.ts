/**
 * A calculated date, time or timestamp with the text of the settings' format (SEMANTICS L2, L12). NULL for a
 * number beyond the calendar.
 */

import { isInCalendar } from '../value/calendar.ts'
import type { DateMask } from '../value/date-format.ts'
import { formatsOf } from '../value/formats.ts'
import type { Value } from '../value/value.ts'
import type { EvaluationContext } from './site/binding.ts'

export function asDate(serial: number, { settings }: EvaluationContext): Value {
  return dated(serial, formatsOf(settings).date(settings.dateFormat))
}

export function asTime(serial: number, { settings }: EvaluationContext): Value {
  return dated(serial, formatsOf(settings).date(settings.timeFormat))
}

export function asTimestamp(serial: number, { settings }: EvaluationContext): Value {
  return dated(serial, formatsOf(settings).date(settings.timestampFormat))
}

function dated(serial: number, mask: DateMask): Value {
  return isInCalendar(serial) ? formatted(serial, mask) : null
}

export function formatted(number: number, mask: { format: (number: number) => string }): Value {
  return { text: mask.format(number), number }
}
