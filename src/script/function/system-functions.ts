/**
 * What the run knows about itself and where it runs, and hashes and points. Functions of a desktop or a
 * chart return NULL in a reload, or an empty text.
 */

import { textOf, truth } from '../value/convert.ts'
import { hashText } from '../value/hash-text.ts'
import { numberText } from '../value/number-text.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, text } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups, type Scalar } from './site/function-row.ts'

const SYSTEM_ATTRIBUTES =
  'tenantId tenantName tenantUrl tenantUrlAlias tenantRegion spaceId spaceName spaceType'.split(' ')
const USER_ATTRIBUTES = 'userId userName userEmail userPicture userGroups'.split(' ')

export const SYSTEM_FUNCTIONS: FunctionGroups = {
  System: [
    { name: 'DocumentName', min: 0, max: 0, seen: 31, scalar: (_, { system }) => system.documentName },
    { name: 'DocumentPath', min: 0, max: 0, seen: 40, scalar: (_, { system }) => system.documentPath },
    { name: 'DocumentTitle', min: 0, max: 0, seen: 2, scalar: (_, { system }) => system.documentTitle },
    { name: 'ComputerName', min: 0, max: 0, seen: 3, scalar: (_, { system }) => system.computerName },
    { name: 'OSUser', min: 0, max: 0, seen: 1, scalar: (_, { system }) => system.osUser },
    { name: 'EngineVersion', min: 0, max: 0, seen: 2, scalar: (_, { system }) => system.engineVersion },
    { name: 'ProductVersion', min: 0, max: 0, seen: 0, scalar: (_, { system }) => system.engineVersion },
    { name: 'ClientPlatform', min: 0, max: 0, seen: 0, scalar: () => '' },
    { name: 'Author', min: 0, max: 0, seen: 0, scalar: () => '' },
    {
      name: 'GetCollationLocale',
      min: 0,
      max: 0,
      seen: 0,
      scalar: (_, { settings }) => settings.collationLocale,
    },
    { name: 'GetDataModelHash', min: 0, max: 0, seen: 0, scalar: () => null },
    { name: 'GetSysAttr', min: 1, max: 1, seen: 2, scalar: attribute(SYSTEM_ATTRIBUTES) },
    { name: 'GetUserAttr', min: 1, max: 1, seen: 0, scalar: attribute(USER_ATTRIBUTES) },
    { name: 'IsPartialReload', min: 0, max: 0, seen: 4, scalar: (_, { partial }) => truth(partial) },
  ],
  Legacy: [
    { name: 'QVUser', min: 0, max: 0, seen: 0, scalar: (_, { system }) => system.osUser },
    { name: 'QlikViewVersion', min: 0, max: 0, seen: 7, scalar: (_, { system }) => system.engineVersion },
  ],
  File: [
    { name: 'ConnectString', min: 0, max: 0, seen: 0, scalar: () => '' },
    { name: 'GetFolderPath', min: 0, max: 1, seen: 0, scalar: () => null },
    { name: 'Attribute', min: 2, max: 2, seen: 0, scalar: () => null },
  ],
  Table: [
    { name: 'FieldElemNo', min: 1, max: 1, seen: 0, scalar: () => null },
    { name: 'GetObjectField', min: 0, max: 2, seen: 0, scalar: () => null },
    { name: 'HCNoRows', min: 0, max: 0, seen: 0, scalar: () => null },
  ],
  'Inter-record': [{ name: 'HCValue', min: 2, max: 2, seen: 0, scalar: () => null }],
  Text: [
    { name: 'Hash128', min: 1, max: ANY, seen: 2, scalar: hash(16) },
    { name: 'Hash160', min: 1, max: ANY, seen: 0, scalar: hash(20) },
    { name: 'Hash256', min: 1, max: ANY, seen: 2, scalar: hash(32) },
  ],
  Geographical: [{ name: 'GeoMakePoint', min: 2, max: 2, seen: 7, scalar: geoMakePoint }],
}

/**
 * By its case-sensitive name: an empty text for a value the run does not know, NULL for an unknown attribute.
 */
function attribute(names: readonly string[]): Scalar {
  return (args, context) => {
    const name = text(args, 0, context)
    return name !== null && names.includes(name) ? (context.system.attributes[name] ?? '') : null
  }
}

/** The length of each text is hashed too, so that ('a','bc') and ('ab','c') differ. */
function hash(bytes: number): Scalar {
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
