/**
 * What goes wrong in a script: the value of ScriptError, the engine error number and a text (LANGUAGE,
 * section 11).
 */
export interface Fault {
  /**
   * 1 general, 2 syntax, 8 file not found, 10 table not found, 11 field not found, 12 wrong format, 16
   * semantic ...
   */
  readonly scriptError: number
  /** Shown as EDC_ERROR:<number> (contract 02, section 6.3). */
  readonly engineErrorCode: number
  readonly message: string
}

/**
 * Carries a fault through expression and statement code; caught at the statement by the interpreter or the
 * host.
 */
export class ScriptFaultError extends Error {
  override readonly name = 'ScriptFaultError'
  readonly fault: Fault
  /** The text of the statement from the place of the fault on, where that is known. */
  readonly rest: string | undefined

  constructor(fault: Fault, rest?: string) {
    super(fault.message)
    this.fault = fault
    this.rest = rest
  }
}

type Raise = (message: string) => ScriptFaultError

const raise =
  (scriptError: number, engineErrorCode: number): Raise =>
  (message) =>
    new ScriptFaultError({ scriptError, engineErrorCode, message })

export const faults = {
  general: raise(1, 1),
  syntax: raise(2, 11003),
  unknownStatement: raise(2, 11002),
  controlMismatch: raise(2, 11023),
  fileNotFound: raise(8, 11020),
  connectionNotFound: raise(8, 11015),
  pathInvalid: raise(8, 11025),
  pathOutside: raise(8, 11026),
  tableNotFound: raise(10, 11001),
  fieldNotFound: raise(11, 11013),
  mapNotFound: raise(10, 11014),
  wrongFormat: raise(12, 3004),
  wrongQvd: raise(12, 11047),
  encrypted: raise(14, 11019),
  nameTaken: raise(16, 11016),
  groupBy: raise(16, 11031),
  autogenerateCount: raise(16, 11021),
  prefixes: raise(16, 11022),
  nothingToConcatenate: raise(16, 11046),
  merge: raise(16, 30101),
  semantic: raise(16, 1),
} as const

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
