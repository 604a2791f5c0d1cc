/**
 * Templates: texts with `{{path}}`, where the value of a path (scope.ts) comes in, escaped for the place
 * where the text goes: percent-encoded in an address, without control characters in a header, plain in a
 * chat, and inside JSON never as text but as a value, so that no value can end a string and go on as
 * something else.
 *
 * A text that is nothing but one placeholder takes the value with its type, where the place has types. What
 * is not there is empty, or null. What comes out is bounded.
 */
import { CHAT_ESCAPES, type ChatFormat } from '../chat.ts'
import type { Json } from './automation.ts'
import { RENDERED_MAX_CHARACTERS } from './limits.ts'
import { isObject, type Scope } from './scope.ts'

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g
const NAME = /^[A-Za-z0-9_-]{1,64}$/

export type Rendered<Value> =
  | { readonly kind: 'rendered'; readonly value: Value }
  | { readonly kind: 'fault'; readonly detail: string }

export type Place = 'text' | 'url' | 'header' | ChatFormat

/** The paths of all placeholders, as they are written. */
export function pathsIn(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, path]) => path!.trim())
}

/** Undefined when it is no path. */
export function parsePath(text: string): readonly string[] | undefined {
  const names = text.split('.')
  return names.every((name) => NAME.test(name)) ? names : undefined
}

export function renderText(template: string, scope: Scope, place: Place): Rendered<string> {
  return bounded((budget) => filled(template, scope, budget, ESCAPES[place]))
}

/** Names of members are no templates. */
export function renderJson(template: Json, scope: Scope): Rendered<Json> {
  return bounded((budget) => jsonFilled(template, scope, budget))
}

const ESCAPES: Readonly<Record<Place, (text: string) => string>> = {
  text: (text) => text,
  // A lone surrogate has no UTF-8.
  url: (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')),
  header: (text) => text.replace(/[^\t\x20-\x7e]/g, ' '),
  ...CHAT_ESCAPES,
}

function jsonFilled(template: Json, scope: Scope, budget: Budget): Json {
  if (typeof template === 'string') {
    const whole = /^\{\{([^{}]*)\}\}$/.exec(template)?.[1]
    if (whole === undefined) return filled(template, scope, budget, ESCAPES.text)
    const value = valueAt(scope, whole) ?? null
    budget.take(JSON.stringify(value).length)
    return value
  }
  if (Array.isArray(template)) return template.map((one: Json) => jsonFilled(one, scope, budget))
  if (!isObject(template)) return template
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [name, jsonFilled(value, scope, budget)]),
  )
}

function filled(template: string, scope: Scope, budget: Budget, escaped: (text: string) => string): string {
  budget.take(template.length)
  return template.replace(PLACEHOLDER, (_whole, path: string) => {
    const value = valueAt(scope, path)
    const text =
      value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
    const safe = escaped(text)
    budget.take(safe.length)
    return safe
  })
}

function valueAt(scope: Scope, path: string): Json | undefined {
  const names = parsePath(path.trim())
  return names && scope(names)
}

/** Ends rendering from any depth; never leaves this file. */
class TooLong extends Error {}

class Budget {
  #left = RENDERED_MAX_CHARACTERS

  take(characters: number): void {
    this.#left -= characters
    if (this.#left < 0) throw new TooLong()
  }
}

function bounded<Value>(render: (budget: Budget) => Value): Rendered<Value> {
  try {
    return { kind: 'rendered', value: render(new Budget()) }
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    const detail = `with its values it has more than ${RENDERED_MAX_CHARACTERS} characters`
    return { kind: 'fault', detail }
  }
}
