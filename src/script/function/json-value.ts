/** Values as JSON text and back. */
import { textOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'

/** What JSON text stands for. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Undefined for a text that is no JSON. */
export function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A number as number, unless it has a text of its own that is no number: that text. */
export function jsonValue(value: Value, settings: Settings): Json {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value
  const shown = textOf(value, settings) ?? ''
  return shown.trim() !== '' && Number(shown) === value.number ? value.number : shown
}

export const jsonOf = (value: Value, settings: Settings): string => JSON.stringify(jsonValue(value, settings))
