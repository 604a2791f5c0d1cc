/** The field names of delimited text: from its first row, or numbered (SEMANTICS E2). */
import { defined } from '../../core/defined.ts'
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import type { FileFormat } from '../syntax/statement.ts'
import type { Settings } from '../value/settings.ts'
import { type DelimitedFormat, DelimitedText, fieldNamesFrom } from './delimited-text.ts'

/** Returns the fault of a format that delimited text cannot have; undefined if it is valid. */
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
    ...defined({ comment: format.comment }),
  }
}

/**
 * @param first the first row, if there is one
 * @returns undefined if the names should be in a missing first row
 */
export function rowFields(first: readonly string[] | undefined, format: FileFormat): string[] | undefined {
  if (format.labels !== 'none') return first && fieldNamesFrom(first)
  return (first ?? []).map((_, index) => `@${index + 1}`)
}

const FIRST_ROW_PIECE_CHARACTERS = 64 * 1024

/**
 * Returns the fields of a whole text; undefined if it has no row with names.
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
