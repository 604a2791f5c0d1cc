/**
 * Puts loaded rows into the data model: as a new table, behind the rows of one, or joined to one; the
 * set-based end of a LOAD (LANGUAGE, section 6, steps 6 and 10). Works inside the statement's transaction and
 * returns the model that is valid once it is committed.
 */
import {
  type DataModel,
  type FieldModel,
  findTable,
  type Segment,
  type TableModel,
  tablesWith,
  takeTableName,
  withoutTable,
  withTable,
} from '../../script/model/data-model.ts'
import type { LoadTarget } from '../../script/plan/load-target.ts'
import { appendPlan, commonColumns, joinPlan, type LoadedRows } from '../../script/plan/merge-fields.ts'
import { appendSql, distinctSql, firstTextSql, joinSql, keepSql } from '../sql/table-sql.ts'
import type { Database } from './database.ts'

export interface CommittedLoad {
  readonly model: DataModel
  /** The table that holds the rows now. */
  readonly table: string
}

/** `loaded` must be a table made for this load; it becomes part of the model or is dropped. */
export async function commitLoad(
  database: Database,
  given: DataModel,
  target: LoadTarget,
  loaded: LoadedRows,
  distinct: boolean,
): Promise<CommittedLoad> {
  const table = 'table' in target ? findTable(given, target.table)! : undefined
  const before = target.kind === 'replace' ? await dropTable(database, given, target.table) : given
  const rows = await withFirstTexts(database, before, loaded)
  const model = { ...before, nextSequence: before.nextSequence + 1 }
  const commit = new LoadCommit(database, model, before.nextSequence, distinct)
  switch (target.kind) {
    case 'create':
      await commit.create(target.name, rows)
      return commit.end(target.name)
    case 'replace':
      await commit.create(target.table, rows)
      return commit.end(target.table)
    case 'append':
      await commit.append(table!, rows)
      return commit.end(target.table)
    case 'join':
      await commit.join(table!, target.type, rows)
      return commit.end(target.table)
    case 'keep':
      await commit.keep(table!, target, rows)
      return commit.end(target.name)
  }
}

class LoadCommit {
  readonly #database: Database
  readonly #sequence: number
  readonly #distinct: boolean
  #model: DataModel

  constructor(database: Database, model: DataModel, sequence: number, distinct: boolean) {
    this.#database = database
    this.#model = model
    this.#sequence = sequence
    this.#distinct = distinct
  }

  async end(name: string): Promise<CommittedLoad> {
    const table = findTable(this.#model, name)!
    if (table.distinct && table.fields.length > 0) {
      await this.#rebuild(table, distinctSql(table.sqlName, columnsOf(table.fields)))
      await this.#database.run(`DROP TABLE ${table.sqlName}`)
    }
    return { model: this.#model, table: name }
  }

  async create(name: string, { sqlName, fields, rows }: LoadedRows): Promise<void> {
    const segments = [{ sequence: this.#sequence, first: 1, last: rows }]
    const table = { name, sqlName, fields, rows, distinct: this.#distinct, segments }
    this.#model = withTable(this.#model, table)
  }

  async append(table: TableModel, loaded: LoadedRows): Promise<void> {
    const { fields, added, columns } = appendPlan(table, loaded)
    for (const column of added) {
      await this.#database.run(`ALTER TABLE ${table.sqlName} ADD COLUMN ${column}_n DOUBLE`)
      await this.#database.run(`ALTER TABLE ${table.sqlName} ADD COLUMN ${column}_t VARCHAR`)
    }
    await this.#database.run(appendSql(table.sqlName, loaded.sqlName, columns, table.rows))
    await this.#database.run(`DROP TABLE ${loaded.sqlName}`)
    const rows = table.rows + loaded.rows
    const segment = { sequence: this.#sequence, first: table.rows + 1, last: rows }
    this.#replace({ ...table, fields, rows, segments: [...table.segments, segment] })
  }

  async join(
    table: TableModel,
    type: 'inner' | 'left' | 'right' | 'outer',
    loaded: LoadedRows,
  ): Promise<void> {
    const plan = joinPlan(table, loaded)
    const sql = joinSql(table.sqlName, loaded.sqlName, type, plan)
    await this.#rebuild({ ...table, fields: plan.fields, distinct: table.distinct || this.#distinct }, sql)
    await this.#database.run(`DROP TABLE ${table.sqlName}`)
    await this.#database.run(`DROP TABLE ${loaded.sqlName}`)
  }

  /**
   * The tables stay apart; each side with KEEP loses its rows without a partner (SEMANTICS G10).
   */
  async keep(
    table: TableModel,
    { type, name }: LoadTarget & { kind: 'keep' },
    loaded: LoadedRows,
  ): Promise<void> {
    await this.create(name, loaded)
    const made = findTable(this.#model, name)!
    const keys = commonColumns(table.fields, made.fields)
    const turned = keys.map(({ left, right }) => ({ left: right, right: left }))
    if (type !== 'right') {
      const columns = columnsOf(made.fields)
      await this.#rebuild(made, keepSql(made.sqlName, columns, table.sqlName, turned))
    }
    if (type !== 'left') {
      const columns = columnsOf(table.fields)
      await this.#rebuild(table, keepSql(table.sqlName, columns, loaded.sqlName, keys))
      await this.#database.run(`DROP TABLE ${table.sqlName}`)
    }
    if (type !== 'right') await this.#database.run(`DROP TABLE ${loaded.sqlName}`)
  }

  #replace(table: TableModel): void {
    const distinct = table.distinct || this.#distinct
    this.#model = withTable(this.#model, { ...table, distinct })
  }

  /**
   * Replaces the table's rows by those of a query, under a new generated name. They count as one load now.
   */
  async #rebuild(table: TableModel, sql: string): Promise<void> {
    const { sqlName, model } = takeTableName(this.#model)
    await this.#database.run(`CREATE TABLE ${sqlName} AS ${sql}`)
    const rows = await this.#database.count(sqlName)
    this.#model = withTable(model, { ...table, sqlName, rows, segments: oneSegment(table, rows) })
  }
}

function oneSegment(table: TableModel, rows: number): Segment[] {
  return [{ sequence: Math.min(...table.segments.map((segment) => segment.sequence)), first: 1, last: rows }]
}

export const columnsOf = (fields: readonly FieldModel[]): string[] => fields.map((field) => field.column)

/**
 * Gives each number the text that its field already has for it, or its first text (SEMANTICS A2, A4, A15).
 * Fields without duals need no change: their numbers have no texts.
 */
async function withFirstTexts(database: Database, model: DataModel, loaded: LoadedRows): Promise<LoadedRows> {
  const fields: FieldModel[] = []
  for (const field of loaded.fields) {
    const others = tablesWith(model, field.name).filter((each) => each.field.kinds.numbers)
    const dualsBefore = others.some((each) => each.field.kinds.duals)
    if (!field.kinds.numbers || !(field.kinds.duals || dualsBefore)) {
      fields.push(field)
      continue
    }
    const known = others.map((each) => ({ table: each.table.sqlName, column: each.field.column }))
    await database.run(firstTextSql(loaded.sqlName, field.column, known))
    fields.push({ ...field, kinds: { ...field.kinds, duals: field.kinds.duals || dualsBefore } })
  }
  return { ...loaded, fields }
}

/** Drops the table's data and returns the model without it. */
export async function dropTable(database: Database, model: DataModel, name: string): Promise<DataModel> {
  await database.run(`DROP TABLE ${findTable(model, name)!.sqlName}`)
  return withoutTable(model, name)
}
