/**
 * What the run knows about itself, and the small ones that fit nowhere else: hashes, JSON test, points,
 * colours.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
import { textOf, truth } from '../value/convert.ts'
import { hashText } from '../value/hash-text.ts'
import { numberText } from '../value/number-text.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, text } from './argument.ts'
import type { ScalarFunction } from './scalar-function.ts'

const ANY = Number.POSITIVE_INFINITY

export const SYSTEM_FUNCTIONS: readonly ScalarFunction[] = [
  ofSystem('DocumentName', ({ system }) => system.documentName),
  ofSystem('DocumentPath', ({ system }) => system.documentPath),
  ofSystem('DocumentTitle', ({ system }) => system.documentTitle),
  ofSystem('ComputerName', ({ system }) => system.computerName),
  ofSystem('OSUser', ({ system }) => system.osUser),
  ofSystem('QVUser', ({ system }) => system.osUser),
  ofSystem('EngineVersion', ({ system }) => system.engineVersion),
  ofSystem('ProductVersion', ({ system }) => system.engineVersion),
  ofSystem('QlikViewVersion', ({ system }) => system.engineVersion),
  ofSystem('ClientPlatform', () => ''),
  ofSystem('IsPartialReload', ({ partial }) => truth(partial)),
  { name: 'Hash128', min: 1, max: ANY, evaluate: hash(16) },
  { name: 'Hash160', min: 1, max: ANY, evaluate: hash(20) },
  { name: 'Hash256', min: 1, max: ANY, evaluate: hash(32) },
  { name: 'IsJson', min: 1, max: 2, evaluate: isJson },
  { name: 'GeoMakePoint', min: 2, max: 2, evaluate: geoMakePoint },
  { name: 'RGB', min: 3, max: 3, evaluate: (args, context) => colour('RGB', args, context) },
  { name: 'ARGB', min: 4, max: 4, evaluate: (args, context) => colour('ARGB', args, context) },
]

function ofSystem(name: string, tell: (context: EvaluationContext) => Value): ScalarFunction {
  return { name, min: 0, max: 0, evaluate: (_, context) => tell(context) }
}

/** Every text goes in with its length, so that ('a','bc') and ('ab','c') differ. */
function hash(bytes: number): ScalarFunction['evaluate'] {
  return (args, { settings }) => {
    let all = ''
    for (const value of args) {
      const given = textOf(value, settings)
      all += given === null ? '-' : `${given.length}:${given}`
    }
    return hashText(all, bytes)
  }
}

/** The second argument asks for one kind: value, object, array, string, number, boolean or null. */
function isJson(args: Arguments, context: EvaluationContext): Value {
  const given = text(args, 0, context)
  const wanted = text(args, 1, context)?.toLowerCase() ?? 'value'
  if (given === null) return truth(false)
  try {
    const parsed: unknown = JSON.parse(given)
    const kind = parsed === null ? 'null' : Array.isArray(parsed) ? 'array' : typeof parsed
    return truth(wanted === 'value' || wanted === kind)
  } catch (error) {
    if (error instanceof SyntaxError) return truth(false)
    throw error
  }
}

/** GeoMakePoint(latitude, longitude): longitude comes first in the point. */
function geoMakePoint(args: Arguments, context: EvaluationContext): Value {
  const latitude = number(args, 0, context)
  const longitude = number(args, 1, context)
  if (latitude === null || longitude === null) return null
  return `[${numberText(longitude, '.')},${numberText(latitude, '.')}]`
}

/** A colour is its parts as text and one 32-bit number; without an alpha it is opaque. */
function colour(name: 'RGB' | 'ARGB', args: Arguments, context: EvaluationContext): Value {
  const parts = args.map((_, index) => number(args, index, context))
  if (parts.includes(null)) return null
  const whole = parts.map((part) => Math.min(255, Math.max(0, Math.trunc(part ?? 0))))
  const [alpha, red, green, blue] = name === 'ARGB' ? whole : [255, ...whole]
  return {
    text: `${name}(${whole.join(',')})`,
    number: ((alpha! << 24) | (red! << 16) | (green! << 8) | blue!) >>> 0,
  }
}
