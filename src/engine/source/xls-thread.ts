/**
 * Reads an old workbook in a thread of its own: the library believes what the file says, so that only a
 * thread with a bound on its memory and time may run it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type CellObject, type ParsingOptions, read, type WorkBook } from '@e965/xlsx'
import type { Outline, SheetCell } from './sheet.ts'
import type { XlsReply, XlsRequest, XlsRow } from './xls-protocol.ts'

/** The format that shows a number as it is. */
const GENERAL = 'General'
const BATCH_CELLS = 20_000

const READING: ParsingOptions = {
  type: 'buffer',
  dense: true,
  cellFormula: false,
  cellHTML: false,
  cellText: false,
  cellNF: true,
  bookVBA: false,
}

const port = parentPort!
const reply = (message: XlsReply): void => port.postMessage(message)
const { file, sheet } = workerData as XlsRequest

try {
  if (sheet === undefined)
    reply({ kind: 'outline', outline: outlineOf(read(file, { ...READING, sheets: [] })) })
  else {
    const book = read(file, { ...READING, sheets: sheet })
    serveRows(book.Sheets[book.SheetNames[sheet]!]?.['!data'] ?? [])
  }
} catch (error) {
  const message = error instanceof Error ? error.message : ''
  reply({ kind: 'failed', encrypted: /password|encrypt/i.test(message) })
}

function outlineOf({ SheetNames, Workbook }: WorkBook): Outline {
  return {
    sheets: SheetNames,
    names: (Workbook?.Names ?? []).map(({ Name, Ref }) => ({ name: Name, range: Ref })),
    date1904: Workbook?.WBProps?.date1904 === true,
  }
}

type Rows = readonly (readonly (CellObject | undefined)[] | undefined)[]

function serveRows(rows: Rows): void {
  // Holes cost nothing: only what is there is visited.
  const held = Object.keys(rows)
  let next = 0
  const batch = () => {
    const found: XlsRow[] = []
    for (let cells = 0; next < held.length && cells < BATCH_CELLS; next++) {
      const row = rowAt(Number(held[next]), rows[Number(held[next])]!)
      cells += row.columns.length
      if (row.columns.length > 0) found.push(row)
    }
    reply({ kind: 'rows', rows: found })
  }
  port.on('message', batch)
  batch()
}

function rowAt(at: number, row: NonNullable<Rows[number]>): XlsRow {
  const columns: number[] = []
  const cells: SheetCell[] = []
  row.forEach((cell, column) => {
    const value = cell && cellOf(cell)
    if (value === undefined) return
    columns.push(column)
    cells.push(value)
  })
  return { at, columns, cells }
}

/** Undefined: it holds nothing. */
function cellOf({ t, v, z }: CellObject): SheetCell | undefined {
  switch (t) {
    case 'n':
      return typeof z === 'string' && z !== GENERAL ? { number: v as number, format: z } : (v as number)
    case 's':
      return String(v)
    case 'b':
      return v === true
    case 'e':
      return null
    default:
      return undefined
  }
}
