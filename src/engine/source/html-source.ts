/**
 * Rows of a table of an HTML page: `table is @2` is the second table of the page, in the order in which they
 * begin; without it the first. Its rows are those of the table itself, the first one has the labels. A cell
 * is its text without what is not shown, with blanks drawn together; tables within a cell are tables of their
 * own.
 *
 * The page is read as browsers read one, so that nothing is wrong with it; its size and depth have bounds,
 * since it is held as a tree.
 */
import type { DefaultTreeAdapterTypes } from 'parse5'
import { faults } from '../../script/fault/fault.ts'
import { headerLines, rowFields } from '../../script/format/text-fields.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { DOCUMENT_DEPTH_MAX } from './record-source.ts'
import { encodingNamed } from './text-encoding.ts'
import { type NamedFile, withCharacterSet } from './text-source.ts'
import { wholeFile, wholeText } from './whole-file.ts'

const PAGE_MAX_BYTES = 8 * 1024 * 1024
/** Where a page may say its character set, by the HTML standard. */
const META_BYTES = 1024
const NOT_SHOWN = new Set(['script', 'style', 'template', 'head', 'noscript'])
/** Elements that stand on lines of their own. */
const LINES = new Set([
  'br',
  'p',
  'div',
  'li',
  'ul',
  'ol',
  'tr',
  'td',
  'th',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
])

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

export async function htmlSource(
  named: NamedFile,
  format: FileFormat,
  settings: Settings,
  warn: (text: string) => void,
): Promise<RowSource> {
  const { shown } = named
  const tables = tablesIn(await pageTree(await pageText(named, format, warn), shown))
  const wanted = format.table ?? '@1'
  const table = tables[Number(/^@(\d+)$/.exec(wanted)?.[1] ?? Number.NaN) - 1]
  if (table === undefined) {
    const there = tables.length === 0 ? 'it has none' : `it has @1 to @${tables.length}`
    throw faults.tableNotFound(`The file '${shown}' has no table '${wanted}': ${there}`)
  }
  const rows = rowsOf(table).slice(headerLines(format))
  const names = rowFields(rows[0], format)
  if (names === undefined) throw faults.wrongFormat(`The file '${shown}' has no row with field names`)
  const interpret = textInterpreter(settings)
  const values: Value[] = names.map(() => null)
  const data = format.labels === 'none' ? rows : rows.slice(1)
  return {
    input: { names, values },
    async each(used, row) {
      let read = 0
      for (const cells of data) {
        for (const index of used) values[index] = interpret(cells[index] ?? '')
        read++
        if (!row()) break
      }
      return read
    },
  }
}

/** What a tag costs grows with the tags that are open, of which there may be so many. */
async function pageTree(text: string, shown: string): Promise<Node> {
  const { defaultTreeAdapter, parse } = await import('parse5')
  let depth = 0
  return parse(text, {
    treeAdapter: {
      ...defaultTreeAdapter,
      onItemPush() {
        if (++depth <= DOCUMENT_DEPTH_MAX) return
        throw faults.wrongFormat(`The file '${shown}' is nested more than ${DOCUMENT_DEPTH_MAX} deep`)
      },
      onItemPop() {
        depth--
      },
    },
  })
}

/** The mark decides, then the format, then what the page says. */
async function pageText(named: NamedFile, format: FileFormat, warn: (text: string) => void): Promise<string> {
  const bytes = await wholeFile(named, PAGE_MAX_BYTES, 'a page')
  const stated = format.encoding === undefined ? statedSet(bytes) : undefined
  const set = stated ?? encodingNamed((await withCharacterSet(named, format, warn)).encoding)
  return wholeText(bytes, set, named.shown)
}

function statedSet(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, META_BYTES)
  const name = /<meta\b[^>]*\bcharset\s*=\s*["']?([\w.:-]+)/i.exec(head)?.[1]
  // What can be read so is no UTF-16, whatever it says.
  if (name === undefined || /^utf-16/i.test(name)) return undefined
  try {
    return new TextDecoder(name).encoding
  } catch {
    return undefined
  }
}

/** All elements below a node in the order of the page, but not below those that `enters` leaves out. */
function* elementsIn(root: Node, enters: (element: Element) => boolean = () => true): Generator<Element> {
  const open: Node[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('tagName' in node && node !== root) {
      yield node
      if (!enters(node)) continue
    }
    openChildren(node, open)
  }
}

/** The first one is taken next. */
function openChildren(node: Node, open: Node[]): void {
  if (!('childNodes' in node)) return
  for (let at = node.childNodes.length - 1; at >= 0; at--) open.push(node.childNodes[at]!)
}

const tablesIn = (page: Node): Element[] => [...elementsIn(page)].filter(({ tagName }) => tagName === 'table')

const isCell = ({ tagName }: Element): boolean => tagName === 'td' || tagName === 'th'

/** Rows that have cells, each cell in the column where a page shows it: what else it spans is empty. */
function rowsOf(table: Element): string[][] {
  const rows: string[][] = []
  let group: Node | null = null
  /** Of each column, up to the last such one: how many rows more a cell from above covers. */
  let covered: number[] = []
  let count = 0
  for (const row of elementsIn(table, ({ tagName }) => tagName !== 'table' && tagName !== 'tr')) {
    if (row.tagName !== 'tr') continue
    if (row.parentNode !== group) covered = []
    group = row.parentNode
    const cells: string[] = []
    let hasOwn = false
    const put = (text: string, below: number) => {
      covered[cells.length] = below
      cells.push(text)
      count += 1
      if (count > CELLS_MAX) throw faults.wrongFormat(`A table of a page has more than ${CELLS_MAX} cells`)
    }
    const putCovered = () => put('', Math.max(covered[cells.length]! - 1, 0))
    for (const cell of elementsIn(row, (element) => element.tagName !== 'table' && !isCell(element))) {
      if (!isCell(cell)) continue
      hasOwn = true
      while (covered[cells.length]! > 0) putCovered()
      const below = spanOf(cell, 'rowspan') - 1
      put(shownText(cell), below)
      const columns = Math.min(spanOf(cell, 'colspan'), SPAN_MAX)
      for (let column = 1; column < columns; column++) put('', below)
    }
    while (cells.length < covered.length) putCovered()
    covered.length = covered.findLastIndex((below) => below > 0) + 1
    if (hasOwn) rows.push(cells)
  }
  return rows
}

/** With those that are spanned; a page has not so many of its own. */
const CELLS_MAX = 4_000_000

/** By the HTML standard: of columns. */
const SPAN_MAX = 1000

/** How many columns or rows; what is no number is one, and 0 are all rows of the group. */
function spanOf(cell: Element, name: 'colspan' | 'rowspan'): number {
  const span = Number.parseInt(cell.attrs.find((attribute) => attribute.name === name)?.value ?? '', 10)
  if (name === 'rowspan' && span === 0) return Number.POSITIVE_INFINITY
  return span > 0 ? span : 1
}

function shownText(cell: Element): string {
  let text = ''
  const open: Node[] = []
  openChildren(cell, open)
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.nodeName === '#text' && 'value' in node) text += node.value
    if (!('tagName' in node) || NOT_SHOWN.has(node.tagName) || node.tagName === 'table') continue
    if (LINES.has(node.tagName)) text += ' '
    openChildren(node, open)
  }
  return text.replaceAll(/[ \t\n\f\r]+/g, ' ').trim()
}
