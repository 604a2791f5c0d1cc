/** LOAD: preceding loads, partial reloads (LANGUAGE, section 12), and the reported rows. */
import { ask } from '../ask.ts'
import { faults } from '../fault/fault.ts'
import type { Asking, LoadResult, StoreRules } from '../host.ts'
import { type LoadStatement, NO_SOURCE, type PartialPrefix, type Statement } from '../syntax/statement.ts'
import { type CurrentStatement, logResult } from './current-statement.ts'
import type { ScriptState } from './script-state.ts'

/** Does the next statement belong to this one? The bottom of a stack of LOADs has a source of its own. */
export function isIncomplete(statement: Statement): boolean {
  return statement.kind === 'load' && statement.levels.at(-1)!.source.kind === 'preceding'
}

/** Throws ScriptFaultError for faults of the host. */
export function* runLoad(
  state: ScriptState,
  current: CurrentStatement,
  statement: LoadStatement,
): Asking<void> {
  if (!runsNow(statement, state.input.partial)) {
    return yield* logResult(current, `Skipped in a ${state.input.partial ? 'partial' : 'full'} reload`)
  }
  if (isIncomplete(statement)) {
    throw faults.syntax(NO_SOURCE)
  }
  const { variables } = state
  const rules = storeRules(state)
  const result = yield* ask({
    kind: 'load',
    statement,
    settings: variables.settings(),
    rules,
    variable: variables.get,
  })
  yield* tell(state, current, result)
  const { variable } = statement.prefixes.merge ?? {}
  if (variable !== undefined) variables.set(variable, result.sequence ?? null)
}

function storeRules({ rules, variables, letters }: ScriptState): StoreRules {
  const { alias, qualify, maps, nullAsValue } = rules
  return {
    letters,
    alias: [...alias],
    qualify: [...qualify],
    maps: [...maps],
    nullAsValue: [...nullAsValue],
    nullValue: variables.get('NullValue') ?? '',
  }
}

/** In a partial reload: ADD, REPLACE and mapping loads; in a full one all but ADD ONLY and REPLACE ONLY. */
function runsNow({ prefixes }: LoadStatement, partial: boolean): boolean {
  return (partial && prefixes.mapping === true) || isForReload(prefixes.partial, partial)
}

/** Does a statement with this prefix, or none, run in a reload of this kind? (LANGUAGE, section 12) */
export function isForReload(prefix: PartialPrefix | undefined, partial: boolean): boolean {
  return partial ? prefix !== undefined : prefix?.only !== true
}

function* tell(
  state: ScriptState,
  current: CurrentStatement,
  { table, fields, rows, source }: LoadResult,
): Asking<void> {
  yield* logResult(current, `${fields.length} fields found: ${fields.join(', ')}, ${rows} lines fetched`)
  const fetched = (state.fetched.get(table) ?? 0) + rows
  state.fetched.set(table, fetched)
  yield { kind: 'progress', text: `${table} << ${source} ${withThousands(fetched)} Lines fetched` }
}

function withThousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}
