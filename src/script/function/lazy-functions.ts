/** Functions that do not compute all their arguments, or that compute a text as an expression. */

import { isTrue, numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import type { Evaluator } from './site/binding.ts'
import { ANY, type FunctionGroups, type LazySite } from './site/function-row.ts'

export const LAZY_FUNCTIONS: FunctionGroups = {
  Conditional: [
    { name: 'Alt', min: 1, max: ANY, seen: 37, gives: 'all', lazy: alt },
    { name: 'Coalesce', min: 1, max: ANY, seen: 3, gives: 'all', lazy: coalesce },
    { name: 'If', min: 2, max: 3, seen: 1148, gives: [1, 2], lazy: choose },
    { name: 'Pick', min: 1, max: ANY, seen: 22, gives: 'all', lazy: pick },
  ],
  Text: [{ name: 'Evaluate', min: 1, max: 1, seen: 10, lazy: evaluate, changing: true }],
}

/** A NULL condition takes the else branch (B5). */
function choose(args: readonly Evaluator[], { settings }: LazySite): Evaluator {
  const [condition, then, otherwise = () => null] = args
  return () => (isTrue(condition!(), settings) ? then!() : otherwise())
}

/** The first argument with a number side, else the last (A13). */
function alt(args: readonly Evaluator[]): Evaluator {
  return () => {
    let value: Value = null
    for (const evaluate of args) {
      value = evaluate()
      if (value !== null && typeof value !== 'string') return value
    }
    return value
  }
}

function coalesce(args: readonly Evaluator[]): Evaluator {
  return () => {
    for (const evaluate of args) {
      const value = evaluate()
      if (value !== null) return value
    }
    return null
  }
}

/** NULL if out of range (K16). */
function pick([position, ...choices]: readonly Evaluator[], { settings }: LazySite): Evaluator {
  return () => {
    const number = numberOf(position!(), settings)
    return number === null ? null : (choices[Math.trunc(number) - 1]?.() ?? null)
  }
}

/** Evaluates a text as an expression in the same scope (K17). The last text stays compiled. */
function evaluate([given]: readonly Evaluator[], { settings, compileText }: LazySite): Evaluator {
  let last: string | null = null
  let compiled: Evaluator = () => null
  return () => {
    const source = textOf(given!(), settings)
    if (source !== last) {
      last = source
      compiled = source === null ? () => null : compileText(source)
    }
    return compiled()
  }
}
