/**
 * The text of an API key: "rpk_" and 43 base64url characters (256 random bits). Opaque to clients; the
 * service keeps its SHA-256 only, so a lost token cannot be shown again.
 */
import type { Random } from '../core/ports.ts'

export const KEY_TOKEN_PREFIX = 'rpk_'
const CHARACTERS = 43
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function newKeyToken(random: Random): string {
  let text = KEY_TOKEN_PREFIX
  for (const byte of random.bytes(CHARACTERS)) text += ALPHABET.charAt(byte & 63)
  return text
}
