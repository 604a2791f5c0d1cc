/**
 * The identity of a value: its number if it has one, else its text (SEMANTICS, section 1 "identity key").
 * Values with the same key are equal for joins, DISTINCT, Exists, mapping and grouping. NULL has no key: it
 * equals nothing. A key is a number or a string, so a number never equals a text that looks like it.
 */
import type { Value } from './value.ts'

export type ValueKey = number | string

export function keyOf(value: Value): ValueKey | null {
  if (value === null || typeof value !== 'object') return value
  return value.number
}
