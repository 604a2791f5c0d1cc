/**
 * Writes rows of values into a table of pair columns (SEMANTICS, section 1), in the order they come, with `rn` from 1, and
 * tells which kinds of value each field got. A number that is not finite becomes NULL: the language has no such values.
 */
import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  VARCHAR,
} from '@duckdb/node-api'
import type { ValueKinds } from '../../script/load/catalog-model.ts'
import { createTableSql } from '../../script/load/table-sql.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from './database.ts'

/** Rows of one chunk: the engine's own vector size. */
export const CHUNK_ROWS = 2048

export interface WrittenRows {
  readonly rows: number
  /** One for each column. */
  readonly kinds: readonly ValueKinds[]
}

export class TableWriter {
  readonly #appender: DuckDBAppender
  readonly #types: DuckDBType[]
  readonly #numbers: (number | null)[][]
  readonly #texts: (string | null)[][]
  readonly #kinds: { numbers: boolean; texts: boolean; duals: boolean }[]
  #held = 0
  #written = 0

  private constructor(appender: DuckDBAppender, columns: number) {
    this.#appender = appender
    this.#types = [BIGINT, ...Array.from({ length: columns }, () => [DOUBLE, VARCHAR]).flat()]
    this.#numbers = Array.from({ length: columns }, () => [])
    this.#texts = Array.from({ length: columns }, () => [])
    this.#kinds = Array.from({ length: columns }, () => ({ numbers: false, texts: false, duals: false }))
  }

  /** Creates the table. Call `close` when all rows are there. */
  static async create(
    database: Database,
    table: string,
    columns: readonly string[],
    temporary = false,
  ): Promise<TableWriter> {
    await database.run(createTableSql(table, columns, temporary))
    return new TableWriter(await database.appender(table, temporary), columns.length)
  }

  push(row: readonly Value[]): void {
    const at = this.#held++
    for (let column = 0; column < row.length; column++) {
      this.#put(column, at, row[column]!)
    }
    if (this.#held === CHUNK_ROWS) this.#flush()
  }

  close(): WrittenRows {
    this.#flush()
    this.#appender.closeSync()
    return { rows: this.#written, kinds: this.#kinds }
  }

  /** Lets go of the rows held; for a statement that failed. */
  abandon(): void {
    this.#appender.clear()
    this.#appender.closeSync()
  }

  #put(column: number, at: number, value: Value): void {
    const numbers = this.#numbers[column]!
    const texts = this.#texts[column]!
    const kinds = this.#kinds[column]!
    if (typeof value === 'string') {
      numbers[at] = null
      texts[at] = value
      kinds.texts = true
    } else if (typeof value === 'number') {
      texts[at] = null
      numbers[at] = Number.isFinite(value) ? value : null
      kinds.numbers = true
    } else if (value === null) {
      numbers[at] = null
      texts[at] = null
    } else {
      numbers[at] = value.number
      texts[at] = value.text
      kinds.numbers = true
      kinds.duals = true
    }
  }

  #flush(): void {
    const rows = this.#held
    if (rows === 0) return
    const chunk = DuckDBDataChunk.create(this.#types, rows)
    const rowNumbers = new Array<bigint>(rows)
    for (let i = 0; i < rows; i++) rowNumbers[i] = BigInt(this.#written + i + 1)
    chunk.setColumnValues(0, rowNumbers)
    for (let column = 0; column < this.#numbers.length; column++) {
      const numbers = this.#numbers[column]!
      const texts = this.#texts[column]!
      numbers.length = rows
      texts.length = rows
      chunk.setColumnValues(1 + 2 * column, numbers)
      chunk.setColumnValues(2 + 2 * column, texts)
    }
    this.#appender.appendDataChunk(chunk)
    this.#written += rows
    this.#held = 0
  }
}
