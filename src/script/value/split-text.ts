/**
 * Splits a delimited text as SubField does: an empty text has no part, an empty part is a part (B16, J18).
 */
export function splitText(text: string, separator: string): readonly string[] {
  if (text === '') return []
  return separator === '' ? [text] : text.split(separator)
}
