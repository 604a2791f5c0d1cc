/**
 * Writes rows that come as indexes into the distinct values of each column into a table of pair columns, whole columns at a
 * time (SEMANTICS, section 1). Rows are in the order they come, with `rn` from 1.
 */
import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  VARCHAR,
} from '@duckdb/node-api'
import type { QvdSymbols } from '../../qvd/qvd-symbols.ts'
import { createTableSql } from '../../script/load/table-sql.ts'
import type { Database } from './database.ts'
import { CHUNK_ROWS } from './table-writer.ts'

export class SymbolWriter {
  readonly #appender: DuckDBAppender
  readonly #symbols: readonly QvdSymbols[]
  readonly #types: DuckDBType[]
  #written = 0

  private constructor(appender: DuckDBAppender, symbols: readonly QvdSymbols[]) {
    this.#appender = appender
    this.#symbols = symbols
    this.#types = [BIGINT, ...symbols.flatMap(() => [DOUBLE, VARCHAR])]
  }

  /** Creates the table. Call `close` when all rows are there. @param symbols those of each column */
  static async create(
    database: Database,
    table: string,
    columns: readonly string[],
    symbols: readonly QvdSymbols[],
    temporary: boolean,
  ): Promise<SymbolWriter> {
    await database.run(createTableSql(table, columns, temporary))
    return new SymbolWriter(await database.appender(table, temporary), symbols)
  }

  /** @param indexes one array a column; -1 is NULL */
  append(indexes: readonly Int32Array[], count: number): void {
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, count - first)
      const chunk = DuckDBDataChunk.create(this.#types, rows)
      const rowNumbers = Array.from({ length: rows }, (_, row) => BigInt(this.#written + row + 1))
      chunk.setColumnValues(0, rowNumbers)
      for (const [column, symbols] of this.#symbols.entries()) {
        setPairs(chunk, column, symbols, indexes[column]!.subarray(first, first + rows))
      }
      this.#appender.appendDataChunk(chunk)
      this.#written += rows
    }
  }

  /** Gives the number of rows. */
  close(): number {
    this.#appender.closeSync()
    return this.#written
  }

  /** Lets go of the rows held; for a statement that failed. */
  abandon(): void {
    this.#appender.clear()
    this.#appender.closeSync()
  }
}

function setPairs(
  chunk: DuckDBDataChunk,
  column: number,
  { numbers, texts }: QvdSymbols,
  indexes: Int32Array,
) {
  const numberSide = chunk.getColumnVector(1 + 2 * column)
  const textSide = chunk.getColumnVector(2 + 2 * column)
  for (let row = 0; row < indexes.length; row++) {
    const index = indexes[row]!
    const number = index < 0 ? Number.NaN : numbers[index]!
    numberSide.setItem(row, Number.isNaN(number) ? null : number)
    textSide.setItem(row, index < 0 ? null : texts[index]!)
  }
  numberSide.flush()
  textSide.flush()
}
