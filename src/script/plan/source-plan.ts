/**
 * Where the rows of a LOAD come from, and which fields they have, as far as that is known without opening
 * anything.
 */
import { defined } from '../../core/defined.ts'
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { namesIn, positionFault, positionsIn } from '../format/fixed-width.ts'
import { type FileType, formatFault, READABLE } from '../format/format-items.ts'
import { textFields } from '../format/text-fields.ts'
import { type FileFormat, type LoadLevel, type LoadSource, NO_SOURCE } from '../syntax/statement.ts'
import type { Settings } from '../value/settings.ts'
import type { Report } from './findings.ts'
import { checkNoOrder, type OrderTerm, planOrder } from './level-plan.ts'
import { ANY_NAMES, closed, lacks, type ModelShape, type Names, NO_NAMES, tableNamed } from './model-shape.ts'
import { unknownField } from './unknown-field.ts'
import { unknownTable } from './unknown-table.ts'

/** A table that is loaded already. */
export interface LoadedTableName {
  readonly table: string
  /** It belongs to the other section. */
  readonly aside: boolean
}

export type SourcePlan =
  | (LoadedTableName & { readonly kind: 'resident'; readonly order?: readonly OrderTerm[] })
  | {
      readonly kind: 'inline'
      readonly text: string
      readonly format: FileFormat
      readonly fields: readonly string[]
    }
  /** The number of rows is a constant of the LOAD. */
  | { readonly kind: 'autogenerate' }
  | FieldSource
  | FileSource

/** The texts of a field of a table that is loaded already. */
export interface FieldSource extends LoadedTableName {
  readonly kind: 'field'
  readonly field: string
  readonly type: 'txt' | 'xml' | 'json'
  readonly format: FileFormat
  readonly asked: readonly string[]
}

export interface FileSource {
  readonly kind: 'file'
  /** As written: it may stand for several files. */
  readonly path: string
  readonly type: FileType
  readonly format: FileFormat
  /** Names in the LOAD: some say themselves what they mean, such as positions of a fixed-width file. */
  readonly asked: readonly string[]
}

export interface SourceShape {
  readonly source: SourcePlan
  readonly fields: Names
}

/** @param level the bottom of the stack */
export function planSource(
  level: LoadLevel,
  model: ModelShape,
  settings: Settings,
  report: Report,
): SourceShape {
  const { source, orderBy } = level
  if (source.kind === 'resident') {
    const { found, fields } = residentTable(source, model, report)
    const order = orderBy && planOrder(orderBy, fields, report)
    return { source: { kind: 'resident', ...found, ...defined({ order }) }, fields }
  }
  checkNoOrder(level, report)
  switch (source.kind) {
    case 'inline':
      return inlineShape(source, settings, report)
    case 'autogenerate':
      return { source: { kind: 'autogenerate' }, fields: NO_NAMES }
    case 'field':
      return fieldShape(source, level, model, report)
    case 'file':
      return fileShape(source, level, report)
    case 'preceding':
      report(faults.syntax(NO_SOURCE, source.span))
      return { source: { kind: 'autogenerate' }, fields: ANY_NAMES }
  }
}

type SourceOf<Kind extends LoadSource['kind']> = Extract<LoadSource, { kind: Kind }>

/**
 * Also a table of the other section (SEMANTICS S4): access rights are often made of the application's tables.
 */
function residentTable(
  { table, span }: SourceOf<'resident' | 'field'>,
  model: ModelShape,
  report: Report,
): { readonly found: LoadedTableName; readonly fields: Names } {
  const here = tableNamed(model, table)
  if (here !== undefined && !here.maybe) return { found: { table, aside: false }, fields: here.fields }
  const there = tableNamed(model.aside, table)
  const open = model.open || model.aside.open
  if (here === undefined && there === undefined && !open) report(unknownTable(table, model, span))
  const isSure = here === undefined && there?.maybe === false && !model.open
  const fields = isSure ? there.fields : here !== undefined && !open ? here.fields : ANY_NAMES
  return { found: { table, aside: here === undefined }, fields }
}

