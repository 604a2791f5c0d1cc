/**
 * Dollar expansion: replaces every `$(...)` of one statement, inner ones first, also inside quotes and
 * brackets (LANGUAGE, section 10; SEMANTICS block O). What comes out is expanded again, so a macro may name
 * another; a limit ends those that name themselves. Inside a text in apostrophes the value comes in whole:
 * its own apostrophes are doubled. Elsewhere it becomes a part of the statement.
 */
import { type Fault, faultOf, faults, ScriptFaultError } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import { type DerivedText, TextMaker } from '../syntax/origin.ts'
import { closingMark, quoteEnd, withoutQuotes } from '../syntax/quote.ts'

export const MAX_EXPANSIONS = 1000
const MAX_LENGTH = 16 * 1024 * 1024

/** What an expansion can ask for. Texts of NULL and of what does not exist are empty. */
export interface ExpansionScope {
  text(name: string): string
  /** The number side as text: decimal point, no grouping, 0 when there is none. */
  numberText(name: string): string
  evaluate(expression: string): Asking<string>
  evaluateNumber(expression: string): Asking<string>
  /** The expression of a `$(=...)` has this fault: nothing takes its place. */
  warn(expression: string, fault: Fault): Asking<void>
  /** Text of a script file; empty when it is missing and need not be there. */
  include(path: string, must: boolean): Asking<string>
}

/**
 * Throws ScriptFaultError: too many expansions, or a file that must be included, whose place is the whole
 * `$(...)` that stands in the statement.
 *
 * @param isRaw no quotes count in the statement: SET, TRACE and what else takes its text as it is
 */
export function* expand(statement: string, scope: ExpansionScope, isRaw = false): Asking<DerivedText> {
  let count = 0
  function* all(text: string, isPlain: boolean): Asking<DerivedText> {
    const result = new TextMaker(text)
    let at = 0
    let mark = ''
    for (let open = text.indexOf('$('); open !== -1; open = text.indexOf('$(', at)) {
      const end = macroEnd(text, open)
      if (end === undefined) break
      count += 1
      if (count > MAX_EXPANSIONS) {
        throw faults.general(`More than ${MAX_EXPANSIONS} expansions in one statement: $(...) names itself?`)
      }
      result.copy(at, open)
      if (!isPlain) mark = markBehind(text, at, open, mark)
      const isText = mark === "'"
      try {
        const inner = yield* all(text.slice(open + 2, end - 1), false)
        const { text: expanded } = yield* all(yield* replacement(inner.text, scope), isPlain || isText)
        result.replace(open, end, isText ? expanded.replaceAll("'", "''") : expanded)
      } catch (error) {
        throw error instanceof ScriptFaultError ? error.at({ start: open, end }) : error
      }
      if (result.length > MAX_LENGTH) throw faults.general('The expanded statement is longer than 16 MiB')
      at = end
    }
    result.copy(at, text.length)
    return result.made()
  }
  return yield* all(statement, isRaw)
}

/** The mark that closes what is open at `to`; '' if nothing is. @param mark the same at `from` */
function markBehind(text: string, from: number, to: number, mark: string): string {
  let closing = mark
  for (let at = from; at < to; at += 1) {
    const character = text.charAt(at)
    if (closing === '') {
      const partner = closingMark(character)
      if (partner !== undefined && text.includes(partner, at + 1)) closing = partner
    } else if (character === closing) {
      if (text.charAt(at + 1) === closing) at += 1
      else closing = ''
    }
  }
  return closing
}

const INCLUDE = /^\s*(must_)?include\s*=(.*)$/is

/** A statement that is an Include and nothing else. */
export function includeOf(expanded: string): { readonly path: string; readonly must: boolean } | undefined {
  const match = INCLUDE.exec(expanded)
  return match === null ? undefined : { path: withoutQuotes(match[2]!.trim()), must: match[1] !== undefined }
}

function* replacement(content: string, scope: ExpansionScope): Asking<string> {
  const include = includeOf(content)
  if (include !== undefined) return yield* scope.include(include.path, include.must)
  const macro = content.trim()
  if (macro.startsWith('=') || macro.startsWith('#=')) return yield* evaluated(macro, scope)
  if (macro.startsWith('#')) return scope.numberText(macro.slice(1).trim())
  const open = macro.indexOf('(')
  const called = open > 0 && macro.endsWith(')')
  const value = scope.text(called ? macro.slice(0, open).trim() : macro)
  return called ? withArguments(value, argumentsOf(macro.slice(open + 1, -1))) : value
}

/** What cannot be evaluated is empty, and never a failed reload. */
function* evaluated(macro: string, scope: ExpansionScope): Asking<string> {
  const expression = macro.slice(macro.indexOf('=') + 1)
  try {
    return yield* macro.startsWith('#') ? scope.evaluateNumber(expression) : scope.evaluate(expression)
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    yield* scope.warn(expression, fault)
    return ''
  }
}

/** `$1` ... are the arguments, `$0` their count; what has no argument stays (O7). */
function withArguments(text: string, args: readonly string[]): string {
  return text.replace(/\$(\d+)/g, (written, digits: string) =>
    digits === '0' ? String(args.length) : (args[Number(digits) - 1] ?? written),
  )
}

/** At commas outside of quotes and parentheses (O8). */
export function argumentsOf(text: string): string[] {
  if (text.trim() === '') return []
  const args: string[] = []
  let start = 0
  let depth = 0
  for (let at = 0; at < text.length; at = quoteEnd(text, at) ?? at + 1) {
    const character = text.charAt(at)
    if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (character === ',' && depth === 0) {
      args.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...args, text.slice(start).trim()]
}

/**
 * Offset behind the `)` that ends the macro at `open`. Quotes hide parentheses only where an expression or
 * arguments can stand: a plain name or a path may hold a single apostrophe.
 */
function macroEnd(text: string, open: number): number | undefined {
  let depth = 0
  const expression = /^\$\(\s*#?=/.test(text.slice(open, open + 40))
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '(') depth += 1
    else if (character === ')') {
      depth -= 1
      if (depth === 0) return at + 1
    } else if (expression || depth > 1) at = (quoteEnd(text, at) ?? at + 1) - 1
  }
  return undefined
}
