/**
 * The functions of a LOAD whose meaning depends on the place: on the row (RecNo, Peek ...), on rows loaded
 * before (Exists, FieldValue ...), on mapping tables, counters, the catalog or the file (SEMANTICS blocks H,
 * I and M).
 *
 * Names of fields and tables must be known when the LOAD is compiled, because their data is fetched before
 * the first row: a name that depends on the row is a fault. Names of mapping tables may depend on the row.
 */

import type { Evaluator } from '../../evaluate/evaluate.ts'
import { faults } from '../../fault.ts'
import { findField, findTable, type MappingTable } from '../../plan/catalog-model.ts'
import type { MachineState } from '../../row/level-machine.ts'
import type { LoadContext } from '../../row/load-context.ts'
import { PeekHistory } from '../../row/peek-history.ts'
import type { Expression } from '../../syntax/expression.ts'
import { numberOf, textOf } from '../../value/convert.ts'
import { FALSE, TRUE, type Value } from '../../value/value.ts'
import { keyOf, type ValueKey } from '../../value/value-key.ts'
import { CATALOG_FUNCTIONS } from './catalog-functions.ts'
import { isListAggregation, listAggregation } from './collected-values.ts'
import { fileFunction, isFileFunction } from './file-functions.ts'
import { applyMap, substringReplacer } from './map-functions.ts'
import { isQvdFunction, qvdFunction } from './qvd-functions.ts'
import { rowFunction } from './row-functions.ts'

export interface Place {
  readonly context: LoadContext
  readonly state: MachineState
  /** Fields that this level writes. */
  readonly outputNames: ReadonlySet<string>
  readonly compile: (expression: Expression) => Evaluator
}

type Builder = (args: readonly Expression[], place: Place) => Evaluator

/** The evaluator of a call if its function depends on the place, else undefined. */
export function contextFunction(
  name: string,
  args: readonly Expression[],
  place: Place,
  distinct = false,
): Evaluator | undefined {
  if (Object.hasOwn(BUILDERS, name)) return BUILDERS[name]!(args, place)
  const ofRows = rowFunction(name, args, place)
  if (ofRows !== undefined) return ofRows
  if (isListAggregation(name)) return listAggregation(name, args, distinct, place)
  if (isFileFunction(name)) return fileCall(args, place, name)
  if (isQvdFunction(name)) return qvdCall(args, place, name)
  const ofCatalog = Object.hasOwn(CATALOG_FUNCTIONS, name) ? CATALOG_FUNCTIONS[name] : undefined
  if (ofCatalog === undefined) return undefined
  const values = args.map(place.compile)
  const { catalog, settings } = place.context
  return () =>
    ofCatalog(
      values.map((value) => value()),
      catalog,
      settings,
    )
}

/**
 * Whether the function is one of those that are answered here; the others of the language have no meaning in
 * a LOAD.
 */
export const isAnswered = (name: string): boolean =>
  Object.hasOwn(BUILDERS, name) ||
  Object.hasOwn(CATALOG_FUNCTIONS, name) ||
  isFileFunction(name) ||
  isQvdFunction(name)

const BUILDERS: Readonly<Record<string, Builder>> = {
  recno:
    (_args, { state }) =>
    () =>
      state.recNo,
  iterno:
    (_args, { state }) =>
    () =>
      state.iterNo,
  rowno: (_args, { state }) => {
    const before = state.output?.rowsBefore
    return before === undefined ? () => 0 : () => before + state.rowsWritten + 1
  },
  previous: ([argument], { state, compile }) => {
    const value = compile(argument!)
    let saved: Value = null
    state.afterRow.push(() => {
      saved = value()
    })
    return () => saved
  },
  peek,
  exists: ([field, value], place) => {
    const name = constantName(field!, place, 'Exists')
    const tested = place.compile(value ?? { kind: 'name', name, quoted: true })
    const { preloads, settings } = place.context
    const { places } = preloads.fieldValues(name, false)
    return () => {
      const value = tested()
      const key = keyOf(value)
      if (key === null) return FALSE
      if (places.has(key)) return TRUE
      // The text '01' is there when the number 1 is (H7).
      const number = typeof value === 'string' ? numberOf(value, settings) : null
      return number !== null && places.has(number) ? TRUE : FALSE
    }
  },
  lookup: (args, place) => {
    const [valueField, matchField, , table] = args
    const tableName = table === undefined ? place.state.output?.name : constantName(table, place, 'Lookup')
    const wanted = place.compile(args[2]!)
    if (tableName === undefined) return () => null
    const from = constantName(valueField!, place, 'Lookup')
    const by = constantName(matchField!, place, 'Lookup')
    const { found } = place.context.preloads.lookup(tableName, by, from)
    return () => {
      const key = keyOf(wanted())
      return key === null ? null : (found.get(key) ?? null)
    }
  },
  fieldvalue: ([field, index], place) => {
    const known = place.context.preloads.fieldValues(constantName(field!, place, 'FieldValue'), true)
    const row = place.compile(index!)
    const { settings } = place.context
    return () => {
      const number = numberOf(row(), settings)
      return number === null ? null : (known.values[Math.floor(number) - 1] ?? null)
    }
  },
  fieldvaluecount: ([field], place) => {
    const name = constantName(field!, place, 'FieldValueCount')
    const known = place.context.preloads.fieldValues(name, true)
    return () => (hasField(place, name) ? known.values.length : null)
  },
  fieldindex: ([field, value], place) => {
    const known = place.context.preloads.fieldValues(constantName(field!, place, 'FieldIndex'), true)
    const tested = place.compile(value!)
    return () => {
      const key = keyOf(tested())
      return key === null ? 0 : (known.places.get(key) ?? -1) + 1
    }
  },
  applymap: ([map, value, otherwise], place) => {
    const find = mapFinder(map!, place)
    const input = place.compile(value!)
    const fallback = otherwise && place.compile(otherwise)
    return () => applyMap(find(), input(), fallback?.())
  },
  mapsubstring: ([map, value], place) => {
    const find = mapFinder(map!, place)
    const input = place.compile(value!)
    const { settings } = place.context
    const replacers = new Map<MappingTable, (text: string) => string>()
    return () => {
      const table = find()
      const replace = replacers.get(table) ?? substringReplacer(table, settings)
      replacers.set(table, replace)
      const text = textOf(input(), settings)
      return text === null ? null : replace(text)
    }
  },
  autonumber: ([value, id], place) => numbering([value!], id, place, ''),
  autonumberhash128: (args, place) => numbering(args, undefined, place, '128'),
  autonumberhash256: (args, place) => numbering(args, undefined, place, '256'),
}

