/** The token of a trigger address: "rpt_" and 43 base64url characters (256 random bits). */
import type { Random } from '../core/ports.ts'

const CHARACTERS = 43
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function newTriggerToken(random: Random): string {
  let text = 'rpt_'
  for (const byte of random.bytes(CHARACTERS)) text += ALPHABET.charAt(byte & 63)
  return text
}
