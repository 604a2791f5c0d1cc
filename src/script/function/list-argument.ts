/**
 * Reads the arguments of an aggregation over all values of a group: each is the list of its values, one for
 * each row of the group in load order. Values that are not numbers do not count.
 */
import type { Pair } from '../statistics/regression.ts'
import { finiteOrNull, numberOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import type { ListAggregation } from './site/function-row.ts'

export type Lists = readonly (readonly Value[])[]

export function numbersOf(values: readonly Value[], settings: Settings): number[] {
  return values.map((value) => numberOf(value, settings)).filter((number) => number !== null)
}

/** The first number of an argument that is meant to be the same for all rows; undefined without one. */
export function optionalNumber(values: readonly Value[] | undefined, settings: Settings): number | undefined {
  return values && numbersOf(values, settings)[0]
}

/** The same; NaN without one. */
export function constantNumber(values: readonly Value[] | undefined, settings: Settings): number {
  return optionalNumber(values, settings) ?? Number.NaN
}

/** The rows where the first two arguments are numbers. */
export function pairs([first, second]: Lists, settings: Settings): Pair[] {
  return first!.flatMap((value, row): Pair[] => {
    const [x, y] = [numberOf(value, settings), numberOf(second![row] ?? null, settings)]
    return x === null || y === null ? [] : [[x, y]]
  })
}

/** Of one list of numbers, and a constant if the function has one. */
export function ofNumbers(
  measure: (numbers: readonly number[], constant: number) => number,
): ListAggregation {
  return ([values, constant], settings) =>
    finiteOrNull(measure(numbersOf(values!, settings), constantNumber(constant, settings)))
}
