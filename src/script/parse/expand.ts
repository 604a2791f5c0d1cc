/**
 * Dollar expansion: replaces every `$(...)` of one statement, inner ones first, also inside quotes and
 * brackets (LANGUAGE, section 10; SEMANTICS block O). What comes out is expanded again, so a macro may name
 * another; a limit ends those that name themselves. Inside a text in apostrophes the value comes in whole:
 * its own apostrophes are doubled. Elsewhere it becomes a part of the statement.
 */
import { defined } from '../../core/defined.ts'
import { type Fault, faultOf, faults, ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import type { Asking } from '../host.ts'
import { type DerivedText, TextMaker } from '../syntax/origin.ts'
import { closingMark, quoteEnd, withoutQuotes } from '../syntax/quote.ts'

export const MAX_EXPANSIONS = 1000
const MAX_LENGTH = 16 * 1024 * 1024

/** What an expansion can ask for. */
export interface ExpansionScope {
  /** Undefined: it is NULL, or there is no such variable; nothing takes its place. */
  text(name: string): string | undefined
  /** The number side as text: decimal point, no grouping, 0 when there is none. */
  numberText(name: string): string
  evaluate(expression: string): Asking<string>
  evaluateNumber(expression: string): Asking<string>
  /** Text of a script file; empty when it is missing and need not be there. */
  include(path: string, must: boolean): Asking<string>
}

/** A `$(...)` that has no value. */
export interface EmptyExpansion {
  /** As it is written, inner ones expanded. */
  readonly written: string
  /** Of the one around it that stands in the statement. */
  readonly span: Span
  /** Of an expression that cannot be evaluated. */
  readonly fault?: Fault
}

export interface ExpandedText extends DerivedText {
  readonly empty: readonly EmptyExpansion[]
}

/**
 * Throws ScriptFaultError: too many expansions, or a file that must be included, whose place is the whole
 * `$(...)` that stands in the statement.
 *
 * @param isRaw no quotes count in the statement: SET, TRACE and what else takes its text as it is
 */
export function* expand(statement: string, scope: ExpansionScope, isRaw = false): Asking<ExpandedText> {
  let count = 0
  const empty: EmptyExpansion[] = []
  function* all(text: string, isPlain: boolean, around?: Span): Asking<DerivedText> {
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
      const span = around ?? { start: open, end }
      try {
        const inner = yield* all(text.slice(open + 2, end - 1), false, span)
        const { value, fault } = yield* replacement(inner.text, scope)
        if (value === undefined)
          empty.push({ written: `$(${inner.text.trim()})`, span, ...defined({ fault }) })
        const { text: expanded } = yield* all(value ?? '', isPlain || isText, span)
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
  return { ...(yield* all(statement, isRaw)), empty }
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

interface Replacement {
  /** Undefined: there is none. */
  readonly value: string | undefined
  readonly fault?: Fault
}

function* replacement(content: string, scope: ExpansionScope): Asking<Replacement> {
  const include = includeOf(content)
  if (include !== undefined) return { value: yield* scope.include(include.path, include.must) }
  const macro = content.trim()
  if (macro.startsWith('=') || macro.startsWith('#=')) return yield* evaluated(macro, scope)
  if (macro.startsWith('#')) return { value: scope.numberText(macro.slice(1).trim()) }
  const open = macro.indexOf('(')
  const called = open > 0 && macro.endsWith(')')
  const value = scope.text(called ? macro.slice(0, open).trim() : macro)
  if (value === undefined || !called) return { value }
  return { value: withArguments(value, argumentsOf(macro.slice(open + 1, -1))) }
}

/** What cannot be evaluated is empty, and never a failed reload. */
function* evaluated(macro: string, scope: ExpansionScope): Asking<Replacement> {
  const expression = macro.slice(macro.indexOf('=') + 1)
  try {
    return {
      value: yield* macro.startsWith('#') ? scope.evaluateNumber(expression) : scope.evaluate(expression),
    }
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    return { value: undefined, fault }
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
