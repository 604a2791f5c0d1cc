/**
 * Room `engine/sql`: SQL texts of DuckDB for parts of a plan. Pure functions from plan to text enter; a part
 * without SQL is left to the row machine.
 *
 * SQL for the expressions that have the same meaning in SQL, value by value: fields, literals, arithmetic,
 * comparisons and logic over values that are never plain texts, and a few functions. A LOAD of nothing else
 * runs without the row machine. Returns undefined for everything else: texts would have to be interpreted,
 * and functions may depend on the row or on the settings.
 *
 * Held equal to `compile`, function by function, by test/script/both-paths.test.ts.
 */

import { eitherKinds, NO_KINDS, type ValueKinds } from '../../script/model/data-model.ts'
import type { BinaryOperator, Expression } from '../../script/syntax/expression.ts'
import { formatsOf } from '../../script/value/formats.ts'
import { withNumber } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import { type PairSql, pairOf, sqlText } from './pair-sql.ts'

export interface ValueSql extends PairSql {
  readonly kinds: ValueKinds
}

/** A field of the source: its column, and which kinds of value it may hold. */
export type FieldSql = (name: string) => { readonly column: string; readonly kinds: ValueKinds } | undefined

/** Where an expression stands: its fields, and the functions of the row position. */
export interface SqlScope {
  readonly field: FieldSql
  /** By which texts of the script are read. */
  readonly settings: Settings
  /** Returns undefined for a call without SQL. */
  readonly call: (call: Extract<Expression, { kind: 'call' }>) => ValueSql | undefined
}

const NUMBERS: ValueKinds = { numbers: true, texts: false, duals: false }
const DUALS: ValueKinds = { numbers: true, texts: false, duals: true }
const TEXTS: ValueKinds = { numbers: false, texts: true, duals: false }
const NO_NUMBER = 'NULL::DOUBLE'
const NO_TEXT = 'NULL::VARCHAR'
export const NULL_SQL: ValueSql = { n: NO_NUMBER, t: NO_TEXT, kinds: NO_KINDS }

/** SQL repeats its operands; beyond this length the row machine is faster. */
const SQL_MAX_CHARACTERS = 4000

export function expressionSql(expression: Expression, scope: SqlScope): ValueSql | undefined {
  const sql = valueSql(expression, scope)
  return sql !== undefined && sql.n.length + sql.t.length <= SQL_MAX_CHARACTERS ? sql : undefined
}

/** A condition that is true or false, never NULL. */
export function conditionSql(expression: Expression, scope: SqlScope): string | undefined {
  const value = expressionSql(expression, scope)
  return value && truthOf(value)
}

function valueSql(expression: Expression, scope: SqlScope): ValueSql | undefined {
  switch (expression.kind) {
    case 'number':
      return numberSql(`${expression.value}::DOUBLE`)
    case 'text':
      if (expression.value.includes('\0')) return undefined
      return { n: NO_NUMBER, t: `${sqlText(expression.value)}::VARCHAR`, kinds: TEXTS }
    case 'name': {
      const found = scope.field(expression.name)
      return found && { ...pairOf(found.column), kinds: found.kinds }
    }
    case 'read':
      return readSql(expression.operand, scope)
    case 'unary':
      return unarySql(expression, scope)
    case 'binary':
      return binarySql(expression, scope)
    case 'call':
      return callSql(expression, scope)
  }
}

export const numberSql = (n: string): ValueSql => ({ n: `(${n})`, t: NO_TEXT, kinds: NUMBERS })

/** A text is read here only where it is written in the script. */
function readSql(operand: Expression, scope: SqlScope): ValueSql | undefined {
  const sql = valueSql(operand, scope)
  if (operand.kind !== 'text') return sql === undefined || sql.kinds.texts ? undefined : sql
  const value = withNumber(operand.value, formatsOf(scope.settings).readText(operand.value))
  if (sql === undefined || value === null || typeof value === 'string') return sql
  if (typeof value === 'number') return numberSql(`${value}::DOUBLE`)
  return { n: `${value.number}::DOUBLE`, t: sql.t, kinds: DUALS }
}

