/**
 * Room `script/plan`: what a LOAD, a STORE or a change of tables means, and everything that is wrong with it
 * before a row is read. Decisions enter; an engine executes the plan and decides nothing.
 *
 * The meaning of a LOAD: where its rows come from, how they are transformed and where they go, or all its
 * faults that can be known. The engine executes the plan and decides nothing; a checker knows less and gets
 * only faults that are certain.
 */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { StoreRules } from '../host.ts'
import type { Expression } from '../syntax/expression.ts'
import type { LoadStatement } from '../syntax/statement.ts'
import { numberOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { checkExpression, type NameScope } from './check-expression.ts'
import { Findings, type Planned, type Report } from './findings.ts'
import type { FormatOrigin } from './format-origin.ts'
import { planLevels, type RowStep } from './level-plan.ts'
import { replacedTable } from './load-target.ts'
import { closed, type ModelShape, type Names, withoutTable } from './model-shape.ts'
import type { RowLimits } from './row-plan.ts'
import { planSink, type SinkPlan, type SinkQuestion } from './sink-plan.ts'
import { planSource, type SourcePlan } from './source-plan.ts'
import { ruleFor } from './stored-names.ts'
import { planTransform, type TransformPlan } from './transform-plan.ts'

/** The facts that a LOAD is planned with. */
export interface LoadScope {
  readonly model: ModelShape
  readonly rules: StoreRules
  /** There may be other rules: names are not known as they are stored. */
  readonly openRules?: boolean
  readonly settings: Settings
  readonly partial: boolean
  /** Whether a variable of this name exists; undefined: not known. */
  readonly hasVariable: (name: string) => boolean | undefined
}

/** Facts that the text does not contain: known once the source is open. */
export interface LoadFacts {
  /** Of the source. */
  readonly fields?: readonly string[]
  readonly constants?: Readonly<Partial<Record<ConstantName, Value>>>
  /** The one file of several that is read. */
  readonly file?: string
}

/** Numbers that are the same for all rows. */
export type ConstantName = 'first' | 'sample' | 'qualifiers' | 'rows'

export interface Constant {
  readonly name: ConstantName
  readonly expression: Expression
  /** What it is for, in the words of a fault. */
  readonly called: string
}

export interface LoadPlan {
  readonly source: SourcePlan
  /** Of AUTOGENERATE. */
  readonly rows?: number
  /** From the bottom up. */
  readonly steps: readonly RowStep[]
  /** The fields that the steps write. */
  readonly fields: readonly string[]
  /** Where each has the format of its numbers from; absent after a transform. */
  readonly origins?: readonly FormatOrigin[]
  /** It only picks and renames fields: numbers are shown as a QVD file says (FACTS, QVD read). */
  readonly asItIs: boolean
  /** Duplicate rows are dropped. */
  readonly distinct: boolean
  readonly transform?: TransformPlan
  /** Absent if `planStorage` needs the rows of the transform. */
  readonly sink?: SinkPlan
}

export type PlannedLoad =
  | Planned<LoadPlan>
  /** No faults so far: the plan needs these constants, and the fields of the source. */
  | {
      readonly kind: 'open'
      readonly source: SourcePlan
      readonly constants: readonly Constant[]
      readonly after: ModelShape
    }

export function planLoad(statement: LoadStatement, scope: LoadScope, facts: LoadFacts = {}): PlannedLoad {
  const findings = new Findings()
  const { report } = findings
  const { levels, prefixes, prefixSpans } = statement
  const { settings } = scope
  const replaced = replacedTable(statement, scope.model)
  const model = replaced === undefined ? scope.model : withoutTable(scope.model, replaced)
  const opened = planSource(levels.at(-1)!, model, settings, report)
  const numbers = new Numbers(statement, scope, facts, report)
  const source: Names = facts.fields === undefined ? opened.fields : closed(facts.fields)
  const constantScope = (called: string) => variableScope(scope, called)
  const { maps } = model
  const surroundings = { maps, settings, constantScope }
  const { steps, fields, origins } = planLevels(levels, source, numbers.limits, surroundings, report)
  const { transform } = prefixes
  const transformed =
    transform === undefined
      ? { plan: undefined, fields }
      : planTransform(transform, fields, model, numbers.of('qualifiers'), prefixSpans.transform, report)
  const { sink, after } = planSink(
    sinkQuestion(statement, { ...scope, model }, facts.file, report),
    transformed.fields,
  )
  const rows = numbers.of('rows')
  const plan = {
    source: opened.source,
    ...defined({ rows }),
    steps,
    fields: fields.names,
    ...(transform === undefined ? { origins: fields.names.map(origins) } : {}),
    asItIs:
      transform === undefined && picksOnly(steps) && fields.names.every((name) => isUnmapped(name, scope)),
    distinct: levels[0]!.distinct,
    ...defined({ transform: transformed.plan, sink }),
  }
  const answer = findings.answer(plan, after)
  const isOpen = source.open || numbers.open.length > 0
  if (answer.kind === 'refused' || !isOpen) return answer
  return { kind: 'open', source: opened.source, constants: numbers.open, after }
}

const isUnmapped = (name: string, { rules }: LoadScope): boolean =>
  ruleFor(rules.maps, name)?.map === undefined

/** Exists of a field alone looks at values and changes none. */
function picksOnly([step, ...more]: readonly RowStep[]): boolean {
  if (step?.kind !== 'rows' || more.length > 0) return false
  const { items, where, while: repeats, sample } = step.rules
  const keeps =
    where === undefined || (where.kind === 'call' && where.name === 'exists' && where.args.length === 1)
  return (
    keeps &&
    repeats === undefined &&
    sample === undefined &&
    items.every(({ expression }) => expression.kind === 'name')
  )
}

/**
 * Where rows go whose fields are made by a transform.
 *
 * @param fields of the transformed rows
 */
export function planStorage(
  statement: LoadStatement,
  scope: LoadScope,
  fields: readonly string[],
  file: string | undefined,
): Planned<SinkPlan> {
  const findings = new Findings()
  const question = sinkQuestion(statement, scope, file, findings.report)
  const { sink, after } = planSink(question, closed(fields))
  return findings.answer(sink!, after)
}

const sinkQuestion = (
  statement: LoadStatement,
  { model, rules, openRules = false, partial }: LoadScope,
  file: string | undefined,
  report: Report,
): SinkQuestion => ({ statement, model, rules, openRules, partial, file, report })

/** Without a row, a bare name is a variable. */
function variableScope({ model, hasVariable }: LoadScope, called: string): NameScope {
  return {
    nameFault: (name, span) =>
      hasVariable(name) === false
        ? faults.fieldNotFound(`Variable '${name}' not found: ${called} must not depend on a row`, span)
        : undefined,
    maps: model.maps,
  }
}

/** The constants of a LOAD: given, written as a number, or still open. */
class Numbers {
  readonly open: Constant[] = []
  readonly #known = new Map<ConstantName, number>()

  constructor(statement: LoadStatement, scope: LoadScope, { constants }: LoadFacts, report: Report) {
    for (const constant of constantsOf(statement)) {
      const { name, expression, called } = constant
      checkExpression(expression, variableScope(scope, called), report)
      const given = constants?.[name]
      const value = given === undefined ? literal(expression) : given
      if (value === undefined) this.open.push(constant)
      else this.#take(constant, value, scope, report)
    }
  }

  of(name: ConstantName): number | undefined {
    return this.#known.get(name)
  }

  get limits(): RowLimits {
    const [first, sample] = [this.of('first'), this.of('sample')]
    return defined({ first, sample })
  }

  #take({ name, expression, called }: Constant, value: Value, { settings }: LoadScope, report: Report): void {
    const number = numberOf(value, settings)
    if (name === 'rows' && (number === null || number < 0)) {
      report(
        faults.autogenerateCount('AUTOGENERATE needs a number of rows that is not negative', expression.span),
      )
    } else if (number === null) report(faults.semantic(`${called} needs a number`, expression.span))
    else {
      const least = Math.max(0, number)
      this.#known.set(name, name === 'sample' ? least : Math.floor(least))
    }
  }
}

function constantsOf({ levels, prefixes }: LoadStatement): Constant[] {
  const { first, sample, transform } = prefixes
  const { source } = levels.at(-1)!
  const constants: Constant[] = []
  if (source.kind === 'autogenerate') {
    constants.push({ name: 'rows', expression: source.count, called: 'AUTOGENERATE' })
  }
  if (first !== undefined) constants.push({ name: 'first', expression: first, called: 'FIRST' })
  if (sample !== undefined) constants.push({ name: 'sample', expression: sample, called: 'SAMPLE' })
  if (transform?.kind === 'crosstable') {
    const expression = transform.qualifiers ?? ONE
    constants.push({ name: 'qualifiers', expression, called: 'CROSSTABLE' })
  }
  return constants
}

const ONE: Expression = { kind: 'number', value: 1 }

/** A number or text as it is written, perhaps with a sign. */
function literal(expression: Expression): Value | undefined {
  if (expression.kind === 'number' || expression.kind === 'text') return expression.value
  if (expression.kind !== 'unary' || expression.operand.kind !== 'number') return undefined
  const { operator, operand } = expression
  return operator === '-' ? -operand.value : operator === '+' ? operand.value : undefined
}
