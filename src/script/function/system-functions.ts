/**
 * What the run knows about itself and where it runs, and hashes and points. What belongs to a desktop or a
 * chart is NULL in a reload, or an empty text.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
import { textOf, truth } from '../value/convert.ts'
import { hashText } from '../value/hash-text.ts'
import { numberText } from '../value/number-text.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, text } from './argument.ts'
import type { ScalarFunction } from './scalar-function.ts'

const ANY = Number.POSITIVE_INFINITY

const SYSTEM_ATTRIBUTES =
  'tenantId tenantName tenantUrl tenantUrlAlias tenantRegion spaceId spaceName spaceType'.split(' ')
const USER_ATTRIBUTES = 'userId userName userEmail userPicture userGroups'.split(' ')

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
  ofSystem('Author', () => ''),
  ofSystem('ConnectString', () => ''),
  ofSystem('GetCollationLocale', () => ''),
  ofSystem('GetDataModelHash', () => null),
  { name: 'GetSysAttr', min: 1, max: 1, evaluate: attribute(SYSTEM_ATTRIBUTES) },
  { name: 'GetUserAttr', min: 1, max: 1, evaluate: attribute(USER_ATTRIBUTES) },
  { name: 'GetFolderPath', min: 0, max: 1, evaluate: () => null },
  { name: 'Attribute', min: 2, max: 2, evaluate: () => null },
  { name: 'FieldElemNo', min: 1, max: 1, evaluate: () => null },
  { name: 'GetObjectField', min: 0, max: 2, evaluate: () => null },
  { name: 'HCNoRows', min: 0, max: 0, evaluate: () => null },
  { name: 'HCValue', min: 2, max: 2, evaluate: () => null },
  ofSystem('IsPartialReload', ({ partial }) => truth(partial)),
  { name: 'Hash128', min: 1, max: ANY, evaluate: hash(16) },
  { name: 'Hash160', min: 1, max: ANY, evaluate: hash(20) },
  { name: 'Hash256', min: 1, max: ANY, evaluate: hash(32) },
  { name: 'GeoMakePoint', min: 2, max: 2, evaluate: geoMakePoint },
]

function ofSystem(name: string, tell: (context: EvaluationContext) => Value): ScalarFunction {
  return { name, min: 0, max: 0, evaluate: (_, context) => tell(context) }
}

/**
 * By its name, which minds case: an empty text where the run does not know, NULL for what is no attribute.
 */
function attribute(names: readonly string[]): ScalarFunction['evaluate'] {
  return (args, context) => {
    const name = text(args, 0, context)
    return name !== null && names.includes(name) ? (context.system.attributes[name] ?? '') : null
  }
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

/** GeoMakePoint(latitude, longitude): longitude comes first in the point. */
function geoMakePoint(args: Arguments, context: EvaluationContext): Value {
  const latitude = number(args, 0, context)
  const longitude = number(args, 1, context)
  if (latitude === null || longitude === null) return null
  return `[${numberText(longitude, '.')},${numberText(latitude, '.')}]`
}
