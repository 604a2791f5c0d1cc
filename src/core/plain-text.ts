/** Texts of others, made fit for where people read them: cleaned, on one line, cut. */
import { utf8Bytes } from './utf8.ts'

/** Without control characters except tabs and line ends, and without lone surrogates. */
export function cleanText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t\r\n]/gu, '').replaceAll(/\p{Surrogate}/gu, '')
}

/** Without control characters, line and paragraph separators (which some readers break lines at). */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\p{Surrogate}/gu, '')
    .trim()
}

/** Returns the longest prefix that fits into this many UTF-8 bytes, never with half a character. */
export function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0
  let end = 0
  for (const character of text) {
    bytes += utf8Bytes(character)
    if (bytes > maxBytes) return text.slice(0, end)
    end += character.length
  }
  return text
}
