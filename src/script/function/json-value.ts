/** Values as JSON text and back. */
import { textOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'

/** The value of a JSON text. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Returns undefined for invalid JSON. */
export function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A number as a number, unless its text is not a number: then the text. */
export function jsonValue(value: Value, settings: Settings): Json {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value
  const shown = textOf(value, settings) ?? ''
  return shown.trim() !== '' && Number(shown) === value.number ? value.number : shown
}

export const jsonOf = (value: Value, settings: Settings): string => JSON.stringify(jsonValue(value, settings))
