/** What a running script remembers from one statement to the next. */

import type { DerivedFields, FieldRule, ScriptInput, StoreRules } from '../host.ts'
import type { EmptyExpansion } from '../parse/expand.ts'
import type { Origin } from '../syntax/origin.ts'
import type { RawStatement } from '../syntax/split.ts'
import type { RenamePair } from '../syntax/statement.ts'
import type { Letters } from '../value/letters.ts'
import { createScriptErrors, type ScriptErrors } from './script-errors.ts'
import { createVariables, type Variables } from './variables.ts'
import type { WaitingLabel, WaitingLoads } from './waiting.ts'

export interface ScriptState {
  readonly input: ScriptInput
  readonly variables: Variables
  readonly errors: ScriptErrors
  /** By name in lower case. */
  readonly subs: Map<string, Sub>
  /** How later loads store their fields, in the order written. */
  readonly rules: {
    readonly alias: RenamePair[]
    readonly qualify: FieldRule[]
    readonly maps: StoreRules['maps'][number][]
    readonly nullAsValue: FieldRule[]
  }
  /** What DECLARE has defined, by name. */
  readonly definitions: Map<string, Pick<DerivedFields, 'tags' | 'parameters' | 'fields' | 'groups'>>
  /** Rows fetched so far by target: counts add up in the progress text (contract 02, section 6.1). */
  readonly fetched: Map<string, number>
  /** What FORCE said last. */
  letters: Letters
  /** For the next LOAD that runs. */
  waiting: {
    readonly label: WaitingLabel<CurrentStatement> | undefined
    readonly loads: WaitingLoads<CurrentStatement> | undefined
  }
  /** Statements begun so far. */
  statements: number
}

/** Statements that are run as one text: the script, an included file, what a macro expanded to. */
export interface Unit {
  /** The text of the script or of the included file that they came from. */
  readonly script: string
  readonly statements: readonly RawStatement[]
  /** Set inside an included file: its path and the line of the main script that led there. */
  readonly included?: { readonly path: string; readonly line: number }
}

/** How deep the script stands: blocks and calls for the log, calls for the limit, loops and subs for EXIT. */
export interface Nesting {
  readonly depth: number
  /** Calls and included files around it. */
  readonly calls: number
  readonly inSub: boolean
  /** Loops around it, in the same sub. */
  readonly fors: number
  readonly dos: number
}

export interface CurrentStatement {
  readonly unit: Unit
  readonly index: number
  readonly nesting: Nesting
  readonly statement: RawStatement
  /** The statement as far as it is expanded. */
  text: string
  /** From spans of `text` to the script of the unit. */
  origin: Origin
  /** What has no value in it. */
  empty: readonly EmptyExpansion[]
}

export interface Sub {
  readonly unit: Unit
  /** Statements of the body: from inclusive, to exclusive. */
  readonly from: number
  readonly to: number
  readonly formals: readonly string[]
}

export function createState(input: ScriptInput): ScriptState {
  const errors = createScriptErrors()
  const variables = createVariables(errors.variables)
  for (const [name, text] of Object.entries(input.variables)) variables.set(name, text)
  const rules = { alias: [], qualify: [], maps: [], nullAsValue: [] }
  return {
    input,
    variables,
    errors,
    subs: new Map(),
    rules,
    definitions: new Map(),
    fetched: new Map(),
    letters: 'mixed',
    waiting: { label: undefined, loads: undefined },
    statements: 0,
  }
}
