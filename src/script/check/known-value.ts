/**
 * Expressions and `$(...)` outside of LOAD, computed as far as what they depend on is known from the text:
 * never clocks, chance, tables or files.
 */
import { compile } from '../evaluate/compile-expression.ts'
import { functionRow } from '../function/functions.ts'
import type { Binding } from '../function/site/binding.ts'
import type { ScriptClock, ScriptSystem } from '../host.ts'
import { type ExpandedText, type ExpansionScope, expand } from '../parse/expand.ts'
import { parseExpression } from '../parse/parse-expression.ts'
import { type Expression, operandsOf } from '../syntax/expression.ts'
import { isTrue, numberOf, textOf } from '../value/convert.ts'
import { numberText } from '../value/number-text.ts'
import type { Value } from '../value/value.ts'
import { type Knowledge, type Known, UNKNOWN } from './knowledge.ts'

/** Thrown where an evaluation meets what is not known. */
const NOT_KNOWN = new Error('not known')

/** A function of the world: it is not known what it gives. */
const unknowable = () => {
  throw NOT_KNOWN
}

const UNKNOWN_CLOCK = new Proxy({} as ScriptClock, { get: unknowable })
const UNKNOWN_SYSTEM = new Proxy({} as ScriptSystem, { get: unknowable })

/** @throws ScriptFaultError the fault that a reload would find */
export function knownValue(expression: Expression, knowledge: Knowledge): Known {
  if (gapsIn(expression) > 0) return UNKNOWN
  return knownOr(UNKNOWN, () => compile(expression, bindingOf(knowledge))())
}

/** @throws ScriptFaultError as `knownValue` */
export function truthOf(condition: Expression, knowledge: Knowledge): boolean | typeof UNKNOWN {
  const value = knownValue(condition, knowledge)
  return value === UNKNOWN ? UNKNOWN : isTrue(value, knowledge.settings())
}

/** Undefined: it is no number; UNKNOWN: it may be any. */
export function numberIn(expression: Expression, knowledge: Knowledge): number | undefined | typeof UNKNOWN {
  const value = knownValue(expression, knowledge)
  return value === UNKNOWN ? UNKNOWN : (numberOf(value, knowledge.settings()) ?? undefined)
}

function knownOr<Result, Otherwise>(otherwise: Otherwise, work: () => Result): Result | Otherwise {
  try {
    return work()
  } catch (error) {
    if (error === NOT_KNOWN) return otherwise
    throw error
  }
}

function bindingOf(knowledge: Knowledge): Binding {
  return {
    settings: knowledge.settings(),
    clock: UNKNOWN_CLOCK,
    random: unknowable,
    system: UNKNOWN_SYSTEM,
    partial: false,
    unknownNameIsNull: true,
    name(name) {
      const value = knowledge.variable(name)
      return value === undefined || value === UNKNOWN ? unknowable : () => value
    },
    call(name) {
      return functionRow(name)?.outside === undefined ? undefined : unknowable
    },
  }
}

/**
 * Stands for text that is not known. Like a letter, so that a name may hold it; no script has it, being no
 * character that anything is written with.
 */
export const GAP = '\u{31350}'

export const gapsOf = (text: string): number => text.split(GAP).length - 1

/** How many GAPs the expression has, in its texts and names or in its texts alone. */
export function gapsIn(expression: Expression, where: 'anywhere' | 'texts' = 'anywhere'): number {
  if (expression.kind === 'text') return gapsOf(expression.value)
  if (expression.kind === 'name') return where === 'texts' ? 0 : gapsOf(expression.name)
  if (expression.kind === 'call' && where === 'texts' && looksAtNames(expression.name)) return 0
  return operandsOf(expression).reduce((count, operand) => count + gapsIn(operand, where), 0)
}

/** Texts among its arguments may name fields, tables or maps. */
function looksAtNames(name: string): boolean {
  const row = functionRow(name)
  return row?.outside !== undefined || row?.context !== undefined
}

export interface Expanded extends ExpandedText {
  /** Names in `$(...)` that the script has not set, with the text that names them. */
  readonly unset: readonly string[]
}

/**
 * The statement with every `$(...)` replaced by what it means, or by a GAP.
 * @throws ScriptFaultError as a reload would: too many expansions
 */
export function expandKnown(text: string, knowledge: Knowledge, isRaw: boolean): Expanded {
  const unset: string[] = []
  const get = (name: string): Value | undefined => {
    const value = knowledge.variable(name)
    if (value === undefined) unset.push(name)
    return value === UNKNOWN ? undefined : value
  }
  const settings = knowledge.settings()
  const asText = (value: Value | undefined) => (value === undefined ? GAP : (textOf(value, settings) ?? ''))
  const asNumber = (value: Value | undefined) =>
    value === undefined ? GAP : numberText(numberOf(value, settings) ?? 0, '.')
  const evaluate = (expression: string): Value | undefined => {
    if (expression.includes(GAP)) return undefined
    const value = knownValue(parseExpression(expression), knowledge)
    return value === UNKNOWN ? undefined : value
  }
  const scope: ExpansionScope = {
    text: (name) => (name.includes(GAP) ? GAP : asText(get(name))),
    numberText: (name) => (name.includes(GAP) ? GAP : asNumber(get(name))),
    // biome-ignore lint/correctness/useYield: the scope of an expansion takes generators.
    *evaluate(expression) {
      return asText(evaluate(expression))
    },
    // biome-ignore lint/correctness/useYield: the scope of an expansion takes generators.
    *evaluateNumber(expression) {
      return asNumber(evaluate(expression))
    },
    // biome-ignore lint/correctness/useYield: the scope of an expansion takes generators.
    *include() {
      return GAP
    },
  }
  const expanding = expand(text, scope, isRaw)
  const { value, done } = expanding.next()
  if (done !== true) throw new Error('an expansion asked the host')
  return { ...value, unset }
}
