/**
 * All functions of the language by name: what exists, with how many arguments, and the evaluators of those
 * that depend on their argument values alone. Parsers and planners ask here; nothing is evaluated here.
 */
import { faults } from '../fault.ts'
import { CLOCK_FUNCTIONS } from './clock-functions.ts'
import { CONDITIONAL_FUNCTIONS } from './conditional-functions.ts'
import { DATE_FUNCTIONS } from './date-functions.ts'
import { FORMAT_FUNCTIONS } from './format-functions.ts'
import {
  AGGREGATION_FUNCTIONS,
  CONTEXT_FUNCTIONS,
  type Counted,
  LAZY_FUNCTIONS,
  UNSUPPORTED_FUNCTIONS,
} from './function-counts.ts'
import { NUMBER_FUNCTIONS } from './number-functions.ts'
import { PERIOD_FUNCTIONS } from './period-functions.ts'
import { RANGE_FUNCTIONS } from './range-functions.ts'
import type { ScalarFunction } from './scalar-function.ts'
import { SYSTEM_FUNCTIONS } from './system-functions.ts'
import { TEXT_FUNCTIONS } from './text-functions.ts'
import { WORK_DAY_FUNCTIONS } from './work-day-functions.ts'

export interface FunctionSignature {
  /** As documented. */
  readonly name: string
  readonly kind: 'scalar' | 'lazy' | 'context' | 'aggregation'
  readonly min: number
  /** Infinity: any number. */
  readonly max: number
}

/** The scalar functions by subject. */
export const SCALAR_GROUPS: Readonly<Record<string, readonly ScalarFunction[]>> = {
  Text: TEXT_FUNCTIONS,
  Number: NUMBER_FUNCTIONS,
  Range: RANGE_FUNCTIONS,
  'Date and time': DATE_FUNCTIONS,
  Period: PERIOD_FUNCTIONS,
  'Work days': WORK_DAY_FUNCTIONS,
  Clock: CLOCK_FUNCTIONS,
  'Interpretation and format': FORMAT_FUNCTIONS,
  Conditional: CONDITIONAL_FUNCTIONS,
  System: SYSTEM_FUNCTIONS,
}

const SCALARS: ReadonlyMap<string, ScalarFunction> = new Map(
  Object.values(SCALAR_GROUPS)
    .flat()
    .map((row) => [row.name.toLowerCase(), row]),
)

const counted = (kind: FunctionSignature['kind'], rows: readonly Counted[]) =>
  rows.map(([name, min, max]): FunctionSignature => ({ name, kind, min, max }))

const SIGNATURES: ReadonlyMap<string, FunctionSignature> = new Map(
  [
    ...[...SCALARS.values()].map(
      ({ name, min, max }): FunctionSignature => ({ name, kind: 'scalar', min, max }),
    ),
    ...counted('lazy', LAZY_FUNCTIONS),
    ...counted('context', CONTEXT_FUNCTIONS),
    ...counted('aggregation', AGGREGATION_FUNCTIONS),
  ].map((signature) => [signature.name.toLowerCase(), signature]),
)

const UNSUPPORTED: ReadonlyMap<string, string> = new Map(
  UNSUPPORTED_FUNCTIONS.map((name) => [name.toLowerCase(), name]),
)

/** Names of the aggregations, lower case. */
export const AGGREGATIONS: ReadonlySet<string> = new Set(
  AGGREGATION_FUNCTIONS.map(([name]) => name.toLowerCase()),
)

/** @param name lower case, as in a call node */
export function functionSignature(name: string): FunctionSignature | undefined {
  return SIGNATURES.get(name)
}

/** @param name lower case, as in a call node */
export function scalarFunction(name: string): ScalarFunction | undefined {
  return SCALARS.get(name)
}

/**
 * Checks name and argument count before anything runs (SEMANTICS Q5).
 * @throws ScriptFaultError syntax, naming the function; semantic for one that this engine does not have
 */
export function checkCall(name: string, count: number): FunctionSignature {
  const signature = SIGNATURES.get(name)
  if (signature === undefined) {
    const known = UNSUPPORTED.get(name)
    throw known === undefined
      ? faults.syntax(`Unknown function: ${name}()`)
      : faults.semantic(`The function ${known}() is not supported`)
  }
  const { min, max } = signature
  if (count < min || count > max) {
    const wanted =
      min === max ? `${min}` : max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`
    throw faults.syntax(`${signature.name}() takes ${wanted} argument(s), got ${count}`)
  }
  return signature
}
