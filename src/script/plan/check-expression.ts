/**
 * Finds the faults of an expression of a LOAD before it is compiled: unknown names,
 * aggregations where nothing is grouped, mapping tables that are not loaded, and names of fields and tables
 * that depend on the row (SEMANTICS blocks H, I and M).
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { dependsOnRow } from '../function/call-in-load.ts'
import { functionRow, isAggregation } from '../function/functions.ts'
import type { FunctionRow } from '../function/site/function-row.ts'
import { type Expression, operandsOf } from '../syntax/expression.ts'
import type { Report } from './findings.ts'
import { lacks, type Names } from './model-shape.ts'
import { unknownField } from './unknown-field.ts'
import { unknownMap } from './unknown-table.ts'

/** What an expression may name where it stands: the fields of a row, variables, mapping tables. */
export interface NameScope {
  /** The fault of a bare name; undefined if it exists or may exist. */
  readonly nameFault: (
    name: string,
    span: Span | undefined,
    isQuoted?: boolean,
  ) => ScriptFaultError | undefined
  readonly maps: Names
}

/** A row with these fields. */
export function rowScope({ names, open }: Names, maps: Names): NameScope {
  const known = new Set(names)
  return {
    nameFault: (name, span, isQuoted) =>
      open || known.has(name) ? undefined : unknownField(name, names, span, isQuoted),
    maps,
  }
}

/** Their first argument names a mapping table. */
const OF_MAPS: ReadonlySet<string> = new Set(['applymap', 'mapsubstring'])

export function checkExpression(expression: Expression, scope: NameScope, report: Report): void {
  switch (expression.kind) {
    case 'name': {
      const fault = scope.nameFault(expression.name, expression.span, expression.quoted)
      if (fault !== undefined) report(fault)
      return
    }
    case 'call':
      checkCallIn(expression, scope, report)
      return
    default:
      for (const operand of operandsOf(expression)) checkExpression(operand, scope, report)
  }
}

type Call = Extract<Expression, { kind: 'call' }>

function checkCallIn(call: Call, scope: NameScope, report: Report): void {
  const { name, args, span } = call
  const row = functionRow(name)!
  if (isAggregation(row)) {
    if (!isCollected(row, args)) report(misplacedAggregation(row, span))
    return
  }
  const [first] = args
  if (name === 'exists' && args.length === 1) checkRowField(first!, scope, report)
  const names = namesIn(row)
  for (const [index, argument] of args.entries()) {
    if (index === 0 && OF_MAPS.has(name)) checkMap(argument, scope, report)
    else if (names.includes(index)) checkName(argument, row.name, scope, report)
    else checkExpression(argument, scope, report)
  }
}

/** Over columns of collected values, as a group plan makes them. */
const isCollected = ({ list }: FunctionRow, args: readonly Expression[]): boolean =>
  list !== undefined && args.every((each) => each.kind === 'name' && each.name.startsWith('\0'))

function misplacedAggregation({ name, list }: FunctionRow, span: Span | undefined): ScriptFaultError {
  const where = list === undefined ? 'in a LOAD with GROUP BY' : 'in the fields of a LOAD'
  return faults.syntax(`${name}() is an aggregation: it belongs ${where}`, span)
}

/** Arguments that name a field or a table: their data is fetched before the first row. */
function namesIn({ context, outside = {} }: FunctionRow): readonly number[] {
  return context === undefined ? [] : [...(outside.fields ?? []), ...(outside.names ?? [])]
}

function checkName(argument: Expression, called: string, scope: NameScope, report: Report): void {
  if (argument.kind === 'text' || argument.kind === 'name') return
  if (!dependsOnRow(argument)) checkExpression(argument, scope, report)
  else {
    report(faults.semantic(`${called}: names of fields and tables must not depend on the row`, argument.span))
  }
}

/** Exists without a value tests that of the row, which must have the field too. */
function checkRowField(field: Expression, scope: NameScope, report: Report): void {
  if (field.kind !== 'text' && field.kind !== 'name') return
  const name = field.kind === 'text' ? field.value : field.name
  const fault = scope.nameFault(name, field.span)
  if (fault !== undefined) report(fault)
}

/** A name that depends on the row is looked up with the row. */
function checkMap(argument: Expression, scope: NameScope, report: Report): void {
  if (argument.kind !== 'text' && argument.kind !== 'name') {
    checkExpression(argument, scope, report)
    return
  }
  const map = argument.kind === 'text' ? argument.value : argument.name
  if (lacks(scope.maps, map)) {
    report(unknownMap(map, scope.maps.names, argument.span))
  }
}
