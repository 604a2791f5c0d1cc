/**
 * Apps and automations are items, and an item's id is derived from the id of its resource: it never changes
 * (contract 05, section 7).
 */
import { sha256Hex } from './sha256.ts'

/** @returns 24 hex digits */
export function itemIdOf(resourceId: string): string {
  return sha256Hex(`item ${resourceId}`).slice(0, 24)
}
