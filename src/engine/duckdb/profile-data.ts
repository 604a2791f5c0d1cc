/**
 * Counts what the tables of a completed run are like: one pass over each table, and one over the tables of
 * each field that several have.
 */
import {
  type DataProfile,
  type FieldProfile,
  PROFILE_EXACT_ROWS,
  PROFILE_TAGS_MAX,
  PROFILE_TEXT_MAX_CHARACTERS,
  PROFILED_FIELDS_MAX,
  PROFILED_TABLES_MAX,
  type TableProfile,
} from '../../core/data-profile.ts'
import { defined } from '../../core/defined.ts'
import { type DataModel, type FieldModel, NO_NOTES, type TableModel } from '../../script/model/data-model.ts'
import { pairOf } from '../sql/pair-sql.ts'
import type { Database } from './database.ts'

/** Values of a field in one table, or in several. */
interface Counts {
  readonly numbers: number
  /** Texts without a number. */
  readonly texts: number
  readonly bytes: number
  readonly distinct: number
  readonly isInteger: boolean
  readonly isAscii: boolean
  /** All texts look like dates, like moments. */
  readonly isDate: boolean
  readonly isMoment: boolean
  /** Sum of the hashes of all values. */
  readonly sum: bigint
}

interface Placed {
  readonly table: TableModel
  readonly field: FieldModel
}

export async function profileData(database: Database, model: DataModel): Promise<DataProfile> {
  const counts = new Map<string, Counts[]>()
  const places = new Map<string, Placed[]>()
  const tables: TableProfile[] = []
  const notes = model.notes ?? NO_NOTES
  for (const table of model.tables.slice(0, PROFILED_TABLES_MAX)) {
    const fields = table.fields.filter(({ name }) => counts.has(name) || counts.size < PROFILED_FIELDS_MAX)
    const counted = await countTable(database, table, fields)
    for (const [index, field] of fields.entries()) {
      counts.set(field.name, [...(counts.get(field.name) ?? []), counted[index]!])
      places.set(field.name, [...(places.get(field.name) ?? []), { table, field }])
    }
    tables.push({
      name: table.name,
      bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0),
      ...defined({ comment: shortened(notes.table.get(table.name)?.comment) }),
    })
  }
  const fields: FieldProfile[] = []
  for (const [name, each] of counts) {
    const shared = places.get(name)!
    const distinct = shared.length === 1 ? each[0]!.distinct : await distinctOver(database, shared)
    fields.push(profileOf(name, each, distinct, notes.field.get(name)))
  }
  return { tables, fields, hasSectionAccess: (model.aside?.tables.length ?? 0) > 0 }
}

const COLUMNS = 9
/** As dates and moments are written, in any order of their parts. */
const DATE = String.raw`\d{1,4}[-./]\d{1,2}[-./]\d{1,4}`
const MOMENT = String.raw`${DATE}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?`

async function countTable(
  database: Database,
  table: TableModel,
  fields: readonly FieldModel[],
): Promise<Counts[]> {
  if (fields.length === 0) return []
  const columns = fields.flatMap((field) => countsSql(field, table.rows))
  const [row] = await database.rows(`SELECT ${columns.join(', ')} FROM ${table.sqlName}`)
  return fields.map((_, index) => countsOf(row!.slice(index * COLUMNS, (index + 1) * COLUMNS)))
}

/** What its kinds of values leave open; the rest is known without a look, and planning it would cost. */
function countsSql({ column, kinds }: FieldModel, rows: number): string[] {
  const { n, t } = pairOf(column)
  // A dual is taken for a date by its text: its format is not kept.
  const looks = (pattern: string) =>
    kinds.duals && !kinds.texts ? `ifnull(bool_and(regexp_full_match(${t}, '${pattern}')), false)` : 'false'
  const hasTexts = kinds.texts || kinds.duals
  const present = identitySql({ column, kinds })
  return [
    kinds.numbers ? `count(${n})` : '0',
    !kinds.texts ? '0' : kinds.numbers ? `count(${t}) FILTER (WHERE ${n} IS NULL)` : `count(${t})`,
    hasTexts ? `ifnull(sum(strlen(${t})), 0)` : '0',
    present === undefined ? '0' : distinctSql(present, rows),
    kinds.numbers ? `ifnull(bool_and(${n} = floor(${n})), false)` : 'false',
    kinds.texts ? `ifnull(bool_and(strlen(${t}) = length(${t})), false)` : 'false',
    looks(DATE),
    looks(MOMENT),
    `ifnull(sum(${hashSql({ column, kinds })}::HUGEINT), 0)::VARCHAR`,
  ]
}

