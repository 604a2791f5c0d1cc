/**
 * Executes one parsed regular statement (LANGUAGE, section 3). Throws ScriptFaultError for faults of its own
 * and of the host.
 */
import { ask } from '../ask.ts'
import { faults } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import type { DeclareStatement, RenamePair, Statement } from '../syntax/statement.ts'
import { textOf } from '../value/convert.ts'
import { warningOf } from '../value/system-variables.ts'
import type { Value } from '../value/value.ts'
import { lineOf, logResult } from './current-statement.ts'
import { evaluate, evaluateNumber } from './evaluate-script.ts'
import { isForReload, runLoad } from './run-load.ts'
import type { CurrentStatement, ScriptState } from './script-state.ts'

/** The help allows it nowhere else (SEMANTICS S1). */
export const NOT_FIRST = 'BINARY must be the first statement of the script'

const MAX_SLEEP_MS = 3_600_000

export function* runStatement(
  state: ScriptState,
  current: CurrentStatement,
  statement: Statement,
): Asking<void> {
  const { variables } = state
  switch (statement.kind) {
    case 'rem':
      return
    case 'set':
      return yield* assign(state, current, statement.name, statement.text)
    case 'let': {
      const { name, expression } = statement
      const value = expression === undefined ? null : yield* evaluate(state, expression)
      return yield* assign(state, current, name, value)
    }
    case 'drop-variables':
      for (const name of statement.variables) variables.drop(name)
      return
    case 'trace':
      yield { kind: 'log', line: lineOf(current), depth: current.nesting.depth, text: statement.text }
      yield { kind: 'progress', text: statement.text }
      return
    case 'sleep': {
      const milliseconds = yield* evaluateNumber(state, statement.milliseconds, 'The time of SLEEP')
      return yield* ask({
        kind: 'sleep',
        milliseconds: Math.min(MAX_SLEEP_MS, Math.max(0, milliseconds)),
      })
    }
    case 'binary': {
      if (state.statements > 1) throw faults.binary(NOT_FIRST)
      if (state.input.partial) return yield* logResult(current, 'Skipped in a partial reload')
      return yield* ask({ kind: 'binary', app: statement.app })
    }
    case 'directory':
      return yield* ask({ kind: 'directory', path: statement.path })
    case 'load':
      return yield* runLoad(state, current, statement)
    case 'store': {
      const { rows } = yield* ask({ kind: 'store', statement, settings: variables.settings() })
      return yield* logResult(current, `${rows} lines stored in ${statement.path}`)
    }
    case 'declare':
      return declare(state, statement)
    case 'derive': {
      const { from, names, definition } = statement
      const derived = { from, names, definition, ...definitionOf(state, definition) }
      return yield* ask({ kind: 'derive', derived })
    }
    case 'force':
      state.letters = statement.letters
      return
    case 'qualify':
    case 'unqualify':
    case 'alias':
    case 'map':
    case 'unmap':
    case 'null-as-value':
      return yield* addRule(state, current, statement)
    default:
      return yield* runOnTables(state, statement)
  }
}

function* assign(
  { variables }: ScriptState,
  current: CurrentStatement,
  name: string,
  value: Value,
): Asking<void> {
  variables.set(name, value)
  const warning = warningOf(name, value)
  if (warning !== undefined) yield* logResult(current, `Warning: ${warning}`)
}

function declare(state: ScriptState, statement: DeclareStatement): void {
  const { name, parameters } = statement
  if ('like' in statement) {
    const like = definitionOf(state, statement.like)
    state.definitions.set(name, { ...like, parameters: { ...like.parameters, ...parameters } })
  } else {
    const { kind, name: _, ...definition } = statement
    state.definitions.set(name, definition)
  }
}

function definitionOf({ definitions }: ScriptState, name: string) {
  const found = definitions.get(name)
  if (found === undefined) throw faults.semantic(`The definition '${name}' is not declared before this`)
  return found
}

type RuleStatement = Extract<
  Statement,
  { kind: 'qualify' | 'unqualify' | 'alias' | 'map' | 'unmap' | 'null-as-value' }
>

type TableStatement = Extract<
  Statement,
  {
    kind:
      | 'drop-tables'
      | 'drop-maps'
      | 'drop-fields'
      | 'rename-tables'
      | 'rename-fields'
      | 'rename-tables-using'
      | 'rename-fields-using'
      | 'auto-number'
      | 'note'
      | 'note-using'
      | 'section'
  }
>

/** Later loads store their fields by these rules. */
function* addRule(state: ScriptState, current: CurrentStatement, statement: RuleStatement): Asking<void> {
  const { rules } = state
  switch (statement.kind) {
    case 'alias':
      rules.alias.push(...statement.pairs)
      return
    case 'qualify':
    case 'unqualify': {
      const on = statement.kind === 'qualify'
      rules.qualify.push(...statement.patterns.map((pattern) => ({ pattern, on })))
      return
    }
    case 'null-as-value': {
      const { on } = statement
      rules.nullAsValue.push(...statement.patterns.map((pattern) => ({ pattern, on })))
      return
    }
    case 'unmap':
      rules.maps.push(...statement.patterns.map((pattern) => ({ pattern })))
      return
    case 'map': {
      const { map, patterns, partial } = statement
      if (!isForReload(partial, state.input.partial))
        return yield* logResult(current, 'Skipped in this reload')
      // A missing map is a fault of this statement, not of later loads (M7).
      yield* ask({ kind: 'mapping-pairs', map })
      rules.maps.push(...patterns.map((pattern) => ({ pattern, map })))
    }
  }
}

function* runOnTables(state: ScriptState, statement: TableStatement): Asking<void> {
  switch (statement.kind) {
    case 'drop-tables':
      yield* ask(statement)
      for (const table of statement.tables) state.fetched.delete(table)
      return
    case 'rename-tables':
      return yield* renameTables(state, statement.pairs)
    case 'rename-tables-using':
      return yield* renameTables(state, yield* pairsOf(state, statement.map))
    case 'rename-fields-using':
      return yield* ask({ kind: 'rename-fields', pairs: yield* pairsOf(state, statement.map) })
    case 'rename-fields':
    case 'drop-maps':
    case 'drop-fields':
    case 'auto-number':
    case 'section':
      return yield* ask(statement)
    case 'note': {
      const { note, of, names, texts } = statement
      return yield* ask({ kind: 'note', note, of, entries: names.map((name) => ({ name, texts })) })
    }
    case 'note-using': {
      const { note, of, map } = statement
      const pairs = yield* pairsOf(state, map)
      return yield* ask({
        kind: 'note',
        note,
        of,
        entries: pairs.map(({ from, to }) => ({ name: from, texts: [to] })),
      })
    }
  }
}

function* renameTables({ fetched }: ScriptState, pairs: readonly RenamePair[]): Asking<void> {
  yield* ask({ kind: 'rename-tables', pairs })
  const counts = pairs.map(({ from, to }) => [to, fetched.get(from)] as const)
  for (const { from } of pairs) fetched.delete(from)
  for (const [to, count] of counts) if (count !== undefined) fetched.set(to, count)
}

/** Returns a mapping table as pairs of old and new names. */
function* pairsOf({ variables }: ScriptState, map: string): Asking<RenamePair[]> {
  const settings = variables.settings()
  const pairs = yield* ask({ kind: 'mapping-pairs', map })
  return pairs.map(([from, to]) => ({ from: textOf(from, settings) ?? '', to: textOf(to, settings) ?? '' }))
}
