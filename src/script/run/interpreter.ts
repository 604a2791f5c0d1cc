/**
 * Room `script/run`: the interpreter: statements in their order, control flow, variables and errors. It asks
 * its host for everything else, as a generator.
 *
 * Runs a load script: split, expand, parse, execute, one statement at a time (LANGUAGE, section 1). A pure
 * generator: it yields requests to the host and is resumed with the answers, so it never touches tables,
 * files, clocks or randomness itself. It yields a `position` before every statement and every pass of a loop:
 * a host can stop any script there.
 */
import { ask } from '../ask.ts'
import { faultOf } from '../fault/fault.ts'
import type { Asking, HostAnswer, HostRequest, ScriptEnd, ScriptInput } from '../host.ts'
import { split } from '../syntax/split.ts'
import { textOf } from '../value/convert.ts'
import { ScriptStopped } from './current-statement.ts'
import { runRange } from './run-block.ts'
import { endWaiting } from './run-waiting.ts'
import { createState, type ScriptState } from './script-state.ts'

/**
 * Never throws for faults of a script: they end it as failed, unless ErrorMode is 0. A read-only variable in
 * the input fails the run before its first statement.
 */
export function* interpret(input: ScriptInput): Generator<HostRequest, ScriptEnd, HostAnswer> {
  const statements = split(input.script)
  const top = { depth: 0, calls: 0, inSub: false, fors: 0, dos: 0 }
  try {
    const state = createState(input)
    yield* runRange(state, { script: input.script, statements }, 0, statements.length, top)
    yield* endWaiting(state)
    yield* hideFields(state)
    return { kind: 'completed' }
  } catch (error) {
    if (error instanceof ScriptStopped) {
      const { fault, position, statement } = error
      return { kind: 'failed', fault, ...position, statement }
    }
    const fault = faultOf(error)
    if (fault !== undefined) return { kind: 'failed', fault, line: 1, statement: '' }
    throw error
  }
}

/** HidePrefix and HideSuffix are taken as they are at the end, for fields of all tables. */
function* hideFields({ variables }: ScriptState): Asking<void> {
  const text = (name: string) => textOf(variables.get(name) ?? null, variables.settings()) ?? ''
  const hidden = { prefix: text('HidePrefix'), suffix: text('HideSuffix') }
  if (hidden.prefix !== '' || hidden.suffix !== '') yield* ask({ kind: 'hide-fields', ...hidden })
}
