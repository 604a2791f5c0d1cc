/**
 * Finds faults of a script without running it: statements that cannot be parsed and blocks that do not match
 * (contract 05, section 2.1, validate). Nothing is expanded, read or evaluated, so a statement with `$(...)`
 * is not judged: what it says is known only at run time. A script without issues may still fail when it runs.
 */

import { faultOf, faults, ScriptFaultError } from './fault.ts'
import { blockAt, isOpener, isStray } from './syntax/block.ts'
import type { Head } from './syntax/head.ts'
import {
  parseCall,
  parseCase,
  parseCondition,
  parseExit,
  parseFor,
  parseGuarded,
  parseLoopTest,
  parseNext,
  parseSub,
  parseSwitch,
} from './syntax/parse-control.ts'
import { parseLet, parseStatement } from './syntax/parse-statement.ts'
import { type RawStatement, split } from './syntax/split.ts'

export interface ScriptIssue {
  /**
   * 1-based place of the fault where it is known, else of the beginning of the statement; columns in UTF-16
   * units.
   */
  readonly line: number
  readonly column: number
  readonly engineErrorCode: number
  readonly message: string
  /** The statement as written. */
  readonly statement: string
}

/** The issues in the order of the script. */
export function checkScript(script: string): ScriptIssue[] {
  const statements = split(script)
  const lines = script.split('\n')
  const lineStarts = [0]
  for (const line of lines) lineStarts.push(lineStarts.at(-1)! + line.length + 1)
  const issues: ScriptIssue[] = []
  const check = (statement: RawStatement, work: () => unknown) => {
    try {
      work()
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      const rest = error instanceof ScriptFaultError ? error.rest : undefined
      const { message, engineErrorCode } = fault
      issues.push({
        ...placeOf(lines, lineStarts, statement, rest),
        message,
        engineErrorCode,
        statement: statement.text,
      })
    }
  }
  let outermostEnd = -1
  statements.forEach((statement, index) => {
    const { head, text } = statement
    if (index > outermostEnd) {
      check(statement, () => {
        if (isStray(head)) throw faults.controlMismatch(`${head.toUpperCase()} stands outside its block`)
        if (isOpener(head)) outermostEnd = blockAt(statements, index, statements.length).end
      })
    }
    if (!text.includes('$(')) check(statement, () => parserOf(head)(text))
  })
  return issues
}

/** @param rest the end of the statement from the place on */
function placeOf(
  lines: readonly string[],
  lineStarts: readonly number[],
  { text, line, start }: RawStatement,
  rest = text,
) {
  const before = text.endsWith(rest) ? text.slice(0, text.length - rest.length).split('\n') : ['']
  const at = line + before.length - 1
  // Comments are not in the statement's text: the place is where the line goes on as the statement does.
  const word = /^[^\s/]*/.exec(rest)![0]
  const indent =
    before.length === 1
      ? Math.max(
          0,
          lines[at - 1]!.indexOf(/^[^\s/]*/.exec(text)![0], Math.max(0, start - lineStarts[line - 1]!)),
        )
      : 0
  const expected = indent + before.at(-1)!.length
  return { line: at, column: Math.max(expected, lines[at - 1]!.indexOf(word, expected)) + 1 }
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
  next: parseNext,
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
  return PARSERS[head] ?? ((text) => parseStatement(parseGuarded(text).statement))
}
