/**
 * QvdNoOfRecords and similar functions: facts of a QVD file's header. A file that is missing, damaged or not
 * a QVD gives NULL, never a fault (SEMANTICS E14).
 */

import { numberOf, textOf } from '../value/convert.ts'
import { formatsOf } from '../value/formats.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import type { FunctionGroups, OfLoad } from './site/function-row.ts'
import type { QvdFacts } from './site/load-context.ts'

export const QVD_TIME_FORMAT = 'YYYY-MM-DD hh:mm:ss'

export const QVD_FUNCTIONS: FunctionGroups = {
  File: [
    { name: 'QvdCreateTime', min: 1, max: 1, seen: 22, load: ofQvd(createTime), outside: {} },
    { name: 'QvdFieldName', min: 2, max: 2, seen: 6, load: ofQvd(fieldName), outside: {} },
    {
      name: 'QvdNoOfFields',
      min: 1,
      max: 1,
      seen: 17,
      load: ofQvd(({ fields }) => fields.length),
      outside: {},
    },
    { name: 'QvdNoOfRecords', min: 1, max: 1, seen: 23, load: ofQvd(({ rows }) => rows), outside: {} },
    {
      name: 'QvdTableName',
      min: 1,
      max: 1,
      seen: 17,
      load: ofQvd(({ tableName }) => tableName),
      outside: {},
    },
  ],
}

function ofQvd(tell: (file: QvdFacts, settings: Settings, field: Value) => Value): OfLoad {
  return ([path = null, field = null], { files, settings }) => {
    const given = textOf(path, settings)
    const file = given === null ? undefined : files.facts(given)?.qvd()
    return file === undefined ? null : tell(file, settings, field)
  }
}

function createTime({ createdUtc }: QvdFacts, settings: Settings): Value {
  const formats = formatsOf(settings)
  const number = formats.date(QVD_TIME_FORMAT).parse(createdUtc)
  return Number.isNaN(number) ? null : { number, text: formats.date(settings.timestampFormat).format(number) }
}

/** @param field its number, from 1 */
function fieldName({ fields }: QvdFacts, settings: Settings, field: Value): Value {
  const number = numberOf(field, settings)
  return number === null ? null : (fields[Math.floor(number) - 1]?.name ?? null)
}
