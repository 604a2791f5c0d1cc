/**
 * Rows of records that name their own fields, such as XML and JSON have them. The records are read twice, for
 * the names of all and for the rows, so that memory is bounded by one record.
 */
import { faults } from '../../script/fault/fault.ts'
import { TABLE_FIELDS_MAX } from '../../script/plan/sink-plan.ts'
import { nearestName } from '../../script/value/nearest-name.ts'
import type { Value } from '../../script/value/value.ts'
import type { RowSource } from '../duckdb/row-source.ts'

/** Documents that are nested deeper count as damage. */
export const DOCUMENT_DEPTH_MAX = 500
/** Of keys between the tables of a document. */
export const TABLE_KEY_BYTES = 15

/** By the names of its fields. What is absent is NULL. */
export type SourceRecord = ReadonlyMap<string, Value>

export interface SourceRecords {
  /** Hands out the records until one gives false. May be called again. */
  readonly each: (record: (record: SourceRecord) => boolean) => Promise<void>
  /** Asked behind the first reading: names that are fields of no record after all. */
  readonly isDropped?: (name: string) => boolean
}

/**
 * @param shown what is read, for faults
 * @param wanted names that are fields also where no record has them
 * @param warn is told of those names
 */
export async function recordSource(
  { each, isDropped = () => false }: SourceRecords,
  shown: string,
  wanted: readonly string[] = [],
  warn: (text: string) => void = () => {},
): Promise<RowSource> {
  const found = new Set<string>()
  let records = 0
  await each((record) => {
    records++
    for (const name of record.keys()) found.add(name)
    if (found.size > FOUND_NAMES_MAX) {
      throw faults.wrongFormat(`The ${shown} has more than ${FOUND_NAMES_MAX} different fields`)
    }
    return true
  })
  if (records === 0) throw faults.tableNotFound(`The ${shown} has no table of this name, or no row in it`)
  const known = [...found].filter((name) => !isDropped(name))
  const names = [...new Set([...known, ...wanted])]
  for (const name of names.slice(known.length)) warn(absentField(name, known, shown))
  const values: Value[] = names.map(() => null)
  return {
    input: { names, values },
    async each(used, row) {
      let rows = 0
      await each((record) => {
        for (const index of used) values[index] = record.get(names[index]!) ?? null
        rows++
        return row()
      })
      return rows
    },
  }
}

function absentField(name: string, known: readonly string[], shown: string): string {
  const near = known.find((each) => each.endsWith(`.${name}`)) ?? nearestName(name, known)
  const meant = near === undefined ? '' : `; did you mean '${near}'?`
  return `No row of the ${shown} has the field '${name}', which is NULL${meant}`
}

/** A table takes some of them; more count as damage. */
const FOUND_NAMES_MAX = 50 * TABLE_FIELDS_MAX
