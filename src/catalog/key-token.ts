/**
 * Texts that open doors. An API key is "rpk_" and 43 base64url characters (256 random bits), the secret of
 * an OAuth client the characters alone. Opaque to clients; the service keeps their SHA-256 only, so that one
 * that is lost cannot be shown again.
 */
import type { Random } from '../core/ports.ts'

export const KEY_TOKEN_PREFIX = 'rpk_'
const CHARACTERS = 43
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function newKeyToken(random: Random): string {
  return `${KEY_TOKEN_PREFIX}${newSecretText(random)}`
}

export function newSecretText(random: Random): string {
  let text = ''
  for (const byte of random.bytes(CHARACTERS)) text += ALPHABET.charAt(byte & 63)
  return text
}
