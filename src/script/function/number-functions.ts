/**
 * Rounding, remainders, powers and constants (SEMANTICS K1 to K5, K19, B6). They return NULL outside
 * their domain.
 */

import { truth } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, numberOr, ofNumber, ofNumbers } from './argument.ts'
import { asRounded } from './shown-by.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'

export const NUMBER_FUNCTIONS: FunctionGroups = {
  Number: [
    { name: 'Floor', min: 1, max: 3, seen: 182, scalar: stepped(Math.floor) },
    { name: 'Ceil', min: 1, max: 3, seen: 116, scalar: stepped(Math.ceil) },
    // Halves are rounded up, also below zero (K4).
    {
      name: 'Round',
      min: 1,
      max: 3,
      seen: 71,
      shows: asRounded,
      scalar: stepped((steps) => Math.floor(settled(steps + 0.5))),
    },
    { name: 'Frac', min: 1, max: 1, seen: 0, scalar: ofNumber((x) => x - Math.floor(x)) },
    { name: 'fAbs', min: 1, max: 1, seen: 3, scalar: ofNumber(Math.abs) },
    { name: 'Sign', min: 1, max: 1, seen: 2, scalar: ofNumber(Math.sign) },
    { name: 'Mod', min: 2, max: 2, seen: 33, scalar: ofNumbers(mod) },
    { name: 'Div', min: 2, max: 2, seen: 9, scalar: ofNumbers((a, b) => Math.trunc(a / b)) },
    { name: 'fMod', min: 2, max: 2, seen: 0, scalar: ofNumbers((a, b) => a % b) },
    {
      name: 'Even',
      min: 1,
      max: 1,
      seen: 1,
      scalar: ofNumber((x) => (Number.isInteger(x) ? truth(x % 2 === 0) : Number.NaN)),
    },
    {
      name: 'Odd',
      min: 1,
      max: 1,
      seen: 0,
      scalar: ofNumber((x) => (Number.isInteger(x) ? truth(x % 2 !== 0) : Number.NaN)),
    },
    { name: 'BitCount', min: 1, max: 1, seen: 0, scalar: ofNumber(bitCount) },
    { name: 'Fact', min: 1, max: 1, seen: 0, scalar: ofNumber(factorial) },
  ],
  'Probability and tests': [
    {
      name: 'Combin',
      min: 2,
      max: 2,
      seen: 0,
      scalar: ofNumbers((p, q) => permutations(p, q) / factorial(q)),
    },
    { name: 'Permut', min: 2, max: 2, seen: 0, scalar: ofNumbers(permutations) },
    { name: 'Rand', min: 0, max: 0, seen: 91, changing: true, scalar: (_, context) => context.random() },
  ],
  Exponential: [
    { name: 'Exp', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.exp) },
    { name: 'Log', min: 1, max: 1, seen: 4, scalar: ofNumber((x) => (x > 0 ? Math.log(x) : Number.NaN)) },
    { name: 'Log10', min: 1, max: 1, seen: 0, scalar: ofNumber((x) => (x > 0 ? Math.log10(x) : Number.NaN)) },
    { name: 'Sqr', min: 1, max: 1, seen: 1, scalar: ofNumber((x) => x * x) },
    { name: 'Sqrt', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.sqrt) },
    { name: 'Pow', min: 2, max: 2, seen: 4, scalar: ofNumbers((x, y) => x ** y) },
  ],
  Trigonometric: [
    { name: 'Sin', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.sin) },
    { name: 'Cos', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.cos) },
    { name: 'Tan', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.tan) },
    { name: 'Asin', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.asin) },
    { name: 'Acos', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.acos) },
    { name: 'Atan', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.atan) },
    { name: 'Atan2', min: 2, max: 2, seen: 0, scalar: ofNumbers(Math.atan2) },
    { name: 'Sinh', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.sinh) },
    { name: 'Cosh', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.cosh) },
    { name: 'Tanh', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.tanh) },
    { name: 'Asinh', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.asinh) },
    { name: 'Acosh', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.acosh) },
    { name: 'Atanh', min: 1, max: 1, seen: 0, scalar: ofNumber(Math.atanh) },
  ],
  Constants: [
    { name: 'Pi', min: 0, max: 0, seen: 1, scalar: () => Math.PI },
    { name: 'e', min: 0, max: 0, seen: 1, scalar: () => Math.E },
  ],
}

/** Rounds to a multiple of a step, moved by an offset; a step of 0 gives NULL (B6). */
function stepped(round: (steps: number) => number): Scalar {
  return (args: Arguments, context: EvaluationContext): Value => {
    const given = number(args, 0, context)
    if (given === null) return null
    if (args.length === 1) return round(given)
    const step = number(args, 1, context)
    const offset = numberOr(args, 2, context, 0)
    if (step === null || offset === null || step === 0) return null
    const rounded = multiple(round(settled((given - offset) / step)), step)
    const result = offset === 0 ? rounded : withoutNoise(rounded + offset)
    return Number.isFinite(result) ? result : null
  }
}

/** 0.3 / 0.1 is 2.9999999999999996 in binary and 3 for everyone else (K5). */
function settled(steps: number): number {
  const nearest = Math.round(steps)
  return Math.abs(steps - nearest) <= Math.abs(nearest) * 1e-14 ? nearest : steps
}

/**
 * Of a step that divides 1, as 0.1 and 1/24 do, by division: the double nearest to the multiple, as if it had
 * been read.
 */
function multiple(steps: number, step: number): number {
  const parts = Math.round(1 / step)
  return parts !== 0 && 1 / parts === step ? steps / parts : withoutNoise(steps * step)
}

/** 3 * 0.3 is 0.8999999999999999 in binary; 15 digits are what a double holds. */
function withoutNoise(result: number): number {
  return Number.isInteger(result) ? result : Number(result.toPrecision(15))
}

/** Of integers, never negative, for divisors above 0 (K1). */
function mod(a: number, b: number): number {
  if (!Number.isInteger(a) || !Number.isInteger(b) || b <= 0) return Number.NaN
  return ((a % b) + b) % b
}

/** Of the 64-bit integer, of which a negative one has its complement's bits. */
function bitCount(given: number): number {
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(given)))
  let count = 0
  for (; rest !== 0n; rest >>= 1n) if ((rest & 1n) === 1n) count++
  return count
}

/** Of positive integers (functions.tsv); beyond 170 it exceeds a double. */
function factorial(given: number): number {
  if (!Number.isInteger(given) || given < 0 || given > 170) return Number.NaN
  let product = 1
  for (let factor = 2; factor <= given; factor++) product *= factor
  return product
}

function permutations(p: number, q: number): number {
  if (!Number.isInteger(p) || !Number.isInteger(q) || q < 0 || q > p || p > 10_000) return Number.NaN
  let product = 1
  for (let factor = p; factor > p - q; factor--) product *= factor
  return product
}
