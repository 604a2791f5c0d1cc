/**
 * Room `script/check`: all faults of a script without running it, for `reprise check` and validation. What
 * looks at a script as a whole enters; each rule stands where a reload finds the fault.
 *
 * Finds faults of a script without running it: statements that cannot be parsed and blocks that do not match
 * (contract 05, section 2.1, validate). Nothing is expanded, read or evaluated, so a statement with `$(...)`
 * is not judged: what it says is known only at run time. A script without issues may still fail when it runs.
 */

import { faultOf, faults } from '../fault/fault.ts'
import type { FaultCode } from '../fault/fault-codes.ts'
import { type LineColumn, Lines } from '../fault/span.ts'
import {
  checkNext,
  parseCall,
  parseCase,
  parseCondition,
  parseExit,
  parseFor,
  parseGuarded,
  parseLoopTest,
  parseSub,
  parseSwitch,
} from '../parse/parse-control.ts'
import { parseLet, parseStatement } from '../parse/parse-statement.ts'
import { blockAt, isCloser, isOpener, isStray } from '../syntax/block.ts'
import type { Head } from '../syntax/head.ts'
import { type RawStatement, split } from '../syntax/split.ts'

/** Line and column, from 1, are those of the fault where they are known, else of the statement. */
export interface ScriptIssue extends LineColumn {
  readonly code: FaultCode
  readonly engineErrorCode: number
  readonly message: string
  /** The statement as written, without comments. */
  readonly statement: string
}

/** The issues in the order of the script. */
export function checkScript(script: string): ScriptIssue[] {
  const statements = split(script)
  const lines = new Lines(script)
  const issues: ScriptIssue[] = []
  const check = ({ text, origin }: RawStatement, work: () => unknown) => {
    try {
      work()
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      const { code, message, engineErrorCode, span = { start: 0, end: text.length } } = fault
      issues.push({ ...lines.at(origin(span).start), code, message, engineErrorCode, statement: text })
    }
  }
  let outermostEnd = -1
  const open: RawStatement[] = []
  statements.forEach((statement, index) => {
    const { head, text } = statement
    if (index > outermostEnd) {
      check(statement, () => {
        if (isStray(head)) throw faults.controlMismatch(`${head.toUpperCase()} stands outside its block`)
        if (isOpener(head)) outermostEnd = blockAt(statements, index, statements.length).end
      })
    }
    if (isOpener(head)) open.push(statement)
    const opener = isCloser(head) ? open.pop() : undefined
    if (isExpanded(statement)) return
    check(statement, () => (head === 'next' ? checkNext(text, variableOf(opener)) : parserOf(head)(text)))
  })
  return issues
}

const isExpanded = ({ text }: RawStatement): boolean => text.includes('$(')

/** The variable of a FOR, where that can be told. */
function variableOf(opener: RawStatement | undefined): string | undefined {
  if (opener?.head !== 'for' || isExpanded(opener)) return undefined
  try {
    return parseFor(opener.text).variable
  } catch (error) {
    if (faultOf(error) === undefined) throw error
    return undefined
  }
}

type Parser = (text: string) => unknown

const NOTHING: Parser = () => undefined

const PARSERS: Readonly<Partial<Record<Head, Parser>>> = {
  if: parseCondition,
  elseif: parseCondition,
  else: NOTHING,
  // biome-ignore lint/suspicious/noThenProperty: a head of the language, never a promise
  then: NOTHING,
  'end if': NOTHING,
  for: parseFor,
  do: parseLoopTest,
  loop: parseLoopTest,
  switch: parseSwitch,
  case: parseCase,
  default: NOTHING,
  'end switch': NOTHING,
  sub: parseSub,
  'end sub': NOTHING,
  call: parseCall,
  exit: parseExit,
  assign: parseLet,
  include: NOTHING,
}

function parserOf(head: Head): Parser {
  return PARSERS[head] ?? ((text) => parseStatement(text, parseGuarded(text).start))
}
