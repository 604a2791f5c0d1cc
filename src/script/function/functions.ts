/**
 * All functions of the language by name: what exists, with how many arguments, and the evaluators of those
 * that depend on their argument values alone. Parsers and planners ask here; nothing is evaluated here.
 */
import { faults, type ScriptFaultError } from '../fault.ts'
import { nearestName } from '../value/nearest-name.ts'
import { CLOCK_FUNCTIONS } from './clock-functions.ts'
import { COLOUR_FUNCTIONS } from './colour-functions.ts'
import { CONDITIONAL_FUNCTIONS } from './conditional-functions.ts'
import { DATE_FUNCTIONS } from './date-functions.ts'
import { FINANCIAL_FUNCTIONS } from './financial-functions.ts'
import { FORMAT_FUNCTIONS } from './format-functions.ts'
import { JSON_FUNCTIONS } from './json-functions.ts'
import { LANGUAGE_FUNCTIONS } from './language-functions.ts'
import { NUMBER_FUNCTIONS } from './number-functions.ts'
import { PATTERN_FUNCTIONS } from './pattern-functions.ts'
import { PERIOD_FUNCTIONS } from './period-functions.ts'
import { PROBABILITY_FUNCTIONS } from './probability-functions.ts'
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

export const SCALAR_FUNCTIONS: readonly ScalarFunction[] = [
  ...TEXT_FUNCTIONS,
  ...PATTERN_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...RANGE_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...PERIOD_FUNCTIONS,
  ...WORK_DAY_FUNCTIONS,
  ...CLOCK_FUNCTIONS,
  ...FORMAT_FUNCTIONS,
  ...CONDITIONAL_FUNCTIONS,
  ...FINANCIAL_FUNCTIONS,
  ...PROBABILITY_FUNCTIONS,
  ...COLOUR_FUNCTIONS,
  ...SYSTEM_FUNCTIONS,
]

const SCALARS: ReadonlyMap<string, ScalarFunction> = new Map(
  SCALAR_FUNCTIONS.map((row) => [row.name.toLowerCase(), row]),
)

const SIGNATURES: ReadonlyMap<string, FunctionSignature> = new Map(
  Object.values(LANGUAGE_FUNCTIONS).flatMap((rows) =>
    rows.map(([name, min, max, , kind]): [string, FunctionSignature] => [
      name.toLowerCase(),
      { name, kind: kind ?? 'scalar', min, max },
    ]),
  ),
)

/** Names of the aggregations, lower case. */
export const AGGREGATIONS: ReadonlySet<string> = new Set(
  [...SIGNATURES].flatMap(([name, { kind }]) => (kind === 'aggregation' ? [name] : [])),
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
 * What is wrong with a call, whatever its arguments are (SEMANTICS Q5): a syntax fault that names the
 * function, and the one that was probably meant, or a semantic fault for a function that this engine does not
 * have. Undefined: nothing.
 *
 * @param name lower case
 * @returns gives the fault, with the place of the call behind its text if there is one
 */
export function callFault(name: string, count: number): ((place?: string) => ScriptFaultError) | undefined {
  const signature = SIGNATURES.get(name)
  const told = (raise: (message: string) => ScriptFaultError, message: string) => (place?: string) =>
    raise(place === undefined ? message : `${message} (${place})`)
  if (signature === undefined) return told(faults.syntax, unknownFunction(name))
  if (signature.kind === 'scalar' && !SCALARS.has(name)) {
    return told(faults.semantic, `The function ${signature.name}() is not supported`)
  }
  const { min, max } = signature
  if (count >= min && count <= max) return undefined
  const wanted =
    min === max ? `${min}` : max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`
  return told(faults.syntax, `${signature.name}() takes ${wanted} argument(s), got ${count}`)
}

/**
 * Checks name and argument count of a call that no parser has seen.
 * @throws ScriptFaultError as `callFault` gives it
 */
export function checkCall(name: string, count: number): FunctionSignature {
  const fault = callFault(name, count)
  if (fault !== undefined) throw fault()
  return SIGNATURES.get(name)!
}

function unknownFunction(name: string): string {
  const near = nearestName(
    name,
    [...SIGNATURES.values()].map((signature) => signature.name),
  )
  return `Unknown function: ${name}()${near === undefined ? '' : `, did you mean ${near}()?`}`
}
