/**
 * Reading and changing JSON texts. Paths are pointers of RFC 6901: `/address/0/city`; the empty one is the
 * whole text.
 */

import { truth } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, text } from './argument.ts'
import { type Json, jsonValue, readJson } from './json-value.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups, type Scalar } from './site/function-row.ts'

export const JSON_FUNCTIONS: FunctionGroups = {
  Text: [
    { name: 'IsJson', min: 1, max: 2, seen: 1, scalar: isJson },
    { name: 'JsonGet', min: 2, max: 2, seen: 0, scalar: jsonGet },
    { name: 'JsonSet', min: 1, max: ANY, seen: 0, scalar: jsonSet(jsonArgument) },
    // NULL removes the member.
    {
      name: 'JsonSetEx',
      min: 1,
      max: ANY,
      seen: 0,
      scalar: jsonSet((args, at, { settings }) =>
        args[at] == null ? undefined : jsonValue(args[at], settings),
      ),
    },
    { name: 'JsonObject', min: 2, max: ANY, seen: 0, scalar: jsonObject },
  ],
}

/** The second argument asks for one kind: value, object, array, string, number, boolean or null. */
function isJson(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const wanted = text(args, 1, context)?.toLowerCase() ?? 'value'
  const parsed = given === null ? undefined : readJson(given)
  if (parsed === undefined) return truth(false)
  const kind = parsed === null ? 'null' : Array.isArray(parsed) ? 'array' : typeof parsed
  return truth(wanted === 'value' || wanted === kind)
}

/** A JSON text or number as a value, anything else as JSON text; NULL if missing or invalid. */
function jsonGet(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const pointer = text(args, 1, context)
  if (given === null || pointer === null) return null
  let found = readJson(given)
  for (const step of stepsOf(pointer) ?? []) found = memberOf(found, step)
  if (found === undefined || found === null || stepsOf(pointer) === undefined) return null
  return typeof found === 'number' || typeof found === 'string' ? found : JSON.stringify(found)
}

/** Returns undefined for an invalid pointer. */
function stepsOf(pointer: string): readonly string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function memberOf(json: Json | undefined, step: string): Json | undefined {
  if (json === null || typeof json !== 'object') return undefined
  if (Array.isArray(json)) return /^(0|[1-9]\d*)$/.test(step) ? json[Number(step)] : undefined
  return Object.hasOwn(json, step) ? json[step] : undefined
}

type Replacement = (args: Arguments, at: number, context: EvaluationContext) => Json | undefined

/** (json, pointer, value ...): missing members on the path are created. NULL for invalid JSON. */
function jsonSet(replacement: Replacement): Scalar {
  return (args, context) => {
    const given = text(args, 0, context)
    let json = given === null ? undefined : readJson(given)
    for (let at = 1; at + 1 < args.length && json !== undefined; at += 2) {
      const steps = stepsOf(text(args, at, context) ?? '-')
      json = steps === undefined ? undefined : changed(json, steps, replacement(args, at + 1, context))
    }
    return json === undefined ? null : JSON.stringify(json)
  }
}

/** @returns undefined when the pointer leads through a value that has no members */
function changed(json: Json | undefined, steps: readonly string[], put: Json | undefined): Json | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return put
  if (json === undefined || json === null) return changed({}, steps, put)
  if (typeof json !== 'object') return undefined
  const inner = changed(memberOf(json, step), rest, put)
  if (Array.isArray(json)) {
    const at = step === '-' ? json.length : Number(step)
    if (!(Number.isInteger(at) && at >= 0 && at <= json.length)) return undefined
    return inner === undefined ? json.toSpliced(at, 1) : json.toSpliced(at, 1, inner)
  }
  const members = Object.entries(json).filter(([name]) => inner !== undefined || name !== step)
  if (inner === undefined) return Object.fromEntries(members)
  return Object.hasOwn(json, step)
    ? Object.fromEntries(members.map(([name, value]) => [name, name === step ? inner : value]))
    : Object.fromEntries([...members, [step, inner]])
}

/** A valid JSON text is inserted as JSON, any other as a string. */
function jsonArgument(args: Arguments, at: number, context: EvaluationContext): Json | undefined {
  const given = text(args, at, context)
  if (given === null) return null
  return readJson(given) ?? jsonValue(args[at] ?? null, context.settings)
}

/** JsonObject(name, value [, name, value ...]); a pair whose value is NULL is left out. */
function jsonObject(args: Arguments, context: EvaluationContext): Value {
  const members: (readonly [string, Json])[] = []
  for (let at = 0; at < args.length; at += 2) {
    const value = args[at + 1] ?? null
    if (value !== null) members.push([text(args, at, context) ?? '', jsonValue(value, context.settings)])
  }
  return JSON.stringify(Object.fromEntries(members))
}
