/** Bytes as hex digits. */

const OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two lower-case digits for each byte. */
export function hex(bytes: Iterable<number>): string {
  let text = ''
  for (const byte of bytes) text += OF_BYTE[byte]
  return text
}
