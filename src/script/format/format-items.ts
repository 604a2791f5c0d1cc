/**
 * Which items of a format mean something where: whatever else is written is refused, so that no item is
 * accepted and ignored (LANGUAGE, section 7).
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import type { FileFormat } from '../syntax/statement.ts'
import { characterSet, unknownCharacterSet } from './character-set.ts'

/** The types of file that LOAD reads. */
export const READABLE = [
  'txt',
  'fix',
  'qvd',
  'parquet',
  'ooxml',
  'biff',
  'xml',
  'json',
  'qvx',
  'html',
] as const

export type FileType = (typeof READABLE)[number]

/** What a format describes: a file that is read or stored, or text of the script itself. */
export type FormatUse =
  | FileType
  | 'inline'
  | 'from_field'
  | 'from_field xml'
  | 'from_field json'
  | 'store txt'
  | 'store qvd'
  | 'store parquet'

type FormatItem = Exclude<keyof FileFormat, 'type'>

/** Where only some values of an item mean something, with why. */
type Allowed = true | ((format: FileFormat) => string | undefined)

const LABELS: Allowed = ({ labels }) =>
  labels === 'explicit' ? '"explicit labels" belongs to dif files, which are not read' : undefined

const linesOnly =
  (what: string): Allowed =>
  ({ header }) =>
    header?.of === 'bytes' ? `The header of ${what} is told in lines: "header is 2 lines"` : undefined

const ONE_LINE: Allowed = ({ record }) =>
  record !== undefined && (record.of === 'bytes' || record.size !== 1)
    ? 'A record of delimited text is one line: "record is" is for fixed-width files (fix)'
    : undefined

const IN_FILE: Allowed = () => undefined

/** Labels where the file has them itself: saying so changes nothing. */
const OWN_LABELS: Allowed = ({ labels }) =>
  labels === 'embedded' ? undefined : 'The names of the fields are a part of the file'

const DELIMITED: Partial<Record<FormatItem, Allowed>> = {
  labels: LABELS,
  delimiter: true,
  quoting: true,
  comment: true,
  record: ONE_LINE,
}

const WORKBOOK: Partial<Record<FormatItem, Allowed>> = {
  labels: LABELS,
  header: linesOnly('a workbook'),
  table: true,
}

const ITEMS: Readonly<Record<FormatUse, Partial<Record<FormatItem, Allowed>>>> = {
  txt: { ...DELIMITED, encoding: true, header: true, eof: true },
  // Its text is the script's: a character set is one of a file, so that it changes nothing here.
  inline: { ...DELIMITED, encoding: IN_FILE, header: linesOnly('INLINE') },
  from_field: { ...DELIMITED, encoding: IN_FILE, header: linesOnly('FROM_FIELD') },
  // By the documentation `no eof` changes nothing for files of fixed records: 0x1A is data there.
  fix: {
    labels: ({ labels }) =>
      labels === 'none'
        ? undefined
        : 'Fields of a fixed-width file are named by position: skip its labels by "header is"',
    encoding: true,
    header: true,
    record: true,
    tabWidth: true,
    eof: true,
  },
  ooxml: WORKBOOK,
  biff: WORKBOOK,
  html: { labels: LABELS, header: linesOnly('a page'), table: true, encoding: true },
  xml: { table: true, encoding: true },
  json: { table: true, encoding: true },
  'from_field xml': { table: true, encoding: IN_FILE },
  'from_field json': { table: true, encoding: IN_FILE },
  qvd: { labels: OWN_LABELS },
  qvx: { labels: OWN_LABELS },
  parquet: { labels: OWN_LABELS },
  'store txt': {
    labels: LABELS,
    delimiter: ({ delimiter }) =>
      delimiter === 'spaces'
        ? '"delimiter is spaces" is for reading: name one character to write'
        : undefined,
    quoting: true,
    encoding: true,
  },
  'store qvd': {},
  'store parquet': { compression: true },
}

/** As they are written. */
const WRITTEN: Readonly<Record<FormatItem, string>> = {
  labels: 'labels',
  delimiter: 'delimiter is',
  quoting: 'msq" or "no quotes',
  encoding: 'codepage is',
  header: 'header is',
  comment: 'comment is',
  record: 'record is',
  tabWidth: 'tab is',
  eof: 'no eof',
  table: 'table is',
  compression: 'compression is',
}

const SHOWN: Readonly<Record<FormatUse, string>> = {
  txt: 'a text file',
  fix: 'a fixed-width file',
  html: 'a page',
  xml: 'XML',
  json: 'JSON',
  'from_field json': 'JSON of FROM_FIELD',
  'from_field xml': 'XML of FROM_FIELD',
  qvd: 'a QVD file',
  qvx: 'a QVX file',
  parquet: 'a parquet file',
  ooxml: 'a workbook',
  biff: 'a workbook',
  inline: 'INLINE',
  from_field: 'FROM_FIELD',
  'store txt': 'a text file that is stored',
  'store qvd': 'a QVD file that is stored',
  'store parquet': 'a parquet file that is stored',
}

/** The first item that has no meaning there, as a fault; undefined: there is none. */
export function formatFault(format: FileFormat, use: FormatUse, span?: Span): ScriptFaultError | undefined {
  for (const [item, value] of Object.entries(format) as [FormatItem | 'type', unknown][]) {
    if (item === 'type' || value === undefined) continue
    const allowed = ITEMS[use][item]
    if (allowed === undefined) {
      return faults.semantic(`The format item "${WRITTEN[item]}" has no meaning for ${SHOWN[use]}`, span)
    }
    const why = allowed === true ? undefined : allowed(format)
    if (why !== undefined) return faults.semantic(why, span)
  }
  const { encoding } = format
  return encoding !== undefined && characterSet(encoding) === undefined
    ? unknownCharacterSet(encoding, span)
    : undefined
}
