/** Texts as UTF-8. */

/** Returns the UTF-8 length of a text; a lone surrogate counts three bytes, as its replacement character. */
export function utf8Bytes(text: string): number {
  // Most texts need no look at each character, and the search is several times faster.
  if (!BEYOND_ASCII.test(text)) return text.length
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    const isPair = unit >= 0xd800 && unit < 0xdc00 && text.charCodeAt(at + 1) >>> 10 === 0x37
    if (isPair) at++
  }
  return bytes
}

const BEYOND_ASCII = /[\u0080-\uffff]/

/** The bytes themselves. A lone surrogate must not be in it. */
export function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      )
    }
  }
  return bytes
}
