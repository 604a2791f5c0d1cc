/**
 * What a parsed statement does to what is known, and what is wrong with it: the planners of script/plan/ say
 * both, asked with the knowledge of this place.
 */
import { faults } from '../fault/fault.ts'
import type { Planned } from '../plan/findings.ts'
import type { ModelShape } from '../plan/model-shape.ts'
import {
  planAutoNumber,
  planDropFields,
  planDropMaps,
  planDropTables,
  planMapUse,
  planRenameFields,
  planRenameTables,
} from '../plan/plan-change.ts'
import { isForReload } from '../run/run-load.ts'
import { NOT_FIRST } from '../run/run-statement.ts'
import type { Statement } from '../syntax/statement.ts'
import { isUnsupported, warningOf } from '../value/system-variables.ts'
import { applyLoad, applyStore } from './apply-load.ts'
import { askHost, type Checking } from './check-host.ts'
import { pathFault } from './file-place.ts'
import { type Known, UNKNOWN } from './knowledge.ts'
import { GAP, knownValue, numberIn } from './known-value.ts'
import { ANY_SHAPE, shrunkShape } from './unclear-shape.ts'
import { advise, adviseNames, attempt, report, reportAll, reportPath, type Step, type Walk } from './walk.ts'

export function* applyStatement(walk: Walk, step: Step, statement: Statement): Checking<void> {
  const { knowledge } = step
  switch (statement.kind) {
    case 'set':
      return setVariable(walk, step, statement.name, statement.text)
    case 'let':
      return applyLet(walk, step, statement)
    case 'drop-variables':
      for (const name of statement.variables) setVariable(walk, step, name, null)
      return
    case 'sleep':
      adviseNames(walk, step, statement.milliseconds)
      attempt(walk, step, () => {
        if (numberIn(statement.milliseconds, knowledge) !== undefined) return
        throw faults.semantic('The time of SLEEP is not a number')
      })
      return
    case 'binary':
      if (step.index > 0) report(walk, step, faults.binary(NOT_FIRST).fault)
      return knowledge.change({ shape: { ...ANY_SHAPE, maps: knowledge.simple.shape.maps } })
    case 'directory':
      return yield* applyDirectory(walk, step, statement.path)
    case 'load':
      return yield* applyLoad(walk, step, statement)
    case 'store':
      return yield* applyStore(walk, step, statement)
    case 'force':
      return knowledge.change({ letters: statement.letters })
    case 'section':
      return knowledge.enter(statement.section)
    case 'declare':
      if ('like' in statement) checkDefined(walk, step, statement.like)
      return knowledge.definitions.set(statement.name, true)
    case 'derive':
      return checkDefined(walk, step, statement.definition)
    default:
      if (!applyRule(walk, step, statement)) applyToTables(walk, step, statement)
  }
}

function applyLet(walk: Walk, step: Step, { name, expression }: Extract<Statement, { kind: 'let' }>): void {
  if (expression !== undefined) adviseNames(walk, step, expression)
  const value =
    expression === undefined ? null : attempt(walk, step, () => knownValue(expression, step.knowledge))
  setVariable(walk, step, name, value === undefined ? UNKNOWN : value)
}

function setVariable(walk: Walk, step: Step, name: string, value: Known): void {
  const { knowledge } = step
  if (knowledge.isReadOnly(name)) {
    report(walk, step, faults.semantic(`The variable ${name} can only be read`).fault)
    return
  }
  const known = typeof value === 'string' && value.includes(GAP) ? UNKNOWN : value
  if (known !== UNKNOWN && isUnsupported(name, known)) {
    report(walk, step, faults.notSupported(`The variable ${name} is not supported`).fault)
  }
  const warning = known === UNKNOWN ? undefined : warningOf(name, known)
  if (warning !== undefined) advise(walk, step, 'LocaleUnknown', warning)
  knowledge.setVariable(name, known)
}

