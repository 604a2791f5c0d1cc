/**
 * Rows of a QVD file. Values are as the file has them, with their texts: nothing is interpreted again
 * (SEMANTICS R10). A LOAD that only picks and renames fields copies columns; every other runs row by row over
 * the decoded symbols. Either way memory is bounded by the symbols of the fields that are used.
 */
import { QvdError } from '../../qvd/qvd-error.ts'
import { QvdFile, readQvdHeader } from '../../qvd/qvd-file.ts'
import type { QvdHeader } from '../../qvd/qvd-header.ts'
import { type QvdSymbols, symbolValue } from '../../qvd/qvd-symbols.ts'
import { shownSymbols } from '../../qvd/shown-symbols.ts'
import { faults } from '../../script/fault/fault.ts'
import type { ValueKinds } from '../../script/model/data-model.ts'
import { carriedFormat, type FieldFormat } from '../../script/value/field-format.ts'
import { isPlainText } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import type { ColumnCopy, RowSource } from '../duckdb/row-source.ts'
import { SymbolWriter } from '../duckdb/symbol-writer.ts'
import type { WrittenRows } from '../duckdb/table-writer.ts'

export interface QvdSource extends RowSource {
  copy(copy: ColumnCopy): Promise<WrittenRows>
}

/**
 * @param real the path to open
 * @param shown the path as the script wrote it
 * @param settings where numbers are to be shown by the formats of the file
 */
export function qvdSource(database: Database, real: string, shown: string, settings?: Settings): QvdSource {
  const reading = new QvdReading(database, real, shown, settings)
  const { values, names, formats } = reading
  return {
    input: { names, values },
    asItIs: (given) => qvdSource(database, real, shown, given),
    ...(settings === undefined ? {} : { formats }),
    each: (used, row) => reading.each([...used], row),
    copy: (copied) => reading.copy(copied),
  }
}

class QvdReading {
  readonly names: readonly string[]
  readonly values: Value[]
  readonly formats: ReadonlyMap<string, FieldFormat>
  readonly #settings: Settings | undefined
  readonly #database: Database
  readonly #real: string
  readonly #shown: string

  constructor(database: Database, real: string, shown: string, settings: Settings | undefined) {
    this.#database = database
    this.#real = real
    this.#shown = shown
    this.#settings = settings
    const { fields } = this.#header()
    this.names = fields.map((field) => field.name)
    this.formats = new Map(fields.map(({ name, numberFormat }) => [name, carriedFormat(numberFormat)]))
    this.values = this.names.map(() => null)
  }

  each(positions: readonly number[], row: () => boolean): Promise<number> {
    return this.#open(positions, async (blocks, symbols) => {
      const decoded = symbols.map((each) =>
        Array.from({ length: each.count }, (_, index) => symbolValue(each, index)),
      )
      let read = 0
      for await (const { rows, indexes } of blocks) {
        this.#database.checkInterrupted()
        for (let at = 0; at < rows; at++) {
          for (let i = 0; i < positions.length; i++) {
            const index = indexes[i]![at]!
            this.values[positions[i]!] = index < 0 ? null : decoded[i]![index]!
          }
          read++
          if (!row()) return read
        }
      }
      return read
    })
  }

  copy({ positions, table, columns, temporary, first }: ColumnCopy): Promise<WrittenRows> {
    return this.#open(positions, async (blocks, symbols, total) => {
      const writer = await SymbolWriter.create(this.#database, table, columns, symbols, total, temporary)
      try {
        let wanted = first ?? Number.POSITIVE_INFINITY
        for await (const { rows, indexes } of blocks) {
          this.#database.checkInterrupted()
          writer.append(indexes, Math.min(rows, wanted))
          wanted -= rows
          if (wanted <= 0) break
        }
        return { rows: writer.close(), kinds: symbols.map(kindsOf) }
      } catch (error) {
        writer.abandon()
        throw error
      }
    })
  }

  #header(): QvdHeader {
    try {
      return readQvdHeader(this.#real)
    } catch (error) {
      throw this.#refusal(error)
    }
  }

  /** The rows and symbols of the fields at these positions of the file. */
  async #open<Result>(
    positions: readonly number[],
    read: (
      blocks: ReturnType<QvdFile['blocks']>,
      symbols: readonly QvdSymbols[],
      rows: number,
    ) => Promise<Result>,
  ): Promise<Result> {
    const file = await QvdFile.open(this.#real).catch((error) => {
      throw this.#refusal(error)
    })
    try {
      const fields = positions.map((position) => {
        const field = file.header.fields[position]
        if (field === undefined || field.name !== this.names[position])
          throw new QvdError('it was replaced while it was read')
        return field
      })
      const symbols: QvdSymbols[] = []
      for (const field of fields) {
        const read = await file.symbols(field)
        const settings = this.#settings
        const told = settings === undefined ? read : shownSymbols(read, field.numberFormat, settings)
        symbols.push(withPlainNumbers(told))
      }
      return await read(file.blocks(fields), symbols, file.header.rows)
    } catch (error) {
      throw this.#refusal(error)
    } finally {
      await file.close()
    }
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof QvdError)) return error
    return faults.wrongQvd(`File '${this.#shown}' cannot be read as QVD: ${error.message}`)
  }
}

/** A whole number written plainly needs no text of its own, as in text files. */
function withPlainNumbers(symbols: QvdSymbols): QvdSymbols {
  const { numbers, texts } = symbols
  const own = texts.map((text, index) => (text !== null && isPlainText(text, numbers[index]!) ? null : text))
  return { ...symbols, texts: own }
}

function kindsOf({ count, numbers, texts }: QvdSymbols): ValueKinds {
  const kinds = { numbers: false, texts: false, duals: false }
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(numbers[i]!)) kinds.texts ||= texts[i] !== null
    else {
      kinds.numbers = true
      kinds.duals ||= texts[i] !== null
    }
  }
  return kinds
}
