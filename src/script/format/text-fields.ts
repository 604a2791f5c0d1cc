/** The field names of delimited text: from its first row, or numbered (SEMANTICS E2). */
import { defined } from '../../core/defined.ts'
import type { FileFormat } from '../syntax/statement.ts'
import type { Settings } from '../value/settings.ts'
import { type DelimitedFormat, DelimitedText, fieldNamesFrom } from './delimited-text.ts'

/** @param of text of the script, INLINE, is set in columns with tabs, which are none of its values */
export function delimitedFormat(
  format: FileFormat,
  settings: Settings,
  of: 'file' | 'script',
): DelimitedFormat {
  return {
    delimiter: format.delimiter ?? ',',
    dropsTabs: of === 'script',
    quoting: format.quoting ?? 'standard',
    verbatim: settings.verbatim,
    headerLines: headerLines(format),
    ...defined({ comment: format.comment }),
  }
}

/** Lines that are skipped before labels and rows. */
export const headerLines = ({ header }: FileFormat): number => (header?.of === 'lines' ? header.size : 0)

/** Bytes that are skipped before anything is read. */
export const headerBytes = ({ header }: FileFormat): number => (header?.of === 'bytes' ? header.size : 0)

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
 * Returns the fields of a whole INLINE text; undefined if it has no row with names.
 * @throws ScriptFaultError for a row that is too long
 */
export function textFields(text: string, format: FileFormat, settings: Settings): string[] | undefined {
  let first: readonly string[] | undefined
  const tokenizer = new DelimitedText(delimitedFormat(format, settings, 'script'), (cells) => {
    first ??= cells
  })
  for (let at = 0; at < text.length && first === undefined; at += FIRST_ROW_PIECE_CHARACTERS) {
    tokenizer.push(text.slice(at, at + FIRST_ROW_PIECE_CHARACTERS))
  }
  if (first === undefined) tokenizer.end()
  return rowFields(first, format)
}