function inlineShape(
  { text, format, span }: SourceOf<'inline'>,
  settings: Settings,
  report: Report,
): SourceShape {
  const fault = textFault(format, 'inline', span)
  if (fault !== undefined) report(fault)
  const fields = fault === undefined ? textFields(text, format, settings) : []
  if (fields === undefined) report(faults.wrongFormat('The INLINE has no row with field names', span))
  const known = fault === undefined && fields !== undefined
  return {
    source: { kind: 'inline', text, format, fields: fields ?? [] },
    fields: known ? closed(fields) : ANY_NAMES,
  }
}

/** The values of the field determine the fields. */
function fieldShape(
  source: SourceOf<'field'>,
  level: LoadLevel,
  model: ModelShape,
  report: Report,
): SourceShape {
  const { field, format, span } = source
  const { found, fields } = residentTable(source, model, report)
  if (lacks(fields, field)) report(unknownField(field, fields.names, span))
  const given = fileType('', format)
  const type = given === 'xml' || given === 'json' ? given : 'txt'
  const fault =
    type === 'txt' ? textFault(format, 'from_field', span) : formatFault(format, `from_field ${type}`, span)
  if (fault !== undefined) report(fault)
  const asked = askedNames(level)
  return { source: { kind: 'field', ...found, field, type, format, asked }, fields: ANY_NAMES }
}

/** None beside `*`, which stands for the fields that there are. */
const askedNames = (level: LoadLevel): string[] =>
  level.items.some(({ kind }) => kind === 'all') ? [] : namesIn(level)

/** Texts that are no files are delimited: other formats are refused as FROM does. */
function textFault(
  format: FileFormat,
  use: 'inline' | 'from_field',
  span: Span,
): ScriptFaultError | undefined {
  const { type = 'txt' } = format
  if (type !== 'txt' && type !== 'csv') {
    const source = use.toUpperCase()
    return faults.wrongFormat(
      `${source}: the format ${type} cannot be read yet; use txt${use === 'inline' ? '' : ', xmlSimple or json'}`,
      span,
    )
  }
  return formatFault(format, use, span)
}

function fileShape(source: SourceOf<'file'>, level: LoadLevel, report: Report): SourceShape {
  const { path, format, span } = source
  const type = fileType(path, format)
  if (!isReadable(type)) {
    report(
      faults.wrongFormat(
        `File '${path}': the format ${type} cannot be read yet; use txt, fix, qvd, parquet, ooxml, biff, xml, html, json or qvx`,
        span,
      ),
    )
    return { source: { kind: 'file', path, type: 'txt', format, asked: [] }, fields: ANY_NAMES }
  }
  const fault = formatFault(format, type, span)
  if (fault !== undefined) report(fault)
  if (type !== 'fix') {
    const asked = askedNames(level)
    return { source: { kind: 'file', path, type, format, asked }, fields: ANY_NAMES }
  }
  const positions = positionsIn(level)
  if (positions.length === 0) {
    report(
      faults.fieldNotFound(
        `Fields of the fixed-width file '${path}' are named by position: LOAD @1:5 AS a, @6:n AS b`,
        span,
      ),
    )
  }
  for (const position of positions) {
    const fault = positionFault(position)
    if (fault !== undefined) report(fault)
  }
  return { source: { kind: 'file', path, type, format, asked: positions }, fields: closed(positions) }
}

const isReadable = (type: string): type is FileType => READABLE.some((each) => each === type)

const TYPE_OF_EXTENSION: Readonly<Record<string, string>> = {
  csv: 'txt',
  qvd: 'qvd',
  qvx: 'qvx',
  parquet: 'parquet',
  xlsx: 'ooxml',
  xlsm: 'ooxml',
  xls: 'biff',
  xml: 'xml',
  html: 'html',
  htm: 'html',
  json: 'json',
  kml: 'kml',
  dif: 'dif',
}

const SAME_TYPES: Readonly<Record<string, string>> = { csv: 'txt', xmlsimple: 'xml' }

/** The given format, otherwise that of the extension; plain text for an unknown one. */
export function fileType(path: string, format: FileFormat): string {
  if (format.type !== undefined) return SAME_TYPES[format.type] ?? format.type
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(TYPE_OF_EXTENSION, extension) ? TYPE_OF_EXTENSION[extension]! : 'txt'
}