const truth = (condition: string): ValueSql => numberSql(`CASE WHEN ${condition} THEN -1 ELSE 0 END::DOUBLE`)

/** The number side of a value that is never a plain text. */
function numberOf(value: ValueSql | undefined): string | undefined {
  return value === undefined || value.kinds.texts || value.n.length > SQL_MAX_CHARACTERS ? undefined : value.n
}

function truthOf(value: ValueSql | undefined): string | undefined {
  const number = numberOf(value)
  return number && `(coalesce(${number}, 0) <> 0)`
}

function unarySql(expression: Expression & { kind: 'unary' }, scope: SqlScope): ValueSql | undefined {
  const operand = valueSql(expression.operand, scope)
  if (expression.operator === 'not') {
    const condition = truthOf(operand)
    return condition === undefined ? undefined : truth(`NOT ${condition}`)
  }
  const number = numberOf(operand)
  if (number === undefined || expression.operator === 'bitnot') return undefined
  return numberSql(expression.operator === '-' ? `-${number}` : number)
}

function binarySql(expression: Expression & { kind: 'binary' }, scope: SqlScope): ValueSql | undefined {
  const { operator } = expression
  const left = valueSql(expression.left, scope)
  const right = left && valueSql(expression.right, scope)
  if (operator === 'and' || operator === 'or' || operator === 'xor') {
    const [a, b] = [truthOf(left), truthOf(right)]
    if (a === undefined || b === undefined) return undefined
    return truth(operator === 'xor' ? `${a} <> ${b}` : `${a} ${operator} ${b}`)
  }
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a === undefined || b === undefined) return undefined
  if (ARITHMETIC.has(operator)) {
    // Overflow and division by zero give NULL (SEMANTICS B7).
    return numberSql(`CASE WHEN isfinite(${a} ${operator} ${b}) THEN ${a} ${operator} ${b} END`)
  }
  return COMPARISONS.has(operator) ? numberSql(comparisonSql(operator, a, b)) : undefined
}

const ARITHMETIC: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['+', '-', '*', '/'])
const COMPARISONS: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['=', '<>', '<', '<=', '>', '>='])

/** Two NULLs give NULL; one makes only `<>` true (SEMANTICS C3). */
function comparisonSql(operator: BinaryOperator, a: string, b: string): string {
  const one = operator === '<>' ? -1 : 0
  return `CASE WHEN ${a} IS NULL AND ${b} IS NULL THEN NULL WHEN ${a} IS NULL OR ${b} IS NULL THEN ${one}
    WHEN ${a} ${operator} ${b} THEN -1 ELSE 0 END::DOUBLE`
}

function callSql(call: Expression & { kind: 'call' }, scope: SqlScope): ValueSql | undefined {
  return scope.call(call) ?? CALL_SQL.get(call.name)?.(call.args.map((argument) => valueSql(argument, scope)))
}

/** Returns undefined if an argument that is needed has no SQL. */
type CallSql = (args: readonly (ValueSql | undefined)[]) => ValueSql | undefined

/** Functions of values, by name in lower case. */
export const CALL_SQL: ReadonlyMap<string, CallSql> = new Map<string, CallSql>([
  ['if', ifSql],
  ['isnull', ([value]) => value && truth(`${value.n} IS NULL AND ${value.t} IS NULL`)],
  ['null', () => NULL_SQL],
])

function ifSql([test, then, ...rest]: readonly (ValueSql | undefined)[]): ValueSql | undefined {
  const condition = truthOf(test)
  const otherwise = rest.length === 0 ? NULL_SQL : rest[0]
  if (condition === undefined || then === undefined || otherwise === undefined) return undefined
  return {
    n: `(CASE WHEN ${condition} THEN ${then.n} ELSE ${otherwise.n} END)`,
    t: `(CASE WHEN ${condition} THEN ${then.t} ELSE ${otherwise.t} END)`,
    kinds: eitherKinds(then.kinds, otherwise.kinds),
  }
}
