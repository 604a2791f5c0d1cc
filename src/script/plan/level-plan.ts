/**
 * The levels of a LOAD as steps over rows, from the bottom up: which fields each one reads and writes, where
 * rows are grouped or made distinct, and their faults (LANGUAGE, section 6).
 */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import { readMade } from '../function/made-text.ts'
import type { Expression } from '../syntax/expression.ts'
import type { LoadLevel, OrderItem } from '../syntax/statement.ts'
import type { Settings } from '../value/settings.ts'
import { checkExpression, type NameScope, rowScope } from './check-expression.ts'
import type { Report } from './findings.ts'
import { type FormatOrigin, formatOrigin } from './format-origin.ts'
import { type GroupPlan, groupPlan, hasAggregation, inputItems, resultNames } from './group-plan.ts'
import { closed, type Names } from './model-shape.ts'
import type { LevelRules, OutputItem, RowLimits } from './row-plan.ts'
import { unknownField } from './unknown-field.ts'

export type RowStep =
  | { readonly kind: 'rows'; readonly rules: LevelRules }
  /** All rows are needed before the first comes out. Reads what the step before writes as `inputItems`. */
  | { readonly kind: 'group'; readonly group: GroupPlan }
  | { readonly kind: 'distinct' }

export interface LevelsPlan {
  readonly steps: readonly RowStep[]
  /** Of the top level. */
  readonly fields: Names
  /** Of its fields. */
  readonly origins: FormatOrigins
}

type FormatOrigins = (field: string) => FormatOrigin

/** What the levels of a LOAD may refer to besides the fields of the source. */
export interface LevelSurroundings {
  readonly maps: Names
  readonly settings: Settings
  /** For values that are the same for all rows, such as Concat's delimiter: there names are variables. */
  readonly constantScope: (what: string) => NameScope
}

/** @param limits of FIRST and SAMPLE, for the top level */
export function planLevels(
  levels: readonly LoadLevel[],
  source: Names,
  limits: RowLimits,
  surroundings: LevelSurroundings,
  report: Report,
): LevelsPlan {
  const steps: RowStep[] = []
  let fields = source
  let origins: FormatOrigins = (field) => ({ field })
  for (const [index, level] of [...levels.entries()].reverse()) {
    const isTop = index === 0
    if (level.source.kind === 'preceding') checkNoOrder(level, report)
    const made = planLevel(level, { fields, origins }, isTop ? limits : {}, surroundings, report)
    steps.push(...made.steps)
    if (level.distinct && !isTop) steps.push({ kind: 'distinct' })
    fields = made.fields
    origins = made.origins
  }
  return { steps, fields, origins }
}

function planLevel(
  level: LoadLevel,
  { fields: input, origins: below }: Omit<LevelsPlan, 'steps'>,
  limits: RowLimits,
  { maps, settings, constantScope }: LevelSurroundings,
  report: Report,
): LevelsPlan {
  const { items: written, fields } = resolved(level, input, report)
  const items = written.map(({ name, expression }) => ({ name, expression: readMade(expression) }))
  const made = new Map(
    items.map(({ name, expression }) => [name, formatOrigin(expression, below, settings)] as const),
  )
  const origins: FormatOrigins = (field) => made.get(field)
  const { where, while: repeats, groupBy } = level
  const rules = { ...defined({ where, while: repeats }), ...limits }
  const place = rowScope(input, maps)
  const check = (expression: Expression) => checkExpression(expression, place, report)
  for (const condition of [where, repeats]) if (condition !== undefined) check(condition)
  if (groupBy === undefined && !items.some(({ expression }) => hasAggregation(expression))) {
    for (const { expression } of items) check(expression)
    return { steps: [rowsStep({ ...rules, items })], fields, origins }
  }
  const group = groupPlan(items, groupBy ?? [], report)
  group.inputs.forEach(check)
  for (const { name, constant } of group.aggregations) {
    if (constant !== undefined) checkExpression(constant, constantScope(`argument of ${name}`), report)
  }
  const results = rowScope(closed(resultNames(group)), maps)
  for (const { expression } of group.outputs) checkExpression(expression, results, report)
  const steps: RowStep[] = [
    rowsStep({ ...rules, items: inputItems(group) }),
    { kind: 'group', group },
    rowsStep({ items: group.outputs }),
  ]
  return { steps, fields, origins }
}

const rowsStep = (rules: LevelRules): RowStep => ({ kind: 'rows', rules })

/** `*` stands for all fields of the input, in its order. A name must not occur twice (SEMANTICS F6). */
function resolved(
  level: LoadLevel,
  input: Names,
  report: Report,
): { readonly items: readonly OutputItem[]; readonly fields: Names } {
  const items: OutputItem[] = []
  const seen = new Set<string>()
  let open = false
  for (const item of level.items) {
    // With an unknown source, the names of `*` are uncertain.
    const isUnknown = item.kind === 'all' && input.open
    open ||= isUnknown
    if (isUnknown) continue
    const added = item.kind === 'field' ? [item] : input.names.map(fieldItem)
    for (const { name, expression } of added) {
      if (seen.has(name)) report(nameTwice(name, item.span))
      else items.push({ name, expression })
      seen.add(name)
    }
  }
  if (items.length === 0 && !open) {
    report(faults.semantic('The LOAD has no fields: its source has none for *', level.span))
  }
  const names = items.map(({ name }) => name)
  return { items, fields: { names: open ? [...input.names, ...names] : names, open } }
}

export const nameTwice = (name: string, span?: LoadLevel['span']) =>
  faults.fieldTwice(`Field names must be unique within table: '${name}' occurs twice`, span)

export const fieldNamed = (name: string): Expression => ({ kind: 'name', name, quoted: true })

export const fieldItem = (name: string): OutputItem => ({ name, expression: fieldNamed(name) })

export interface OrderTerm {
  readonly field: string
  readonly descending: boolean
}

/** ORDER BY without RESIDENT: only a loaded table can be read in an order (SEMANTICS J13, J14). */
export function checkNoOrder({ orderBy }: LoadLevel, report: Report): void {
  const [first] = orderBy ?? []
  if (first !== undefined) report(faults.orderBy('ORDER BY needs a RESIDENT table', first.expression.span))
}

/** Fields of the table by name, or by number from 1. */
export function planOrder(order: readonly OrderItem[], { names, open }: Names, report: Report): OrderTerm[] {
  return order.flatMap(({ expression, descending }) => {
    const { kind, span } = expression
    const field =
      kind === 'name' && (open || names.includes(expression.name))
        ? expression.name
        : kind === 'number'
          ? names[expression.value - 1]
          : undefined
    if (field !== undefined) return [{ field, descending }]
    if (kind === 'name') report(unknownField(expression.name, names, span))
    else if (kind !== 'number' || !open) {
      report(faults.orderBy('ORDER BY takes fields or field numbers', span))
    }
    return []
  })
}
