/** Times of the run, of its clock and of other time zones (SEMANTICS L21, K22). */

import { dayOf } from '../value/calendar.ts'
import { formatsOf } from '../value/formats.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, moment, numberOr, text } from './argument.ts'
import { asDate, asTime, asTimestamp } from './formatted-value.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups } from './site/function-row.ts'

export const CLOCK_FUNCTIONS: FunctionGroups = {
  'Date and time': [
    { name: 'Today', min: 0, max: 1, seen: 189, scalar: today },
    { name: 'Now', min: 0, max: 1, seen: 140, changing: true, scalar: now },
    { name: 'UTC', min: 0, max: 1, seen: 4, changing: true, scalar: utc },
    { name: 'GMT', min: 0, max: 1, seen: 2, changing: true, scalar: utc },
    { name: 'LocalTime', min: 0, max: 2, seen: 0, changing: true, scalar: localTime },
    { name: 'TimeZone', min: 0, max: 0, seen: 0, scalar: (_, { clock }) => clock.zone },
    { name: 'DaylightSaving', min: 0, max: 0, seen: 0, changing: true, scalar: daylightSaving },
    { name: 'ElapsedSeconds', min: 0, max: 0, seen: 0, changing: true, scalar: elapsedSeconds },
    { name: 'ConvertToLocalTime', min: 1, max: 3, seen: 10, scalar: convertToLocalTime },
  ],
  System: [
    { name: 'ReloadTime', min: 0, max: 0, seen: 1, scalar: (_, context) => lastReload(context, asTimestamp) },
  ],
}

/** 0: the day of the last finished reload; 1 and 2: the day of this one. */
function today(args: Arguments, context: EvaluationContext): Value {
  const mode = numberOr(args, 0, context, 1)
  if (mode === 0) return lastReload(context, (serial) => asDate(dayOf(serial), context))
  return asDate(dayOf(context.clock.reloadStart), context)
}

/** 0: the last finished reload; 1: the moment of the call; 2: the start of this reload. */
function now(args: Arguments, context: EvaluationContext): Value {
  const mode = numberOr(args, 0, context, 1)
  if (mode === 0) return lastReload(context, asTimestamp)
  return asTimestamp(mode === 2 ? context.clock.reloadStart : context.clock.now(), context)
}

function lastReload(
  context: EvaluationContext,
  show: (serial: number, context: EvaluationContext) => Value,
): Value {
  const { lastReload } = context.clock
  return lastReload === undefined ? null : show(lastReload, context)
}

function utc(_: Arguments, context: EvaluationContext): Value {
  return asTimestamp(context.clock.utc(), context)
}

/** How far the clock is ahead of standard time, as an interval. */
function daylightSaving(_: Arguments, context: EvaluationContext): Value {
  const offset = formatsOf(context.settings).zone(context.clock.zone)
  const at = context.clock.utc()
  const minutes = offset === undefined ? 0 : offset(at, false) - offset(at, true)
  return asTime(minutes / 1440, context)
}

/** Since the start of the run. */
function elapsedSeconds(_: Arguments, { clock }: EvaluationContext): Value {
  return Math.round((clock.now() - clock.reloadStart) * 86_400_000) / 1000
}

/** LocalTime([place [, without daylight saving]]) */
function localTime(args: Arguments, context: EvaluationContext): Value {
  if (args.length === 0) return asTimestamp(context.clock.now(), context)
  return converted(context.clock.utc(), args, 0, context)
}

/** ConvertToLocalTime(UTC timestamp [, place [, without daylight saving]]) */
function convertToLocalTime(args: Arguments, context: EvaluationContext): Value {
  const at = moment(args, 0, context)
  if (at === null) return null
  if (args.length === 1) {
    return asTimestamp(at + context.clock.now() - context.clock.utc(), context)
  }
  return converted(at, args, 1, context)
}

/** Returns NULL for an unknown place. */
function converted(at: number, args: Arguments, from: number, context: EvaluationContext): Value {
  const place = text(args, from, context)
  const withoutSaving = numberOr(args, from + 1, context, 0)
  if (place === null) return null
  const offset = formatsOf(context.settings).zone(place)
  const minutes = offset?.(at, withoutSaving !== null && withoutSaving !== 0)
  return minutes === undefined ? null : asTimestamp(at + minutes / 1440, context)
}
