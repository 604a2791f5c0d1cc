/**
 * The two sides of a value and what follows from them: text, number, truth and comparison (SEMANTICS block
 * C). Total: nothing here throws. What makes two values the same is in value-key.ts.
 */
import { formatsOf } from './formats.ts'
import { numberText } from './number-text.ts'
import type { Settings } from './settings.ts'
import { FALSE, TRUE, type Value } from './value.ts'

/** The text side; a number without text of its own gets 14 significant digits (A6). NULL has none. */
export function textOf(value: Value, settings: Settings): string | null {
  if (typeof value === 'string') return value
  if (value === null) return null
  if (typeof value === 'number') return numberText(value, settings.decimalSep)
  return value.text
}

/** The number side; a text is interpreted (A9). Null when there is none. */
export function numberOf(value: Value, settings: Settings): number | null {
  if (typeof value === 'number') return value
  if (value === null) return null
  if (typeof value !== 'string') return value.number
  const read = formatsOf(settings).readText(value)
  return Number.isNaN(read) ? null : read
}

/** Any number but 0 (A7); NULL and texts that are no numbers are false (B5, C11). */
export function isTrue(value: Value, settings: Settings): boolean {
  const number = typeof value === 'number' ? value : numberOf(value, settings)
  return number !== null && number !== 0
}

export function truth(condition: boolean): number {
  return condition ? TRUE : FALSE
}

/** A calculation outside its domain is NULL (B6, B7). */
export function finiteOrNull(result: number): number | null {
  return Number.isFinite(result) ? result : null
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * Two NULLs: NULL; one: only `<>` is true (C3); else by number when both sides can be read as one, else by
 * text (C1).
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

/** Below, at or above 0 as the left is less than, equal to or greater than the right; neither is NULL. */
export function relation(left: NonNullable<Value>, right: NonNullable<Value>, settings: Settings): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const leftNumber = numberOf(left, settings)
  if (leftNumber !== null) {
    const rightNumber = numberOf(right, settings)
    if (rightNumber !== null) return leftNumber < rightNumber ? -1 : leftNumber > rightNumber ? 1 : 0
  }
  return compareTexts(textOf(left, settings) ?? '', textOf(right, settings) ?? '')
}

/** By code units: case matters (C5). */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
