/**
 * Room `script/function`: every function of the language, one row each with all its implementations. A new
 * function is a row in the file of its topic and its vectors; SQL stays in `engine/sql`.
 *
 * Finds the functions of the language by name, and the fault of a call. Evaluates nothing.
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import { nearestName } from '../value/nearest-name.ts'
import { ABSENT_FUNCTIONS } from './absent-functions.ts'
import { CLOCK_FUNCTIONS } from './clock-functions.ts'
import { COLOUR_FUNCTIONS } from './colour-functions.ts'
import { CONDITIONAL_FUNCTIONS } from './conditional-functions.ts'
import { DATE_FUNCTIONS } from './date-functions.ts'
import { FIELD_FUNCTIONS } from './field-functions.ts'
import { FILE_FUNCTIONS } from './file-functions.ts'
import { FINANCIAL_FUNCTIONS } from './financial-functions.ts'
import { FORMAT_FUNCTIONS } from './format-functions.ts'
import { GROUP_AGGREGATIONS } from './group-aggregations.ts'
import { HYPOTHESIS_AGGREGATIONS } from './hypothesis-aggregations.ts'
import { JSON_FUNCTIONS } from './json-functions.ts'
import { LAZY_FUNCTIONS } from './lazy-functions.ts'
import { MAP_FUNCTIONS } from './map-functions.ts'
import { MODEL_FUNCTIONS } from './model-functions.ts'
import { NUMBER_FUNCTIONS } from './number-functions.ts'
import { PATTERN_FUNCTIONS } from './pattern-functions.ts'
import { PERIOD_FUNCTIONS } from './period-functions.ts'
import { PROBABILITY_FUNCTIONS } from './probability-functions.ts'
import { QVD_FUNCTIONS } from './qvd-functions.ts'
import { RANGE_FUNCTIONS } from './range-functions.ts'
import { RECORD_FUNCTIONS } from './record-functions.ts'
import {
  FUNCTION_GROUPS,
  type FunctionGroup,
  type FunctionGroups,
  type FunctionRow,
} from './site/function-row.ts'
import { STATISTICAL_AGGREGATIONS } from './statistical-aggregations.ts'
import { SYSTEM_FUNCTIONS } from './system-functions.ts'
import { TEXT_FUNCTIONS } from './text-functions.ts'
import { WORK_DAY_FUNCTIONS } from './work-day-functions.ts'

const TOPICS: readonly FunctionGroups[] = [
  ABSENT_FUNCTIONS,
  MODEL_FUNCTIONS,
  CLOCK_FUNCTIONS,
  COLOUR_FUNCTIONS,
  CONDITIONAL_FUNCTIONS,
  DATE_FUNCTIONS,
  FIELD_FUNCTIONS,
  FILE_FUNCTIONS,
  FINANCIAL_FUNCTIONS,
  FORMAT_FUNCTIONS,
  GROUP_AGGREGATIONS,
  HYPOTHESIS_AGGREGATIONS,
  JSON_FUNCTIONS,
  LAZY_FUNCTIONS,
  MAP_FUNCTIONS,
  NUMBER_FUNCTIONS,
  PATTERN_FUNCTIONS,
  PERIOD_FUNCTIONS,
  PROBABILITY_FUNCTIONS,
  QVD_FUNCTIONS,
  RANGE_FUNCTIONS,
  RECORD_FUNCTIONS,
  STATISTICAL_AGGREGATIONS,
  SYSTEM_FUNCTIONS,
  TEXT_FUNCTIONS,
  WORK_DAY_FUNCTIONS,
]

/** All functions of the language, here or not, in the groups of its documentation. */
export const FUNCTIONS_BY_GROUP: readonly (readonly [FunctionGroup, readonly FunctionRow[]])[] =
  FUNCTION_GROUPS.map((group) => [group, TOPICS.flatMap((topic) => topic[group] ?? [])])

export const FUNCTIONS: readonly FunctionRow[] = FUNCTIONS_BY_GROUP.flatMap(([, rows]) => rows)

const BY_NAME: ReadonlyMap<string, FunctionRow> = new Map(
  FUNCTIONS.map((row) => [row.name.toLowerCase(), row]),
)

/** @param name lower case, as in a call node */
export function functionRow(name: string): FunctionRow | undefined {
  return BY_NAME.get(name)
}

export function isAggregation(row: FunctionRow | undefined): boolean {
  return row?.list !== undefined || row?.fold !== undefined
}

/** Whether this engine has the function. */
export function isComputed({ scalar, lazy, context, load, list, fold }: FunctionRow): boolean {
  return (scalar ?? lazy ?? context ?? load ?? list ?? fold) !== undefined
}

/**
 * The fault of a call, regardless of the values of its arguments (SEMANTICS Q5): a syntax fault that names
 * the function and the one that was probably meant, or a semantic fault for a function that this engine does
 * not have. Returns undefined for a valid call.
 *
 * @param name lower case
 */
export function callFault(name: string, count: number): ScriptFaultError | undefined {
  const row = BY_NAME.get(name)
  if (row === undefined) return faults.syntax(unknownFunction(name))
  if (!isComputed(row)) return faults.notSupported(`The function ${row.name}() is not supported`)
  const { min, max } = row
  if (count >= min && count <= max) return undefined
  const wanted =
    min === max ? `${min}` : max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`
  return faults.syntax(`${row.name}() takes ${wanted} argument(s), got ${count}`)
}

/**
 * Checks name and argument count of a call that no parser has seen.
 * @throws ScriptFaultError as `callFault` gives it
 */
export function checkCall(name: string, count: number): FunctionRow {
  const fault = callFault(name, count)
  if (fault !== undefined) throw fault
  return BY_NAME.get(name)!
}

function unknownFunction(name: string): string {
  const near = nearestName(
    name,
    FUNCTIONS.map((row) => row.name),
  )
  return `Unknown function: ${name}()${near === undefined ? '' : `, did you mean ${near}()?`}`
}