function peek([field, row, table]: readonly Expression[], place: Place): Evaluator {
  const { context, state } = place
  const name = constantName(field!, place, 'Peek')
  const fixed = row === undefined ? -1 : literalInteger(row)
  const dynamic = fixed === undefined ? place.compile(row!) : undefined
  const rowNumber = () => {
    const number = dynamic === undefined ? fixed! : numberOf(dynamic(), context.settings)
    return number === null ? undefined : Math.trunc(number)
  }
  const tableName = table === undefined ? undefined : constantName(table, place, 'Peek')
  if (tableName !== undefined && findTable(context.catalog, tableName) !== undefined) {
    const column = context.preloads.column(tableName, name, fixed)
    if (fixed !== undefined) return () => column.values[0] ?? null
    return () => {
      const wanted = rowNumber()
      return wanted === undefined ? null : (column.values.at(wanted) ?? null)
    }
  }
  if (!place.outputNames.has(name)) return () => null
  const history = state.histories.get(name) ?? new PeekHistory()
  state.histories.set(name, history)
  history.reach(fixed)
  return () => {
    const wanted = rowNumber()
    return wanted === undefined ? null : history.at(wanted)
  }
}

function numbering(
  values: readonly Expression[],
  id: Expression | undefined,
  { context, compile }: Place,
  prefix: string,
): Evaluator {
  const inputs = values.map(compile)
  const counter = id && compile(id)
  const { counters, settings } = context
  return () => {
    const name = `${prefix}:${counter === undefined ? '' : (textOf(counter(), settings) ?? '')}`
    const numbers = counters.get(name) ?? new Map<ValueKey, number>()
    counters.set(name, numbers)
    const key =
      inputs.length === 1
        ? (keyOf(inputs[0]!()) ?? '')
        : JSON.stringify(inputs.map((input) => textOf(input(), settings)))
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size + 1)
    return numbers.size
  }
}

function fileCall(args: readonly Expression[], { context, compile }: Place, name: string): Evaluator {
  const path = args[0] && compile(args[0])
  return () =>
    fileFunction(name, path === undefined ? undefined : textOf(path(), context.settings), context.files)
}

function qvdCall(args: readonly Expression[], { context, compile }: Place, name: string): Evaluator {
  const [path, field] = args.map(compile)
  const { settings, files } = context
  return () => {
    const given = textOf(path!(), settings)
    const file = given === null ? undefined : files.facts(given)?.qvd()
    return file === undefined
      ? null
      : qvdFunction(name, file, field ? numberOf(field(), settings) : null, settings)
  }
}

function mapFinder(name: Expression, { context, compile }: Place): () => MappingTable {
  const find = (map: string | null) => {
    const found = map === null ? undefined : context.maps.get(map)
    if (found === undefined) throw faults.mapNotFound(`Mapping table '${map ?? ''}' not found`)
    return found
  }
  if (name.kind === 'text' || name.kind === 'name') {
    const found = find(name.kind === 'text' ? name.value : name.name)
    return () => found
  }
  const evaluate = compile(name)
  return () => find(textOf(evaluate(), context.settings))
}

/** The text of a name argument; a bare name stands for itself. */
function constantName(expression: Expression, { context, compile }: Place, called: string): string {
  if (expression.kind === 'text') return expression.value
  if (expression.kind === 'name') return expression.name
  if (!isConstant(expression)) {
    throw faults.semantic(`${called}: names of fields and tables must not depend on the row`)
  }
  return textOf(compile(expression)(), context.settings) ?? ''
}

function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case 'name':
      return false
    case 'unary':
      return isConstant(expression.operand)
    case 'binary':
      return isConstant(expression.left) && isConstant(expression.right)
    case 'call':
      return !Object.hasOwn(BUILDERS, expression.name) && expression.args.every(isConstant)
    default:
      return true
  }
}

function literalInteger(expression: Expression): number | undefined {
  if (expression.kind === 'number') return Math.trunc(expression.value)
  if (expression.kind !== 'unary' || expression.operand.kind !== 'number') return undefined
  const { operator, operand } = expression
  return operator === '-' ? -Math.trunc(operand.value) : operator === '+' ? operand.value : undefined
}

const hasField = ({ context }: Place, name: string): boolean =>
  context.catalog.tables.some((table) => findField(table, name) !== undefined)
