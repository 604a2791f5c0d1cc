/**
 * The values of ScriptError, ScriptErrorCount and ScriptErrorList (LANGUAGE, section 11; SEMANTICS block Q).
 */
import type { Fault } from '../fault/fault.ts'
import type { Value } from '../value/value.ts'

/** The vendor's texts of ScriptError. */
const TEXTS: Readonly<Record<number, string>> = {
  1: 'General error',
  2: 'Syntax error',
  3: 'General ODBC error',
  4: 'General OLE DB error',
  5: 'General custom database error',
  6: 'General XML error',
  7: 'General HTML error',
  8: 'File not found',
  9: 'Database not found',
  10: 'Table not found',
  11: 'Field not found',
  12: 'File has wrong format',
  13: 'BIFF error',
  14: 'BIFF error encrypted',
  15: 'BIFF error unsupported version',
  16: 'Semantic error',
}

/** An endless loop may fail in every pass. */
const LISTED_MAX = 1000

export interface ScriptErrors {
  /** Records a failed statement. */
  record(fault: Fault): void
  /** Records a successful statement: ScriptError is 0 again, count and list stay. */
  clear(): void
  readonly variables: Readonly<Record<string, () => Value>>
}

export function createScriptErrors(): ScriptErrors {
  const messages: string[] = []
  let count = 0
  let current: Value = 0
  return {
    record(fault) {
      count++
      if (messages.length < LISTED_MAX) messages.push(fault.message)
      current = { text: TEXTS[fault.scriptError] ?? fault.message, number: fault.scriptError }
    },
    clear() {
      current = 0
    },
    variables: {
      ScriptError: () => current,
      ScriptErrorCount: () => count,
      ScriptErrorList: () => messages.join('\n'),
    },
  }
}
