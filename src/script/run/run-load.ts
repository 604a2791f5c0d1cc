/** LOAD: partial reloads (LANGUAGE, section 12), and the reported rows. */
import { ask } from '../ask.ts'
import type { Asking, LoadResult, StoreRules } from '../host.ts'
import type { LoadStatement, PartialPrefix } from '../syntax/statement.ts'
import { formatsOf } from '../value/formats.ts'
import { readIfText } from '../value/interpret-text.ts'
import { logResult } from './current-statement.ts'
import type { CurrentStatement, ScriptState } from './script-state.ts'

/** Throws ScriptFaultError for faults of the host. */
export function* runLoad(
  state: ScriptState,
  current: CurrentStatement,
  statement: LoadStatement,
): Asking<void> {
  if (!runsNow(statement, state.input.partial)) {
    return yield* logResult(current, `Skipped in a ${state.input.partial ? 'partial' : 'full'} reload`)
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
    nullValue: readIfText(variables.get('NullValue') ?? '', formatsOf(variables.settings()).readText),
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
  { table, fields, rows, source, warnings = [] }: LoadResult,
): Asking<void> {
  for (const warning of warnings) yield* logResult(current, `Warning: ${warning}`)
  yield* logResult(current, `${fields.length} fields found: ${fields.join(', ')}, ${rows} lines fetched`)
  const fetched = (state.fetched.get(table) ?? 0) + rows
  state.fetched.set(table, fetched)
  yield { kind: 'progress', text: `${table} << ${source} ${withThousands(fetched)} Lines fetched` }
}

function withThousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}
