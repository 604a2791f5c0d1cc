/** The names of the fields of delimited text: they stand in its first row, or are numbered (SEMANTICS E2). */
import { faults, type ScriptFaultError } from '../fault.ts'
import type { Span } from '../span.ts'
import type { FileFormat } from '../syntax/statement.ts'
import type { Settings } from '../value/settings.ts'
import { type DelimitedFormat, DelimitedText, fieldNamesFrom } from './delimited-text.ts'

/** What a format asks of delimited text that it cannot have; undefined: nothing. */
export function textFormatFault({ record }: FileFormat, span?: Span): ScriptFaultError | undefined {
  if (record === undefined || (record.of === 'lines' && record.size === 1)) return undefined
  return faults.semantic(
    'A record of delimited text is one line: "record is" is for fixed-width files (fix)',
    span,
  )
}

export function delimitedFormat(format: FileFormat, settings: Settings): DelimitedFormat {
  return {
    delimiter: format.delimiter ?? ',',
    quoting: format.quoting,
    verbatim: settings.verbatim,
    headerLines: format.headerLines,
    ...(format.comment === undefined ? {} : { comment: format.comment }),
  }
}

/** @param first the first row; undefined: there is none. Undefined when the names should stand in it. */
export function rowFields(first: readonly string[] | undefined, format: FileFormat): string[] | undefined {
  if (format.labels !== 'none') return first && fieldNamesFrom(first)
  return (first ?? []).map((_, index) => `@${index + 1}`)
}

const FIRST_ROW_PIECE_CHARACTERS = 64 * 1024

/**
 * The fields of a whole text; undefined: it has no row with names.
 * @throws ScriptFaultError for a row that is too long
 */
export function textFields(text: string, format: FileFormat, settings: Settings): string[] | undefined {
  let first: readonly string[] | undefined
  const tokenizer = new DelimitedText(delimitedFormat(format, settings), (cells) => {
    first ??= cells
  })
  for (let at = 0; at < text.length && first === undefined; at += FIRST_ROW_PIECE_CHARACTERS) {
    tokenizer.push(text.slice(at, at + FIRST_ROW_PIECE_CHARACTERS))
  }
  if (first === undefined) tokenizer.end()
  return rowFields(first, format)
}
