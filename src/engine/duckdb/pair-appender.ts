/**
 * Appends rows to a table of pair columns in whole vectors: typed arrays go to the engine as they are, and
 * texts as indexes into a dictionary, which the engine's appender turns into texts itself. Rows are in the
 * order they come, `rn` from 1.
 */
import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  ENUM,
  VARCHAR,
} from '@duckdb/node-api'
import native from '@duckdb/node-bindings'
import { createTableSql } from '../sql/table-sql.ts'
import type { Database } from './database.ts'

/** Rows of one chunk: the engine's own vector size. */
export const CHUNK_ROWS = 2048
/** A dictionary pays off from this many rows per text. */
export const ROWS_A_TEXT = 8

/**
 * The texts of a column. With `indexed` the engine receives each once, otherwise once per row, for texts that
 * are rarely repeated.
 */
export class TextDictionary {
  readonly texts: readonly string[]
  readonly type: DuckDBType

  /** @param texts distinct ones if they are to be indexed */
  constructor(texts: readonly string[], indexed: boolean) {
    this.texts = texts
    this.type = indexed && texts.length > 0 && texts.every(isIndexable) ? ENUM(texts) : VARCHAR
  }
}

/** Texts that the engine would change or confuse with others. */
const isIndexable = (text: string): boolean => !/\p{Surrogate}/u.test(text) && !text.includes('\0')

/** Rows of one column; a side is undefined if no row has a value there. */
export interface PairRows {
  /** NaN is NULL. */
  readonly numbers: Float64Array | undefined
  /** Positions in the texts of the column's dictionary; below 0 is NULL. */
  readonly codes: Int32Array | undefined
}

export class PairAppender {
  readonly #appender: DuckDBAppender
  readonly #rowNumbers = new BigInt64Array(CHUNK_ROWS)
  readonly #valid = new Uint32Array(CHUNK_ROWS / 32)
  #dictionaries: readonly TextDictionary[] = []
  #chunk: DuckDBDataChunk | undefined
  #vectors: ReturnType<typeof native.data_chunk_get_vector>[] = []
  #codes: (Uint8Array | Uint16Array | Uint32Array | undefined)[] = []
  #written = 0

  private constructor(appender: DuckDBAppender) {
    this.#appender = appender
  }

  /** Creates the table. Call `close` when all rows are there. */
  static async create(
    database: Database,
    table: string,
    columns: readonly string[],
    temporary: boolean,
  ): Promise<PairAppender> {
    await database.run(createTableSql(table, columns, temporary))
    return new PairAppender(await database.appender(table, temporary))
  }

  /** Sets the dictionary of each column for the rows that follow. */
  use(dictionaries: readonly TextDictionary[]): void {
    const before = this.#dictionaries
    this.#dictionaries = dictionaries
    if (this.#chunk && dictionaries.every(({ type }, column) => type === before[column]!.type)) return
    const types = [BIGINT, ...dictionaries.flatMap(({ type }) => [DOUBLE, type])]
    const chunk = DuckDBDataChunk.create(types)
    this.#chunk = chunk
    this.#vectors = types.map((_, index) => native.data_chunk_get_vector(chunk.chunk, index))
    this.#codes = dictionaries.map(({ type, texts }) =>
      type === VARCHAR ? undefined : codeArray(texts.length),
    )
  }

  /** @param count at most CHUNK_ROWS */
  append(columns: readonly PairRows[], count: number): void {
    const chunk = this.#chunk!
    chunk.reset()
    native.data_chunk_set_size(chunk.chunk, count)
    this.#setRowNumbers(count)
    for (let column = 0; column < columns.length; column++) {
      const { numbers, codes } = columns[column]!
      this.#setNumbers(1 + 2 * column, numbers, count)
      this.#setTexts(column, codes, count)
    }
    this.#appender.appendDataChunk(chunk)
    this.#written += count
  }

  /** Returns the number of rows. */
  close(): number {
    this.#appender.closeSync()
    return this.#written
  }

  /** Discards the rows held, after a failed statement. */
  abandon(): void {
    this.#appender.clear()
    this.#appender.closeSync()
  }

  #setRowNumbers(count: number): void {
    const words = new Uint32Array(this.#rowNumbers.buffer)
    for (let row = 0; row < count; row++) {
      const number = this.#written + row + 1
      words[2 * row] = number
      words[2 * row + 1] = number / 2 ** 32
    }
    this.#copy(0, this.#rowNumbers, count)
  }

  #setNumbers(vector: number, numbers: Float64Array | undefined, count: number): void {
    if (numbers === undefined) {
      this.#setAllNull(vector)
      return
    }
    this.#copy(vector, numbers, count)
    const valid = this.#valid.fill(ALL_VALID)
    let nulls = 0
    for (let row = 0; row < count; row++) {
      if (!Number.isNaN(numbers[row]!)) continue
      valid[row >> 5]! &= ~(1 << (row & 31))
      nulls++
    }
    if (nulls > 0) this.#setValid(vector)
  }

  #setTexts(column: number, codes: Int32Array | undefined, count: number): void {
    const vector = 2 + 2 * column
    if (codes === undefined) {
      this.#setAllNull(vector)
      return
    }
    const indexed = this.#codes[column]
    if (indexed === undefined) this.#assignTexts(vector, this.#dictionaries[column]!.texts, codes, count)
    else {
      for (let row = 0; row < count; row++) indexed[row] = codes[row]!
      this.#copy(vector, indexed, count)
    }
    const valid = this.#valid.fill(ALL_VALID)
    let nulls = 0
    for (let row = 0; row < count; row++) {
      if (codes[row]! >= 0) continue
      valid[row >> 5]! &= ~(1 << (row & 31))
      nulls++
    }
    if (nulls > 0) this.#setValid(vector)
  }

  #assignTexts(vector: number, texts: readonly string[], codes: Int32Array, count: number): void {
    const target = this.#vectors[vector]!
    for (let row = 0; row < count; row++) {
      const code = codes[row]!
      if (code >= 0) native.vector_assign_string_element(target, row, texts[code]!)
    }
  }

  #copy(vector: number, from: Float64Array | BigInt64Array | CodeArray, count: number): void {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = from
    const bytes = count * BYTES_PER_ELEMENT
    native.copy_data_to_vector(this.#vectors[vector]!, 0, buffer as ArrayBuffer, byteOffset, bytes)
  }

  #setAllNull(vector: number): void {
    this.#valid.fill(0)
    this.#setValid(vector)
  }

  #setValid(vector: number): void {
    const target = this.#vectors[vector]!
    const { buffer, byteLength } = this.#valid
    native.vector_ensure_validity_writable(target)
    native.copy_data_to_vector_validity(target, 0, buffer as ArrayBuffer, 0, byteLength)
  }
}

const ALL_VALID = 0xffffffff

type CodeArray = Uint8Array | Uint16Array | Uint32Array

/** As wide as the engine's own indexes into a dictionary of this many texts. */
function codeArray(texts: number): CodeArray {
  if (texts <= 0xff) return new Uint8Array(CHUNK_ROWS)
  return texts <= 0xffff ? new Uint16Array(CHUNK_ROWS) : new Uint32Array(CHUNK_ROWS)
}
