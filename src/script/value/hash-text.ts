/**
 * A short digest of texts: SHA-256 cut to the requested length, in base 64 without padding (SEMANTICS K18).
 * Equal texts have equal digests; nothing else is promised.
 */
import { sha256 } from '../../core/sha256.ts'
import { utf8 } from '../../core/utf8.ts'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** @param bytes at most 32 */
export function hashText(text: string, bytes: number): string {
  const digest = sha256(utf8(text)).slice(0, bytes)
  let encoded = ''
  for (let at = 0; at < digest.length; at += 3) {
    const [a = 0, b = 0, c = 0] = digest.slice(at, at + 3)
    const group = (a << 16) | (b << 8) | c
    const characters = Math.min(4, digest.length - at + 1)
    for (let place = 0; place < characters; place++) encoded += DIGITS[(group >> (18 - 6 * place)) & 63]
  }
  return encoded
}
