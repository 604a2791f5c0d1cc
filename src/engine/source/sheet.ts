/** A workbook and its sheets as both kinds of workbook tell them: rows that hold a cell, in their order. */

/** An empty cell is none; an error is null. The format of a number is absent where it shows it as it is. */
export type SheetCell =
  | number
  | string
  | boolean
  | null
  | { readonly number: number; readonly format: string }

/** One row, the same object for each. Rows and columns count from 0. */
export interface SheetRow {
  at: number
  /** Ascending. */
  readonly columns: number[]
  /** One for each of `columns`. */
  readonly cells: SheetCell[]
}

export interface Sheet {
  /** Days count from the first day of 1904 and not of 1900. */
  readonly date1904: boolean
  /** Hands out the rows in ascending order until one gives false. May be called again. */
  readonly each: (row: (row: SheetRow) => boolean) => Promise<void>
}

/** What a workbook has. */
export interface Outline {
  readonly sheets: readonly string[]
  /** Named ranges, such as `'My sheet'!$A$1:$B$4`. */
  readonly names: readonly { readonly name: string; readonly range: string }[]
  readonly date1904: boolean
}

export interface Workbook {
  readonly outline: Outline
  /** @param index position in the outline @throws WorkbookError */
  readonly sheet: (index: number) => Promise<Sheet>
}

/** The file is no workbook, or beyond a bound. The message says what, as the end of a sentence. */
export class WorkbookError extends Error {
  override readonly name = 'WorkbookError'
  readonly encrypted: boolean

  constructor(message: string, encrypted = false) {
    super(message)
    this.encrypted = encrypted
  }
}

export interface SheetArea {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/** The largest sheet of either kind. */
export const SHEET_ROWS_MAX = 1_048_576
export const SHEET_COLUMNS_MAX = 16_384

export interface FoundSheet {
  /** Position in the workbook. */
  readonly index: number
  readonly area?: SheetArea
}

/**
 * A sheet by its name, as old scripts write it with `$` behind; else a named range; without a name the first
 * sheet. Undefined: there is none.
 */
export function findSheet({ sheets, names }: Outline, wanted: string | undefined): FoundSheet | undefined {
  if (wanted === undefined) return sheets.length === 0 ? undefined : { index: 0 }
  const plain = wanted.replace(/^'(.*)'$/, '$1').replace(/\$$/, '')
  const exact = sheets.indexOf(wanted)
  const index = exact >= 0 ? exact : sheets.findIndex((name) => same(name, plain))
  if (index >= 0) return { index }
  const named = names.find(({ name }) => same(name, wanted))
  const target = /^(?:'((?:[^']|'')+)'|([^'!]+))!([^!]+)$/.exec(named?.range ?? '')
  const area = target && areaOf(target[3]!)
  const ranged = target && sheets.indexOf(target[1]?.replaceAll("''", "'") ?? target[2]!)
  if (area && ranged !== null && ranged >= 0) return { index: ranged, area }
  return undefined
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

function areaOf(range: string): SheetArea | undefined {
  const corners = /^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$/.exec(range)
  if (corners === null) return undefined
  const [, column, row, otherColumn = column, otherRow = row] = corners
  const columns = [columnOf(column!), columnOf(otherColumn!)]
  const rows = [Number(row) - 1, Number(otherRow) - 1]
  return {
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    left: Math.min(...columns),
    right: Math.max(...columns),
  }
}

/** Only the cells of the area, counted from its corner. */
export function withinArea(sheet: Sheet, { top, left, bottom, right }: SheetArea): Sheet {
  const part: SheetRow = { at: 0, columns: [], cells: [] }
  return {
    date1904: sheet.date1904,
    each: (row) =>
      sheet.each(({ at, columns, cells }) => {
        if (at < top) return true
        if (at > bottom) return false
        part.at = at - top
        part.columns.length = 0
        part.cells.length = 0
        for (let i = 0; i < columns.length; i++) {
          if (columns[i]! < left || columns[i]! > right) continue
          part.columns.push(columns[i]! - left)
          part.cells.push(cells[i]!)
        }
        return part.columns.length === 0 || row(part)
      }),
  }
}

/** A is 0, Z is 25, AA is 26. */
export function columnOf(letters: string): number {
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

export function lettersOf(column: number): string {
  let letters = ''
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters
  }
  return letters
}
