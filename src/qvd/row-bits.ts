/**
 * Codes of one column in the bit-packed rows of a QVD file: read from any layout, written tightly (QVD,
 * section 4).
 */

/** Where the code of a column is in a row. */
export interface BitField {
  readonly bitOffset: number
  readonly bitWidth: number
  /** Added to a code to get the index of its symbol. */
  readonly bias: number
}

/**
 * Writes the symbol index of each row into `out`, -1 for NULL.
 * @param rows the bytes of at least `count` rows, from the start of a row
 * @returns the highest index; -1 if there is none. If it is beyond what `out` can hold, `out` must not be
 * used
 */
export function readIndexes(
  rows: Uint8Array,
  recordBytes: number,
  { bitOffset, bitWidth, bias }: BitField,
  count: number,
  out: Int32Array,
): number {
  if (bitWidth === 0) {
    out.fill(Math.max(-1, bias), 0, count)
    return count === 0 ? -1 : Math.max(-1, bias)
  }
  const shift = bitOffset & 7
  const first = bitOffset >>> 3
  const bytes = (shift + bitWidth + 7) >>> 3
  if (bytes > 4) return readWideIndexes(rows, recordBytes, { bitOffset, bitWidth, bias }, count, out)
  const mask = bitWidth === 32 ? -1 : (1 << bitWidth) - 1
  let highest = -1
  for (let row = 0, at = first; row < count; row++, at += recordBytes) {
    let word = rows[at]!
    if (bytes > 1) word |= rows[at + 1]! << 8
    if (bytes > 2) word |= rows[at + 2]! << 16
    if (bytes > 3) word |= rows[at + 3]! << 24
    const index = (((word >>> shift) & mask) >>> 0) + bias
    if (index > highest) highest = index
    out[row] = index < 0 ? -1 : index
  }
  return highest
}

/**
 * Reads codes that span five bytes or more. A code too large to be an exact number is far beyond any symbol
 * and is refused as such.
 */
function readWideIndexes(
  rows: Uint8Array,
  recordBytes: number,
  { bitOffset, bitWidth, bias }: BitField,
  count: number,
  out: Int32Array,
): number {
  const shift = bitOffset & 7
  const first = Math.floor(bitOffset / 8)
  const last = Math.floor((bitOffset + bitWidth - 1) / 8)
  const lastMask = 0xff >>> (7 - ((bitOffset + bitWidth - 1) & 7))
  let highest = -1
  for (let row = 0; row < count; row++) {
    const start = row * recordBytes
    let code = rows[start + last]! & lastMask
    for (let at = last - 1; at >= first; at--) code = code * 256 + rows[start + at]!
    const index = Math.floor(code / 2 ** shift) + bias
    if (index > highest) highest = index
    out[row] = index < 0 ? -1 : index
  }
  return highest
}

/**
 * Writes the codes of `count` rows into zeroed rows.
 * @param indexes symbol index of each row, -1 for NULL, which the bias has to allow
 */
export function writeIndexes(
  rows: Uint8Array,
  recordBytes: number,
  { bitOffset, bitWidth, bias }: BitField,
  count: number,
  indexes: Int32Array,
): void {
  if (bitWidth === 0) return
  const first = bitOffset >>> 3
  const factor = 2 ** (bitOffset & 7)
  const isWide = (bitOffset & 7) + bitWidth > 31
  for (let row = 0, start = first; row < count; row++, start += recordBytes) {
    const index = indexes[row]!
    let bits = (index < 0 ? 0 : index - bias) * factor
    if (isWide) {
      for (let at = start; bits > 0; at++, bits = Math.floor(bits / 256)) rows[at]! |= bits % 256
    } else for (let at = start; bits > 0; at++, bits >>>= 8) rows[at]! |= bits & 0xff
  }
}

/**
 * Lays out columns without gaps, each as narrow as its highest code allows; a column of one symbol without
 * NULL takes no bit.
 */
export function tightLayout(columns: readonly { readonly symbols: number; readonly hasNulls: boolean }[]): {
  readonly bitFields: readonly BitField[]
  readonly recordBytes: number
} {
  let bits = 0
  const bitFields = columns.map(({ symbols, hasNulls }) => {
    const bias = hasNulls ? -2 : 0
    const bitWidth = symbols === 0 ? Number(hasNulls) : bitLength(symbols - 1 - bias)
    const bitOffset = bitWidth === 0 ? 0 : bits
    bits += bitWidth
    return { bitOffset, bitWidth, bias }
  })
  return { bitFields, recordBytes: Math.max(1, Math.ceil(bits / 8)) }
}

const bitLength = (number: number): number => (number === 0 ? 0 : 32 - Math.clz32(number))
