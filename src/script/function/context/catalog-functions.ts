/**
 * Functions that need nothing but the catalog: table and field counts, names and numbers (SEMANTICS F21,
 * F22). Table numbers count from 0, field numbers from 1; an unknown field is 0, an unknown table NULL.
 */

import { type Catalog, findTable } from '../../plan/catalog-model.ts'
import { numberOf, textOf } from '../../value/convert.ts'
import type { Settings } from '../../value/settings.ts'
import type { Value } from '../../value/value.ts'

type CatalogFunction = (args: readonly Value[], catalog: Catalog, settings: Settings) => Value

export const CATALOG_FUNCTIONS: Readonly<Record<string, CatalogFunction>> = {
  noofrows: ([table], catalog, settings) => tableOf(table, catalog, settings)?.rows ?? null,
  nooffields: ([table], catalog, settings) => tableOf(table, catalog, settings)?.fields.length ?? null,
  nooftables: (_args, catalog) => catalog.tables.length,
  tablename: ([index], catalog, settings) => catalog.tables[indexOf(index, settings)]?.name ?? null,
  tablenumber: ([name], catalog, settings) => {
    const wanted = textOf(name ?? null, settings)
    const index = catalog.tables.findIndex((table) => table.name === wanted)
    return index < 0 ? null : index
  },
  fieldname: ([index, table], catalog, settings) =>
    tableOf(table, catalog, settings)?.fields[indexOf(index, settings) - 1]?.name ?? null,
  fieldnumber: ([name, table], catalog, settings) => {
    const found = tableOf(table, catalog, settings)
    if (found === undefined) return null
    const wanted = textOf(name ?? null, settings)
    return found.fields.findIndex((field) => field.name === wanted) + 1
  },
}

function tableOf(name: Value | undefined, catalog: Catalog, settings: Settings) {
  const wanted = textOf(name ?? null, settings)
  return wanted === null ? undefined : findTable(catalog, wanted)
}

function indexOf(value: Value | undefined, settings: Settings): number {
  const number = numberOf(value ?? null, settings)
  return number === null ? -1 : Math.floor(number)
}
