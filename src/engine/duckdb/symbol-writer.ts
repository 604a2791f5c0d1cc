/** Writes rows that come as indexes into the distinct values of each column into a table of pair columns. */
import type { QvdSymbols } from '../../qvd/qvd-symbols.ts'
import type { Database } from './database.ts'
import { CHUNK_ROWS, PairAppender, type PairRows, ROWS_A_TEXT, TextDictionary } from './pair-appender.ts'

export class SymbolWriter {
  readonly #appender: PairAppender
  readonly #columns: readonly SymbolColumn[]

  private constructor(appender: PairAppender, columns: readonly SymbolColumn[]) {
    this.#appender = appender
    this.#columns = columns
  }

  /**
   * Creates the table. Call `close` when all rows are there. @param symbols those of each column, for about
   * `rows` rows
   */
  static async create(
    database: Database,
    table: string,
    columns: readonly string[],
    symbols: readonly QvdSymbols[],
    rows: number,
    temporary: boolean,
  ): Promise<SymbolWriter> {
    const made = symbols.map((each) => new SymbolColumn(each, rows))
    const appender = await PairAppender.create(database, table, columns, temporary)
    appender.use(made.map(({ dictionary }) => dictionary))
    return new SymbolWriter(appender, made)
  }

  /** @param indexes one array a column; -1 is NULL */
  append(indexes: readonly Int32Array[], count: number): void {
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const end = Math.min(count, first + CHUNK_ROWS)
      for (const [i, column] of this.#columns.entries()) column.fill(indexes[i]!.subarray(first, end))
      this.#appender.append(this.#columns, end - first)
    }
  }

  /** Gives the number of rows. */
  close(): number {
    return this.#appender.close()
  }

  /** Lets go of the rows held; for a statement that failed. */
  abandon(): void {
    this.#appender.abandon()
  }
}

class SymbolColumn implements PairRows {
  readonly dictionary: TextDictionary
  readonly numbers: Float64Array | undefined
  readonly codes: Int32Array | undefined
  readonly #symbolNumbers: Float64Array
  readonly #symbolCodes: Int32Array

  constructor({ count, numbers, texts }: QvdSymbols, rows: number) {
    this.#symbolNumbers = numbers
    this.#symbolCodes = new Int32Array(count)
    const codes = new Map<string, number>()
    for (let i = 0; i < count; i++) {
      const text = texts[i]!
      if (text !== null && !codes.has(text)) codes.set(text, codes.size)
      this.#symbolCodes[i] = text === null ? -1 : codes.get(text)!
    }
    this.dictionary = new TextDictionary([...codes.keys()], codes.size * ROWS_A_TEXT <= rows)
    if (!numbers.every(Number.isNaN)) this.numbers = new Float64Array(CHUNK_ROWS)
    if (codes.size > 0) this.codes = new Int32Array(CHUNK_ROWS)
  }

  /** Takes the rows of one chunk. */
  fill(indexes: Int32Array): void {
    const { numbers, codes } = this
    const [symbolNumbers, symbolCodes] = [this.#symbolNumbers, this.#symbolCodes]
    for (let row = 0; numbers && row < indexes.length; row++) {
      const index = indexes[row]!
      numbers[row] = index < 0 ? Number.NaN : symbolNumbers[index]!
    }
    for (let row = 0; codes && row < indexes.length; row++) {
      const index = indexes[row]!
      codes[row] = index < 0 ? -1 : symbolCodes[index]!
    }
  }
}
