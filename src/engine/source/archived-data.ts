/**
 * The data of an app from an archive. It comes from outside, and this process is the one to be lost with it:
 * of the archive only the parts are read that the model names, each Parquet file must have exactly the
 * columns and the rows that the model says, and nothing that a file says about itself is believed.
 */
import { createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipArchive, ZipError } from '../../archive/zip-archive.ts'
import {
  type DataModel,
  eitherKinds,
  type FieldModel,
  type TableModel,
  type ValueKinds,
} from '../../script/model/data-model.ts'
import { type Database, isOutOfMemory } from '../duckdb/database.ts'
import {
  ArchivedDataError,
  archivedTables,
  MODEL_TEXT_MAX_BYTES,
  readModelText,
} from '../duckdb/model-text.ts'
import { pairOf, sqlText } from '../sql/pair-sql.ts'
import { createTableSql } from '../sql/table-sql.ts'

const FOLDER = 'data'
/** Parts are kept as they are: one that unpacks to much more than the archive has was not made by us. */
const UNPACKED_FACTOR = 4
const UNPACKED_MIN_BYTES = 64 * 1024 * 1024
/** As LOAD has it. */
const TABLE_FIELDS_MAX = 2000

/**
 * Makes the tables in an empty database.
 * @param archive path of the zip file
 * @returns their model, to be saved
 * @throws ArchivedDataError when the archive is not what it says
 */
export async function loadArchivedData(database: Database, archive: string): Promise<DataModel> {
  const file = await open(archive, 'r')
  try {
    const { size } = await file.stat()
    const parts = await ZipArchive.open(file)
    const model = readModelText(await textOf(parts, `${FOLDER}/model.json`))
    const most = Math.max(UNPACKED_MIN_BYTES, UNPACKED_FACTOR * size)
    const kinds = new Map<TableModel, readonly ValueKinds[]>()
    for (const [at, table] of archivedTables(model).entries()) {
      kinds.set(table, await loadTable(database, parts, `${FOLDER}/${at + 1}.parquet`, table, most))
    }
    const { aside, ...rest } = model
    const withKinds = (table: TableModel): TableModel => ({
      ...table,
      fields: table.fields.map((field, at) => ({ ...field, kinds: kinds.get(table)![at]! })),
    })
    return {
      ...rest,
      tables: model.tables.map(withKinds),
      ...(aside === undefined ? {} : { aside: { ...aside, tables: aside.tables.map(withKinds) } }),
    }
  } catch (error) {
    throw error instanceof ZipError ? new ArchivedDataError(error.message) : error
  } finally {
    await file.close()
  }
}

async function textOf(parts: ZipArchive, name: string): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of parts.read(name, MODEL_TEXT_MAX_BYTES)) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

/** @returns which kinds of value its fields have */
async function loadTable(
  database: Database,
  parts: ZipArchive,
  name: string,
  table: TableModel,
  most: number,
): Promise<readonly ValueKinds[]> {
  const { fields, sqlName } = table
  if (fields.length > TABLE_FIELDS_MAX) {
    throw new ArchivedDataError(`a table has ${fields.length} fields, at most ${TABLE_FIELDS_MAX} are taken`)
  }
  await database.run(
    createTableSql(
      sqlName,
      fields.map(({ column }) => column),
    ),
  )
  if (fields.length === 0) throw new ArchivedDataError('a table has no fields')
  const file = path.join(database.privateFolder, `${sqlName}.parquet`)
  try {
    await pipeline(parts.read(name, most), createWriteStream(file, { flags: 'wx' }))
    await readTable(database, file, table)
    return await checkedKinds(database, table)
  } catch (error) {
    database.checkInterrupted()
    if (isOutOfMemory(error) || error instanceof ArchivedDataError || error instanceof ZipError) throw error
    if (isOfDisk(error)) throw error
    // What DuckDB says of a damaged file may be any kind of error.
    throw new ArchivedDataError(`its part '${name}' cannot be read as parquet`)
  } finally {
    await rm(file, { force: true })
  }
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error

async function readTable(
  database: Database,
  file: string,
  { fields, sqlName, rows }: TableModel,
): Promise<void> {
  const wanted = fields.flatMap(({ column }) => {
    const { n, t } = pairOf(column)
    return [`${n} DOUBLE`, `${t} VARCHAR`]
  })
  const source = `read_parquet(${sqlText(file)})`
  const described = await database.rows(`DESCRIBE SELECT * FROM ${source}`)
  const found = described.map(([name, type]) => `${name} ${type}`)
  if (found.length !== wanted.length || found.some((column, at) => column !== wanted[at])) {
    throw new ArchivedDataError('a parquet file has other columns than its table')
  }
  const values = fields.flatMap(({ column }) => {
    const { n, t } = pairOf(column)
    return [`CASE WHEN isfinite(${n}) THEN ${n} END`, t]
  })
  const numbered = `read_parquet(${sqlText(file)}, file_row_number = true)`
  await database.run(
    `INSERT INTO ${sqlName} SELECT file_row_number + 1, ${values.join(', ')} FROM ${numbered} LIMIT ${rows + 1}`,
  )
}

/** The model may say of kinds that they may be there; that they are not is not believed. */
async function checkedKinds(
  database: Database,
  { fields, sqlName, rows }: TableModel,
): Promise<readonly ValueKinds[]> {
  const counts = fields.flatMap(({ column }) => {
    const { n, t } = pairOf(column)
    return [
      `count(${n})`,
      `count(${t}) FILTER (WHERE ${n} IS NULL)`,
      `count(${t}) FILTER (WHERE ${n} IS NOT NULL)`,
    ]
  })
  const [row] = await database.rows(
    `SELECT count(*), ifnull(min(rn), 1), ifnull(max(rn), 0), count(DISTINCT rn), ${counts.join(', ')} FROM ${sqlName}`,
  )
  const [all, first, last, different, ...each] = row!.map(Number)
  if (all !== rows || first !== 1 || last !== rows || different !== rows) {
    throw new ArchivedDataError('a parquet file has other rows than its table')
  }
  return fields.map(({ kinds }: FieldModel, at) =>
    eitherKinds(kinds, {
      numbers: each[3 * at]! > 0 || each[3 * at + 2]! > 0,
      texts: each[3 * at + 1]! > 0,
      duals: each[3 * at + 2]! > 0,
    }),
  )
}
