/**
 * Runs the vectors of all functions and tells by them which functions are here: one that has an
 * implementation, enough vectors, and what every one of them expects. The vector tests, the coverage and the
 * pages of the language all ask this file.
 */

import { FUNCTIONS, isComputed } from '../../../src/script/function/functions.ts'
import type { FunctionRow } from '../../../src/script/function/site/function-row.ts'
import { evaluated, type Surroundings, shown } from '../../support/evaluated.ts'
import { withScript } from '../../support/script-under-test.ts'
import { AGGREGATION_DATA, type AggregationData } from './aggregation-vectors.ts'
import { CONDITION_VECTORS } from './condition-vectors.ts'
import { CONTEXT_VECTORS, type ContextVector } from './context-vectors.ts'
import { DATE_VECTORS } from './date-vectors.ts'
import { FINANCE_VECTORS } from './finance-vectors.ts'
import { FORMAT_VECTORS } from './format-vectors.ts'
import { NUMBER_VECTORS } from './number-vectors.ts'
import { OTHER_VECTORS } from './other-vectors.ts'
import { RANGE_VECTORS } from './range-vectors.ts'
import { TEXT_VECTORS } from './text-vectors.ts'
import type { Vectors } from './vector.ts'

const VALUE_VECTORS: readonly Vectors[] = [
  TEXT_VECTORS,
  NUMBER_VECTORS,
  DATE_VECTORS,
  FORMAT_VECTORS,
  CONDITION_VECTORS,
  RANGE_VECTORS,
  FINANCE_VECTORS,
  OTHER_VECTORS,
]

/** A vector that was run. */
export interface RanVector {
  /** Documented names of the functions that it is a vector of; it calls each of them. */
  readonly shows: readonly string[]
  /** The expression, or the rule that a script shows. */
  readonly vector: string
  readonly source: string
  readonly expected: string
  /** What came out, or the message of the fault. */
  readonly found: string
}

export async function ranVectors(): Promise<readonly RanVector[]> {
  const ran = [...ranValueVectors()]
  for (const data of AGGREGATION_DATA) ran.push(...(await ranAggregations(data)))
  for (const vector of CONTEXT_VECTORS) ran.push(await ranScript(vector))
  return ran
}

/** The vectors of functions that need no row of a LOAD. */
export function ranValueVectors(surroundings: Surroundings = {}): readonly RanVector[] {
  return VALUE_VECTORS.flatMap(Object.entries<Vectors[string]>).flatMap(([name, vectors]) =>
    vectors.map(([expression, expected, source, settings = {}]) => ({
      shows: called(expression, [name]),
      vector: expression,
      source,
      expected,
      found: outcome(() => shown(evaluated(expression, { ...surroundings, settings }))),
    })),
  )
}

function outcome(evaluate: () => string): string {
  try {
    return evaluate()
  } catch (error) {
    return String(error)
  }
}

/** One LOAD for each vector, over all rows of the table. */
async function ranAggregations({ script, vectors }: AggregationData): Promise<RanVector[]> {
  const loads = vectors.map(([expression], at) => `T${at}: NoConcatenate LOAD ${expression} as f RESIDENT S;`)
  return withScript(`${script}\n${loads.join('\n')}`, {}, ({ run, tables }) =>
    vectors.map(([expression, expected, source], at) => ({
      shows: called(expression, AGGREGATIONS),
      vector: expression,
      source,
      expected,
      found: tables[`T${at}`]?.slice('f: '.length) ?? JSON.stringify(run.end),
    })),
  )
}

const AGGREGATIONS = FUNCTIONS.flatMap(({ name, list, fold }) => ((list ?? fold) ? [name] : []))

async function ranScript({ shows, rule, script, files, tables, fault }: ContextVector): Promise<RanVector> {
  return withScript(script, files, (outcome) => {
    const { end } = outcome.run
    const failed = end.kind === 'failed' && fault !== undefined && end.fault.message.includes(fault[1])
    return {
      shows: called(script, shows),
      vector: rule,
      source: rule,
      expected: JSON.stringify(fault ?? tables),
      found: JSON.stringify(
        end.kind === 'completed' ? outcome.tables : failed ? [end.fault.scriptError, fault[1]] : end,
      ),
    }
  })
}

/** Those of the functions that a text calls. */
function called(text: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => new RegExp(`(?<![\\w#])${name}\\(`, 'i').test(text))
}

/** Functions of values need three vectors, one if they have no arguments; all others need one. */
const vectorsNeeded = ({ scalar, lazy, max }: FunctionRow): number =>
  (scalar ?? lazy) === undefined || max === 0 ? 1 : 3

/** Documented names of the functions that are here. */
export function functionsHere(
  ran: readonly RanVector[],
  rows: readonly FunctionRow[] = FUNCTIONS,
): ReadonlySet<string> {
  const here = rows.filter((row) => {
    const own = ran.filter(({ shows }) => shows.includes(row.name))
    const passed = own.every(({ expected, found }) => expected === found)
    return isComputed(row) && own.length >= vectorsNeeded(row) && passed
  })
  return new Set(here.map(({ name }) => name))
}
