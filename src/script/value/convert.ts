/**
 * The text and number of a value, its truth, and comparison (SEMANTICS block C). Total: never throws.
 * Equality of values is in value-key.ts.
 */
import { formatsOf } from './formats.ts'
import { numberText } from './number-text.ts'
import type { Settings } from './settings.ts'
import { FALSE, TRUE, type Value } from './value.ts'

/**
 * Returns the text of a value; a number without its own text gets 14 significant digits (A6). NULL has none.
 */
export function textOf(value: Value, settings: Settings): string | null {
  if (typeof value === 'string') return value
  if (value === null) return null
  if (typeof value === 'number') return numberText(value, settings.decimalSep)
  return value.text
}

/** Returns the number of a value; a text is interpreted (A9). NULL if there is none. */
export function numberOf(value: Value, settings: Settings): number | null {
  if (typeof value === 'number') return value
  if (value === null) return null
  if (typeof value !== 'string') return value.number
  const read = formatsOf(settings).readText(value)
  return Number.isNaN(read) ? null : read
}

/** Returns true for any number but 0 (A7); false for NULL and texts that are no numbers (B5, C11). */
export function isTrue(value: Value, settings: Settings): boolean {
  const number = typeof value === 'number' ? value : numberOf(value, settings)
  return number !== null && number !== 0
}

export function truth(condition: boolean): number {
  return condition ? TRUE : FALSE
}

/** Returns NULL for a calculation outside its domain (B6, B7). */
export function finiteOrNull(result: number): number | null {
  return Number.isFinite(result) ? result : null
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * Compares two values. Two NULLs give NULL; with one NULL only `<>` is true (C3); otherwise by number if both
 * have one, else by text (C1).
 */
export function compareValues(
  operator: ComparisonOperator,
  left: Value,
  right: Value,
  settings: Settings,
): Value {
  if (left === null || right === null) {
    if (left === right) return null
    return truth(operator === '<>')
  }
  return truth(holds(operator, relation(left, right, settings)))
}

export function holds(operator: ComparisonOperator, relation: number): boolean {
  switch (operator) {
    case '=':
      return relation === 0
    case '<>':
      return relation !== 0
    case '<':
      return relation < 0
    case '<=':
      return relation <= 0
    case '>':
      return relation > 0
    case '>=':
      return relation >= 0
  }
}

/**
 * Returns a number below, at or above 0 if the left value is less than, equal to or greater than the right;
 * neither is NULL.
 */
export function relation(left: NonNullable<Value>, right: NonNullable<Value>, settings: Settings): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const leftNumber = numberOf(left, settings)
  if (leftNumber !== null) {
    const rightNumber = numberOf(right, settings)
    if (rightNumber !== null) return leftNumber < rightNumber ? -1 : leftNumber > rightNumber ? 1 : 0
  }
  return compareTexts(textOf(left, settings) ?? '', textOf(right, settings) ?? '')
}

/** Compares code units: case-sensitive (C5). */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