function* applyDirectory(walk: Walk, step: Step, path: string): Checking<void> {
  const { knowledge } = step
  if (path.includes(GAP)) return knowledge.change({ directory: UNKNOWN })
  const { directory } = knowledge.simple
  const fault = path.trim() === '' ? undefined : pathFault(path, knowledge)
  if (fault !== undefined) reportPath(walk, step, path, fault)
  else if (path.trim() !== '' && directory !== UNKNOWN) {
    const answer = yield* askHost({ kind: 'place', path, directory, use: 'reading' })
    if (answer.kind === 'fault') report(walk, step, answer.fault)
  }
  const isRelative = path.trim() !== '' && !/^\s*lib:/i.test(path)
  knowledge.change({ directory: fault !== undefined || isRelative ? UNKNOWN : path.trim() })
}

function checkDefined(walk: Walk, step: Step, name: string): void {
  const { definitions } = step.knowledge
  if (definitions.get(name) !== undefined || definitions.isOpen) return
  report(walk, step, faults.semantic(`The definition '${name}' is not declared before this`).fault)
}

/** Returns true if the statement says how later LOADs store their fields; that is known then. */
function applyRule(walk: Walk, step: Step, statement: Statement): boolean {
  const { knowledge } = step
  const { rules } = knowledge.simple
  switch (statement.kind) {
    case 'alias':
      knowledge.change({ rules: { ...rules, alias: [...rules.alias, ...statement.pairs] } })
      return true
    case 'qualify':
    case 'unqualify': {
      const on = statement.kind === 'qualify'
      const qualify = [...rules.qualify, ...statement.patterns.map((pattern) => ({ pattern, on }))]
      knowledge.change({ rules: { ...rules, qualify } })
      return true
    }
    case 'null-as-value': {
      const { on } = statement
      const nullAsValue = [...rules.nullAsValue, ...statement.patterns.map((pattern) => ({ pattern, on }))]
      knowledge.change({ rules: { ...rules, nullAsValue } })
      return true
    }
    case 'unmap': {
      const maps = [...rules.maps, ...statement.patterns.map((pattern) => ({ pattern }))]
      knowledge.change({ rules: { ...rules, maps } })
      return true
    }
    case 'map': {
      const { map, patterns, partial } = statement
      if (!isForReload(partial, false)) return true
      applyPlan(walk, step, planMapUse(map, knowledge.simple.shape))
      const maps = [...rules.maps, ...patterns.map((pattern) => ({ pattern, map }))]
      knowledge.change({ rules: { ...rules, maps } })
      return true
    }
    default:
      return false
  }
}

function applyToTables(walk: Walk, step: Step, statement: Statement): void {
  const answer = planOf(statement, step.knowledge.simple.shape)
  if (answer !== undefined) applyPlan(walk, step, answer)
  if (statement.kind === 'rename-tables-using' || statement.kind === 'rename-fields-using') {
    // The pairs of a map are data.
    step.knowledge.change({ shape: shrunkShape(step.knowledge.simple.shape, undefined) })
  }
}

function planOf(statement: Statement, shape: ModelShape): Planned<unknown> | undefined {
  switch (statement.kind) {
    case 'drop-tables':
      return planDropTables(statement.tables, shape)
    case 'drop-maps':
      return planDropMaps(statement.maps, shape)
    case 'drop-fields':
      return planDropFields(statement.fields, statement.tables, shape)
    case 'rename-tables':
      return planRenameTables(statement.pairs, shape)
    case 'rename-fields':
      return planRenameFields(statement.pairs, shape)
    case 'auto-number':
      return planAutoNumber(statement.patterns, shape)
    case 'note-using':
    case 'rename-tables-using':
    case 'rename-fields-using':
      return planMapUse(statement.map, shape)
    default:
      return undefined
  }
}

function applyPlan(walk: Walk, step: Step, answer: Planned<unknown>): void {
  if (answer.kind === 'refused') reportAll(walk, step, answer.faults)
  step.knowledge.change({ shape: answer.after })
}