/** Of both sides of a value: NULL has a hash, too. */
function hashSql({ column, kinds }: Pick<FieldModel, 'column' | 'kinds'>): string {
  const { n, t } = pairOf(column)
  const hasTexts = kinds.texts || kinds.duals
  if (kinds.numbers && hasTexts) return `hash(${n} + 0.0, ${t})`
  return kinds.numbers ? `hash(${n} + 0.0, NULL::VARCHAR)` : `hash(NULL::DOUBLE, ${t})`
}

/**
 * Of a value, NULL for NULL: equal numbers are one value, whatever their texts. Undefined for a field without
 * values.
 */
function identitySql({ column, kinds }: Pick<FieldModel, 'column' | 'kinds'>): string | undefined {
  const { n, t } = pairOf(column)
  if (!kinds.numbers) return kinds.texts ? t : undefined
  if (!kinds.texts) return n
  return `CASE WHEN ${n} IS NOT NULL THEN hash(${n} + 0.0) WHEN ${t} IS NOT NULL THEN hash(${t}) END`
}

function distinctSql(identity: string, rows: number): string {
  return rows <= PROFILE_EXACT_ROWS ? `count(DISTINCT ${identity})` : `approx_count_distinct(${identity})`
}

async function distinctOver(database: Database, places: readonly Placed[]): Promise<number> {
  const kinds = { numbers: true, texts: true, duals: true }
  const parts = places.map(({ table, field: { column } }) => {
    return `SELECT ${identitySql({ column, kinds })} AS h FROM ${table.sqlName}`
  })
  const rows = places.reduce((sum, { table }) => sum + table.rows, 0)
  const [row] = await database.rows(`SELECT ${distinctSql('h', rows)} FROM (${parts.join(' UNION ALL ')})`)
  return Number(row![0])
}

function countsOf(values: readonly unknown[]): Counts {
  const [numbers, texts, bytes, distinct, isInteger, isAscii, isDate, isMoment, sum] = values
  return {
    numbers: Number(numbers),
    texts: Number(texts),
    bytes: 8 * Number(numbers) + Number(bytes),
    distinct: Number(distinct),
    isInteger: isInteger === true,
    isAscii: isAscii === true,
    isDate: isDate === true,
    isMoment: isMoment === true,
    sum: BigInt(String(sum)),
  }
}

function profileOf(
  name: string,
  each: readonly Counts[],
  distinct: number,
  note: { readonly tags: readonly string[]; readonly comment?: string } | undefined,
): FieldProfile {
  const total = (of: (counts: Counts) => number) => each.reduce((sum, counts) => sum + of(counts), 0)
  const [numbers, texts] = [total((one) => one.numbers), total((one) => one.texts)]
  const isNumeric = numbers > 0 && texts === 0
  /** Of the tables in which it has any value. */
  const all = (of: (counts: Counts) => boolean) =>
    each.filter((one) => one.numbers + one.texts > 0).every((one) => of(one))
  const isDate = all((one) => one.isDate && one.isInteger)
  const tags = [
    ...(isNumeric ? ['$numeric'] : []),
    ...(isNumeric && all((one) => one.isInteger) ? ['$integer'] : []),
    ...(isNumeric && (isDate || all((one) => one.isMoment)) ? ['$timestamp'] : []),
    ...(isNumeric && isDate ? ['$date'] : []),
    ...(texts > 0 ? ['$text'] : []),
    ...(texts > 0 && all((one) => one.texts === 0 || one.isAscii) ? ['$ascii'] : []),
    ...(each.length > 1 ? ['$key'] : []),
    ...(note?.tags ?? []).map((tag) => shortened(tag)!),
  ]
  const hash = BigInt.asUintN(
    64,
    each.reduce((sum, one) => sum + one.sum, 0n),
  )
  return {
    name,
    distinct,
    values: numbers + texts,
    bytes: total((one) => one.bytes),
    isNumeric,
    tags: [...new Set(tags)].slice(0, PROFILE_TAGS_MAX),
    hash: hash.toString(16).padStart(16, '0'),
    ...defined({ comment: shortened(note?.comment) }),
  }
}

function shortened(text: string | undefined): string | undefined {
  return text?.slice(0, PROFILE_TEXT_MAX_CHARACTERS)
}
