/**
 * Functions that need nothing but the model: table and field counts, names and numbers (SEMANTICS F21,
 * F22). Table numbers count from 0, field numbers from 1; an unknown field is 0, an unknown table NULL.
 */

import { findTable } from '../model/data-model.ts'
import { numberOf, textOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import type { Arguments } from './argument.ts'
import type { FunctionGroups } from './site/function-row.ts'
import type { LoadContext } from './site/load-context.ts'

export const MODEL_FUNCTIONS: FunctionGroups = {
  Table: [
    { name: 'FieldName', min: 2, max: 2, seen: 146, load: fieldName, outside: { names: [1] } },
    { name: 'FieldNumber', min: 2, max: 2, seen: 6, load: fieldNumber, outside: { names: [0, 1] } },
    {
      name: 'NoOfFields',
      min: 1,
      max: 1,
      seen: 57,
      load: ([table], load) => tableOf(table, load)?.fields.length ?? null,
      outside: { names: [0] },
    },
    {
      name: 'NoOfRows',
      min: 1,
      max: 1,
      seen: 314,
      load: ([table], load) => tableOf(table, load)?.rows ?? null,
      outside: { names: [0] },
    },
  ],
  System: [
    {
      name: 'NoOfTables',
      min: 0,
      max: 0,
      seen: 28,
      load: (_, { model }) => model.tables.length,
      outside: {},
    },
    {
      name: 'TableName',
      min: 1,
      max: 1,
      seen: 28,
      load: ([index], { model, settings }) => model.tables[indexOf(index, settings)]?.name ?? null,
      outside: {},
    },
    { name: 'TableNumber', min: 1, max: 1, seen: 31, load: tableNumber, outside: { names: [0] } },
  ],
}

function fieldName([index, table]: Arguments, load: LoadContext): Value {
  return tableOf(table, load)?.fields[indexOf(index, load.settings) - 1]?.name ?? null
}

function fieldNumber([name, table]: Arguments, load: LoadContext): Value {
  const found = tableOf(table, load)
  if (found === undefined) return null
  const wanted = textOf(name ?? null, load.settings)
  return found.fields.findIndex((field) => field.name === wanted) + 1
}

function tableNumber([name]: Arguments, { model, settings }: LoadContext): Value {
  const wanted = textOf(name ?? null, settings)
  const index = model.tables.findIndex((table) => table.name === wanted)
  return index < 0 ? null : index
}

function tableOf(name: Value | undefined, { model, settings }: LoadContext) {
  const wanted = textOf(name ?? null, settings)
  return wanted === null ? undefined : findTable(model, wanted)
}

function indexOf(value: Value | undefined, settings: Settings): number {
  const number = numberOf(value ?? null, settings)
  return number === null ? -1 : Math.floor(number)
}
