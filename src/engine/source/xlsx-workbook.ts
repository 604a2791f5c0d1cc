/**
 * A workbook of the newer kind: a zip archive of XML parts. Nothing in it is trusted: what a part unpacks to
 * is counted, dimensions and counts that it states are not read, and all that is kept has a bound.
 */
import { open } from 'node:fs/promises'
import { posix } from 'node:path'
import { ZipArchive, ZipError } from '../../archive/zip-archive.ts'
import { builtInDateCode } from './cell-format.ts'
import { builtInNumberCode } from './cell-number.ts'
import { CELL_MAX_CHARACTERS, SHARED_MAX_BYTES, SharedTexts } from './shared-texts.ts'
import { type Outline, type Sheet, type Workbook, WorkbookError } from './sheet.ts'
import { readPart, TextCollector } from './xlsx-part.ts'
import { readSheet } from './xlsx-sheet.ts'
import { attributes, XmlError } from './xml-scanner.ts'

/** Unpacked bytes of parts that are small in every sound workbook, and of those with its texts and cells. */
const SMALL_PART = { maxBytes: 64 * 1024 * 1024 }
const LARGE_PART = { maxBytes: 512 * 1024 * 1024 }
/** Sheets, names, relations, formats: more of each count as damage. */
const ITEMS_MAX = 100_000

interface Parts {
  /** Paths of the sheets, in the order of the outline. */
  readonly sheets: readonly (string | undefined)[]
  readonly styles: string | undefined
  readonly sharedTexts: string | undefined
}

/** @throws WorkbookError */
export async function openXlsx(file: string): Promise<Workbook> {
  const { outline, parts } = await withArchive(file, readOutline)
  return {
    outline,
    async sheet(index) {
      const part = parts.sheets[index]
      if (part === undefined) throw new WorkbookError(`its sheet '${outline.sheets[index]}' holds no cells`)
      const { formats, texts } = await withArchive(file, async (archive) => ({
        formats: await readFormats(archive, parts.styles),
        texts: await readSharedTexts(archive, parts.sharedTexts),
      }))
      const each: Sheet['each'] = (row) =>
        withArchive(file, (archive) => readSheet(archive, part, LARGE_PART.maxBytes, { formats, texts }, row))
      return { date1904: outline.date1904, each }
    },
  }
}

async function withArchive<Result>(
  path: string,
  read: (archive: ZipArchive) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, 'r')
  try {
    return await read(await ZipArchive.open(file))
  } catch (error) {
    if (error instanceof ZipError || error instanceof XmlError) throw new WorkbookError(error.message)
    throw error
  } finally {
    await file.close()
  }
}

async function readOutline(archive: ZipArchive): Promise<{ outline: Outline; parts: Parts }> {
  const main = (await readRelations(archive, '')).find(({ type }) => type === 'officeDocument')?.target
  const workbook = main ?? 'xl/workbook.xml'
  if (workbook.endsWith('.bin')) throw new WorkbookError('it is a binary workbook (xlsb): save it as xlsx')
  const relations = await readRelations(archive, workbook)
  const target = (wanted: string) => relations.find(({ type }) => type === wanted)?.target
  const sheets: { readonly name: string; readonly relation: string }[] = []
  const names: { readonly name: string; readonly range: string }[] = []
  let name: string | undefined
  let range = ''
  let date1904 = false
  await readPart(archive, workbook, SMALL_PART, {
    open(element, tag) {
      if (element === 'workbookPr') date1904 = isTrue(attributes(tag).get('date1904'))
      else if (element === 'sheet') {
        const found = attributes(tag)
        limited(sheets, 'sheets').push({ name: found.get('name') ?? '', relation: found.get('id') ?? '' })
      } else if (element === 'definedName') {
        name = attributes(tag).get('name')
        range = ''
      }
    },
    text(text) {
      if (name !== undefined) range += text
    },
    close(element) {
      if (element !== 'definedName' || name === undefined) return
      limited(names, 'names').push({ name, range })
      name = undefined
    },
  })
  return {
    outline: { sheets: sheets.map((sheet) => sheet.name), names, date1904 },
    parts: {
      sheets: sheets.map(({ relation }) => sheetPart(relations, relation)),
      styles: target('styles'),
      sharedTexts: target('sharedStrings'),
    },
  }
}

/** Undefined for sheets without cells: charts and old macros. */
const sheetPart = (relations: readonly Relation[], wanted: string): string | undefined =>
  relations.find(({ id, type }) => id === wanted && type === 'worksheet')?.target

interface Relation {
  readonly id: string
  /** The last word of its type. */
  readonly type: string
  readonly target: string
}

/** @param part whose relations; the empty path is that of the package */
async function readRelations(archive: ZipArchive, part: string): Promise<readonly Relation[]> {
  const folder = posix.dirname(part)
  const path = posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  const relations: Relation[] = []
  if (!archive.has(path)) return relations
  await readPart(archive, path, SMALL_PART, {
    open(element, tag) {
      if (element !== 'Relationship') return
      const found = attributes(tag)
      const target = found.get('Target') ?? ''
      limited(relations, 'relations').push({
        id: found.get('Id') ?? '',
        type: (found.get('Type') ?? '').split('/').at(-1)!,
        target: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
      })
    },
    text: ignore,
    close: ignore,
  })
  return relations
}

const ignore = () => {}
const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true'

function limited<Item>(items: Item[], what: string): Item[] {
  if (items.length === ITEMS_MAX) throw new WorkbookError(`it has more than ${ITEMS_MAX} ${what}`)
  return items
}

/** For each cell style the code of its number format, where that does not show a number as it is. */
async function readFormats(
  archive: ZipArchive,
  part: string | undefined,
): Promise<readonly (string | undefined)[]> {
  const styles: (string | undefined)[] = []
  if (part === undefined || !archive.has(part)) return styles
  const own = new Map<string, string | undefined>()
  let inCellStyles = false
  await readPart(archive, part, SMALL_PART, {
    open(element, tag) {
      if (element === 'cellXfs') inCellStyles = true
      else if (element === 'numFmt') {
        const found = attributes(tag)
        const code = found.get('formatCode') ?? ''
        if (own.size === ITEMS_MAX) throw new WorkbookError(`it has more than ${ITEMS_MAX} formats`)
        own.set(found.get('numFmtId') ?? '', code === '' || code === 'General' ? undefined : code)
      } else if (element === 'xf' && inCellStyles) {
        const id = attributes(tag).get('numFmtId') ?? '0'
        limited(styles, 'styles').push(
          own.has(id) ? own.get(id) : (builtInDateCode(Number(id)) ?? builtInNumberCode(Number(id))),
        )
      }
    },
    text: ignore,
    close(element) {
      if (element === 'cellXfs') inCellStyles = false
    },
  })
  return styles
}

async function readSharedTexts(archive: ZipArchive, part: string | undefined): Promise<SharedTexts> {
  const texts = new SharedTexts()
  if (part === undefined || !archive.has(part)) return texts
  const collector = new TextCollector(CELL_MAX_CHARACTERS)
  await readPart(archive, part, LARGE_PART, {
    open(element) {
      if (element === 'si') collector.begin()
      else collector.open(element)
    },
    text: (text) => collector.add(text),
    close(element) {
      if (element !== 'si') collector.close(element)
      else if (!texts.add(collector.text)) {
        throw new WorkbookError(`its shared texts take more than ${SHARED_MAX_BYTES} bytes`)
      }
    },
  })
  return texts
}
