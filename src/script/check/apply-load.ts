/**
 * LOAD and STORE, planned with what is known at this place, and with what the files say if they are at hand.
 */
import { defined } from '../../core/defined.ts'
import { faultOf } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import type { StoreRules } from '../host.ts'
import { hasWildcard } from '../plan/load-target.ts'
import { closed, type ModelShape, type Names } from '../plan/model-shape.ts'
import {
  type Constant,
  type ConstantName,
  type LoadFacts,
  type LoadScope,
  planLoad,
} from '../plan/plan-load.ts'
import { planStore } from '../plan/plan-store.ts'
import type { FileSource } from '../plan/source-plan.ts'
import { isForReload } from '../run/run-load.ts'
import type { LoadSource, LoadStatement, StoreStatement } from '../syntax/statement.ts'
import type { Value } from '../value/value.ts'
import { askHost, type Checking } from './check-host.ts'
import { checkQuotes } from './check-quotes.ts'
import { filePlace, pathFault, writingFault } from './file-place.ts'
import { type Knowledge, UNKNOWN } from './knowledge.ts'
import { GAP, knownValue } from './known-value.ts'
import { adviseNames, attempt, report, reportAll, reportPath, type Step, type Walk, warn } from './walk.ts'

export function* applyLoad(walk: Walk, step: Step, statement: LoadStatement): Checking<void> {
  const { knowledge } = step
  const { prefixes, levels } = statement
  if (!isForReload(prefixes.partial, false)) return
  const { source } = levels.at(-1)!
  for (const expression of [
    prefixes.first,
    prefixes.sample,
    source.kind === 'autogenerate' && source.count,
  ]) {
    if (expression) adviseNames(walk, step, expression)
  }
  checkQuotes(walk, step, statement)
  const scope = scopeOf(knowledge)
  const planned = withAnyPath(statement)
  let answer = planLoad(planned, scope)
  if (answer.kind === 'open') {
    const constants = constantsKnown(answer.constants, knowledge)
    const fields =
      answer.source.kind === 'file'
        ? yield* fieldsOf(walk, step, written(answer.source, source), source.span)
        : undefined
    const facts: LoadFacts = defined({ constants, fields })
    answer = planLoad(planned, scope, facts)
  } else if (answer.kind === 'plan' && answer.plan.source.kind === 'file') {
    yield* fieldsOf(walk, step, written(answer.plan.source, source), source.span)
  }
  if (answer.kind === 'refused') reportAll(walk, step, answer.faults)
  knowledge.change({ shape: answer.after })
  if (prefixes.merge?.variable !== undefined) knowledge.setVariable(prefixes.merge.variable, UNKNOWN)
}

/** A path that is not wholly known may stand for several files, and it is not known how they are called. */
function withAnyPath(statement: LoadStatement): LoadStatement {
  const bottom = statement.levels.at(-1)!
  const { source } = bottom
  if (source.kind !== 'file' || !source.path.includes(GAP)) return statement
  const several = { ...bottom, source: { ...source, path: source.path.replaceAll(GAP, '*') } }
  return { ...statement, levels: [...statement.levels.slice(0, -1), several] }
}

const written = (planned: FileSource, source: LoadSource): FileSource =>
  source.kind === 'file' ? { ...planned, path: source.path } : planned

function scopeOf(knowledge: Knowledge): LoadScope {
  const { shape, section, rules, rulesOpen, letters } = knowledge.simple
  const storing: StoreRules = {
    ...rules,
    nullValue: '',
    letters: section === 'access' ? 'upper' : letters,
  }
  return {
    model: shape,
    rules: storing,
    openRules: rulesOpen,
    settings: knowledge.settings(),
    partial: false,
    // A variable that the script does not set may come with the request.
    hasVariable: (name) => knowledge.variable(name) !== undefined || undefined,
  }
}

function constantsKnown(
  constants: readonly Constant[],
  knowledge: Knowledge,
): Partial<Record<ConstantName, Value>> {
  const known: Partial<Record<ConstantName, Value>> = {}
  for (const { name, expression } of constants) {
    const value = constantOf(() => knownValue(expression, knowledge))
    if (value !== UNKNOWN) known[name] = value
  }
  return known
}

/** In a LOAD more functions have a meaning than outside of it. */
function constantOf(evaluate: () => Value | typeof UNKNOWN): Value | typeof UNKNOWN {
  try {
    return evaluate()
  } catch (error) {
    if (faultOf(error) === undefined) throw error
    return UNKNOWN
  }
}

/** The fields of a file; undefined: not known. That there is no such file is reported. */
function* fieldsOf(
  walk: Walk,
  step: Step,
  source: FileSource,
  span: Span,
): Checking<readonly string[] | undefined> {
  const { knowledge } = step
  const fault = pathFault(source.path, knowledge, span)
  if (fault !== undefined) {
    reportPath(walk, step, source.path, fault)
    return undefined
  }
  const { directory } = knowledge.simple
  const place = filePlace(source.path, knowledge)
  if (place === undefined || directory === UNKNOWN || source.path.includes(GAP)) return undefined
  const stored = knowledge.stored.get(place)
  if (stored !== undefined) return fieldsStored(source, stored)
  const answer = yield* askHost({ kind: 'fields', source, settings: knowledge.settings(), directory })
  if (answer.kind === 'fault') {
    // A file that is not there, or is another, may be stored before.
    const told = { ...answer.fault, span }
    if (knowledge.stored.isOpen || hasWildcard(source.path)) warn(walk, step, told)
    else report(walk, step, told)
  }
  return answer.kind === 'done' && !knowledge.stored.isOpen ? answer.result : undefined
}

/** As STORE wrote them, where the LOAD reads what STORE writes. */
function fieldsStored({ type, format }: FileSource, { names, open }: Names): readonly string[] | undefined {
  const { labels = 'embedded', header } = format
  const isPlain = (type === 'qvd' || type === 'parquet') && labels === 'embedded' && header === undefined
  return open || !isPlain ? undefined : names
}

export function* applyStore(walk: Walk, step: Step, statement: StoreStatement): Checking<void> {
  const { knowledge } = step
  const { path } = statement
  const answer = planStore(statement, knowledge.simple.shape)
  if (answer.kind === 'refused') reportAll(walk, step, answer.faults)
  const fault = pathFault(path, knowledge)
  if (fault !== undefined) {
    knowledge.stored.forget()
    return reportPath(walk, step, path, fault)
  }
  const place = attempt(walk, step, () => filePlace(path, knowledge))
  const { directory } = knowledge.simple
  const refused = place === undefined ? undefined : writingFault(place, path)
  if (refused !== undefined) return report(walk, step, refused)
  if (place === undefined || path.includes(GAP) || directory === UNKNOWN) return knowledge.stored.forget()
  const asked = yield* askHost({ kind: 'place', path, directory, use: 'writing' })
  if (asked.kind === 'fault') report(walk, step, asked.fault)
  knowledge.stored.set(place, storedNames(statement, knowledge.simple.shape))
}

function storedNames({ fields, table, format }: StoreStatement, { tables }: ModelShape): Names {
  if (format.type !== undefined && format.type !== 'qvd' && format.type !== 'parquet') {
    return { names: [], open: true }
  }
  if (fields !== undefined) return closed(fields.map(({ as }) => as))
  return tables.find(({ name, maybe }) => name === table && !maybe)?.fields ?? { names: [], open: true }
}
