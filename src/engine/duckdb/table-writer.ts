/**
 * Writes rows of values into a table of pair columns (SEMANTICS, section 1), in the order they come, with
 * `rn` from 1, and tells which kinds of value each field got. A number that is not finite becomes NULL: the
 * language has no such values.
 */
import type { ValueKinds } from '../../script/model/data-model.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from './database.ts'
import { CHUNK_ROWS, PairAppender } from './pair-appender.ts'
import { RowTexts } from './row-texts.ts'

/** Rows and cells held at most, and characters of their texts at about most. */
export const WRITTEN_ROWS = 8 * CHUNK_ROWS
const BLOCK_CELLS = 128 * WRITTEN_ROWS
const BLOCK_CHARACTERS = 8_000_000

export interface WrittenRows {
  readonly rows: number
  /** One for each column. */
  readonly kinds: readonly ValueKinds[]
}

interface BlockColumn {
  readonly numbers: Float64Array
  readonly texts: RowTexts
  readonly kinds: { numbers: boolean; texts: boolean; duals: boolean }
}

export class TableWriter {
  readonly #appender: PairAppender
  readonly #columns: readonly BlockColumn[]
  readonly #blockRows: number
  #held = 0
  #characters = 0

  private constructor(appender: PairAppender, columns: number) {
    this.#appender = appender
    const rows = Math.max(1, Math.min(WRITTEN_ROWS, Math.floor(BLOCK_CELLS / Math.max(1, columns))))
    this.#blockRows = rows
    this.#columns = Array.from({ length: columns }, () => ({
      numbers: new Float64Array(rows),
      texts: new RowTexts(rows),
      kinds: { numbers: false, texts: false, duals: false },
    }))
  }

  /** Creates the table. Call `close` when all rows are there. */
  static async create(
    database: Database,
    table: string,
    columns: readonly string[],
    temporary = false,
  ): Promise<TableWriter> {
    return new TableWriter(await PairAppender.create(database, table, columns, temporary), columns.length)
  }

  push(row: readonly Value[]): void {
    const at = this.#held++
    for (let column = 0; column < row.length; column++) {
      this.#put(this.#columns[column]!, at, row[column]!)
    }
    if (this.#held === this.#blockRows || this.#characters > BLOCK_CHARACTERS) this.#flush()
  }

  close(): WrittenRows {
    this.#flush()
    return { rows: this.#appender.close(), kinds: this.#columns.map(({ kinds }) => kinds) }
  }

  /** Lets go of the rows held; for a statement that failed. */
  abandon(): void {
    this.#appender.abandon()
  }

  #put({ numbers, texts, kinds }: BlockColumn, at: number, value: Value): void {
    let number = Number.NaN
    let text: string | null = null
    if (typeof value === 'string') {
      text = value
      kinds.texts = true
    } else if (typeof value === 'number') {
      if (Number.isFinite(value)) number = value
      kinds.numbers = true
    } else if (value !== null) {
      number = value.number
      text = value.text
      kinds.numbers = true
      kinds.duals = true
    }
    numbers[at] = number
    if (text === null) texts.codes[at] = -1
    else this.#characters += texts.put(at, text)
  }

  #flush(): void {
    if (this.#held === 0) return
    this.#appender.use(this.#columns.map(({ texts }) => texts.dictionary()))
    for (let first = 0; first < this.#held; first += CHUNK_ROWS) {
      const end = Math.min(this.#held, first + CHUNK_ROWS)
      const rows = this.#columns.map(({ numbers, texts, kinds }) => ({
        numbers: kinds.numbers ? numbers.subarray(first, end) : undefined,
        codes: kinds.texts || kinds.duals ? texts.codes.subarray(first, end) : undefined,
      }))
      this.#appender.append(rows, end - first)
    }
    const tooLong = this.#characters > BLOCK_CHARACTERS
    for (const { texts } of this.#columns) texts.next(tooLong)
    if (tooLong) this.#characters = 0
    this.#held = 0
  }
}
