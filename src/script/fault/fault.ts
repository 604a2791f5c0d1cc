/**
 * Room `script/fault`: what goes wrong in a script and where. Codes, texts and places enter; who finds a
 * fault stands elsewhere.
 *
 * What goes wrong in a script: a code, the numbers that scripts and logs show for it (LANGUAGE, section 11),
 * a text for people, and the place where it is known.
 */
import { FAULT_KINDS, type FaultCode, type FaultName, faultCode } from './fault-codes.ts'
import type { Span } from './span.ts'

export interface Fault {
  readonly code: FaultCode
  /** As in `FaultKind`. */
  readonly scriptError: number
  readonly engineErrorCode: number
  readonly message: string
  /** In the expanded text of the statement. Absent: the statement as a whole. */
  readonly span?: Span
}

/**
 * Carries a fault through expression and statement code; caught at the statement by the interpreter or the
 * host.
 */
export class ScriptFaultError extends Error {
  override readonly name = 'ScriptFaultError'
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.message)
    this.fault = fault
  }

  /** The same fault at another place. */
  at({ start, end }: Span): ScriptFaultError {
    return new ScriptFaultError({ ...this.fault, span: { start, end } })
  }
}

type Raise = (message: string, span?: Span) => ScriptFaultError

/** Makes the error for a fault of a kind: `throw faults.tableNotFound(message, span)`. */
export const faults = Object.fromEntries(
  Object.entries(FAULT_KINDS).map(([name, { scriptError, engineErrorCode }]): [string, Raise] => {
    const code = faultCode(name as FaultName)
    return [
      name,
      (message, span) => {
        const error = new ScriptFaultError({ code, scriptError, engineErrorCode, message })
        return span === undefined ? error : error.at(span)
      },
    ]
  }),
) as Readonly<Record<FaultName, Raise>>

/** Runs `work`; a fault that knows no place in it is at this one. */
export function placedAt<T>(span: Span | undefined, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const unplaced = error instanceof ScriptFaultError && error.fault.span === undefined
    throw unplaced && span !== undefined ? error.at(span) : error
  }
}

/**
 * The fault that an error means: its own, or that the script asked for more than a text, a list or the stack
 * can hold, which V8 tells as a RangeError. Undefined for every other error: that is the world failing, or
 * our own mistake.
 */
export function faultOf(error: unknown): Fault | undefined {
  if (error instanceof ScriptFaultError) return error.fault
  if (!(error instanceof RangeError)) return undefined
  const found = TOO_LARGE.find(([words]) => words.test(error.message))
  return found === undefined ? undefined : faults.general(found[1]).fault
}

const TOO_LARGE: readonly (readonly [RegExp, string])[] = [
  [/^Invalid string length/, 'A text grows longer than the engine can hold'],
  [/^Maximum call stack size exceeded/, 'The expression is nested too deeply'],
  [/^(Map|Set) maximum size exceeded/, 'More different values than the engine can hold at once'],
  [/^Invalid array length/, 'More rows or values than the engine can hold at once'],
]
