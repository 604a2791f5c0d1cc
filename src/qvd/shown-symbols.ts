/** The symbols of a field as its header shows them: with texts by its number format (QVD, section 6). */
import { shownNumber } from '../script/value/field-format.ts'
import type { Settings } from '../script/value/settings.ts'
import type { QvdNumberFormat } from './qvd-header.ts'
import type { QvdSymbols } from './qvd-symbols.ts'

/** A field that has texts keeps them, and its numbers stay as they are. */
export function shownSymbols(symbols: QvdSymbols, format: QvdNumberFormat, settings: Settings): QvdSymbols {
  const { numbers, texts } = symbols
  const show = shownNumber(format, settings)
  if (show === undefined || texts.some((text) => text !== null)) return symbols
  return {
    ...symbols,
    texts: Array.from(numbers, (number) => (Number.isNaN(number) ? null : (show(number) ?? null))),
  }
}
