/**
 * QvdNoOfRecords and its family: what the header of a QVD file says. A file that is missing, is no QVD or is
 * damaged gives NULL, never a fault (SEMANTICS E14).
 */

import type { QvdFacts } from '../../row/load-context.ts'
import { formatsOf } from '../../value/formats.ts'
import type { Settings } from '../../value/settings.ts'
import type { Value } from '../../value/value.ts'

export const QVD_TIME_FORMAT = 'YYYY-MM-DD hh:mm:ss'

type Call = (file: QvdFacts, field: number | null, settings: Settings) => Value

const FUNCTIONS: Readonly<Record<string, Call>> = {
  qvdcreatetime: ({ createdUtc }, _field, settings) => {
    const formats = formatsOf(settings)
    const number = formats.date(QVD_TIME_FORMAT).parse(createdUtc)
    return Number.isNaN(number)
      ? null
      : { number, text: formats.date(settings.timestampFormat).format(number) }
  },
  qvdfieldname: ({ fields }, field) =>
    field === null ? null : (fields[Math.floor(field) - 1]?.name ?? null),
  qvdnooffields: ({ fields }) => fields.length,
  qvdnoofrecords: ({ rows }) => rows,
  qvdtablename: ({ tableName }) => tableName,
}

export const isQvdFunction = (name: string): boolean => Object.hasOwn(FUNCTIONS, name)

/** @param field the second argument: the number of a field, from 1 */
export const qvdFunction = (name: string, file: QvdFacts, field: number | null, settings: Settings): Value =>
  FUNCTIONS[name]!(file, field, settings)
