/**
 * Apps and automations are items, and an item's id is derived from the id of its resource: it never changes
 * (contract 05, section 7).
 */
import { sha256 } from './sha256.ts'
import { utf8 } from './utf8.ts'

/** @returns 24 hex digits */
export function itemIdOf(resourceId: string): string {
  const digest = sha256(utf8(`item ${resourceId}`)).slice(0, 12)
  return digest.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
