/**
 * The rows of a sheet of an xlsx workbook, one at a time: what a sheet costs is what it holds, wherever its
 * cells say that they stand. Rows and cells come in order, as every program writes them.
 */

import type { ZipArchive } from '../../archive/zip-archive.ts'
import type { SharedTexts } from './shared-texts.ts'
import { CELL_MAX_CHARACTERS } from './shared-texts.ts'
import { SHEET_COLUMNS_MAX, SHEET_ROWS_MAX, type SheetCell, type SheetRow } from './sheet.ts'
import { readPart, TextCollector } from './xlsx-part.ts'
import { attributes, XmlError, type XmlEvents } from './xml-scanner.ts'

export interface SheetContext {
  /** For each cell style the code of its format, where that does not show a number as it is. */
  readonly formats: readonly (string | undefined)[]
  readonly texts: SharedTexts
}

/** @throws ZipError, XmlError */
export async function readSheet(
  archive: ZipArchive,
  part: string,
  maxBytes: number,
  context: SheetContext,
  row: (row: SheetRow) => boolean,
): Promise<void> {
  const reading = new SheetReading(context, row)
  await readPart(archive, part, { maxBytes, wanted: () => reading.wanted }, reading)
}

const DAY_MS = 86_400_000
const UNIX_EPOCH_DAY = 25_569
const ISO_DATE_CODE = 'yyyy-mm-dd hh:mm:ss'

class SheetReading implements XmlEvents {
  wanted = true
  readonly #context: SheetContext
  readonly #tell: (row: SheetRow) => boolean
  readonly #row: SheetRow = { at: -1, columns: [], cells: [] }
  readonly #content = new TextCollector(CELL_MAX_CHARACTERS)
  #inRow = false
  #inCell = false
  /** Of the cell that is open, or was the last one. */
  #column = -1
  #type = ''
  #format: string | undefined

  constructor(context: SheetContext, tell: (row: SheetRow) => boolean) {
    this.#context = context
    this.#tell = tell
  }

  readonly open = (name: string, tag: string): void => {
    if (this.#inCell) this.#content.open(name)
    else if (this.#inRow && name === 'c') this.#openCell(tag)
    else if (name === 'row') this.#openRow(tag)
  }

  readonly text = (text: string): void => {
    if (this.#inCell) this.#content.add(text)
  }

  readonly close = (name: string): void => {
    if (this.#inCell && name !== 'c') this.#content.close(name)
    else if (name === 'c') this.#closeCell()
    else if (name === 'row') this.#closeRow()
    else if (name === 'sheetData') this.wanted = false
  }

  #openRow(tag: string): void {
    const row = this.#row
    const stated = attributes(tag).get('r')
    const at = stated === undefined ? row.at + 1 : Number(stated) - 1
    if (!(Number.isInteger(at) && at >= 0 && at < SHEET_ROWS_MAX))
      throw new XmlError(`it has a row '${stated}'`)
    if (at <= row.at) throw new XmlError(`its row ${at + 1} stands behind row ${row.at + 1}`)
    row.at = at
    row.columns.length = 0
    row.cells.length = 0
    this.#inRow = true
    this.#column = -1
  }

  #openCell(tag: string): void {
    const reference = cellAttribute(tag, ' r="')
    const column = reference === '' ? this.#column + 1 : columnOfReference(reference)
    if (!(column >= 0 && column < SHEET_COLUMNS_MAX)) throw new XmlError(`it has a cell '${reference}'`)
    if (column <= this.#column) throw new XmlError(`its cells of row ${this.#row.at + 1} are not in order`)
    this.#column = column
    this.#type = cellAttribute(tag, ' t="')
    this.#format = this.#context.formats[Number(cellAttribute(tag, ' s="') || '0')]
    this.#inCell = true
    this.#content.begin()
  }

  #closeCell(): void {
    if (!this.#inCell) return
    this.#inCell = false
    const cell = this.#content.found ? this.#cell() : undefined
    if (cell === undefined) return
    this.#row.columns.push(this.#column)
    this.#row.cells.push(cell)
  }

  #closeRow(): void {
    if (this.#inRow && this.wanted && this.#row.columns.length > 0) this.wanted = this.#tell(this.#row)
    this.#inRow = false
  }

  /** Undefined: it holds nothing. */
  #cell(): SheetCell | undefined {
    const { raw } = this.#content
    switch (this.#type) {
      case 's':
        return raw === '' ? undefined : this.#context.texts.at(Number(raw))
      case 'str':
      case 'inlineStr':
        return this.#content.text
      case 'b':
        return raw === '1' || raw === 'true'
      case 'e':
        return null
      case 'd':
        return raw === '' ? undefined : isoDate(raw)
      default: {
        const number = raw === '' ? Number.NaN : Number(raw)
        if (!Number.isFinite(number)) return undefined
        return this.#format === undefined ? number : { number, format: this.#format }
      }
    }
  }
}

/** Attributes of a cell have no free text, so that what looks like one is one. @param start ` name="` */
function cellAttribute(tag: string, start: string): string {
  const at = tag.indexOf(start)
  if (at >= 0) return tag.slice(at + start.length, tag.indexOf('"', at + start.length))
  return tag.includes("'") || /\s=|=\s/.test(tag) ? (attributes(tag).get(start.slice(1, -2)) ?? '') : ''
}

/** The column of `AB12`; below 0 if it is no reference. */
function columnOfReference(reference: string): number {
  let column = 0
  for (let at = 0; at < reference.length; at++) {
    const letter = (reference.charCodeAt(at) | 0x20) - 0x60
    if (letter < 1 || letter > 26) return column - 1
    column = column * 26 + letter
    if (column > SHEET_COLUMNS_MAX) return -1
  }
  return -1
}

function isoDate(text: string): SheetCell {
  const time = Date.parse(/T[^Z+-]*$/.test(text) ? `${text}Z` : text)
  return Number.isNaN(time) ? text : { number: time / DAY_MS + UNIX_EPOCH_DAY, format: ISO_DATE_CODE }
}
