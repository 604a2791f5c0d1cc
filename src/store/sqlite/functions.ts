/**
 * Rules of ours as functions of SQL, for conditions of lists. No index, constraint or trigger uses them:
 * other programs can read and write the database without.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { folded } from '../../core/folded.ts'
import { itemIdOf } from '../../core/item-id.ts'
import { matchesWildcard } from '../../core/wildcard.ts'

export function defineFunctions(db: DatabaseSync): void {
  const onText = <Answer extends SQLInputValue>(answer: (text: string) => Answer) => {
    return (value: unknown) => (typeof value === 'string' ? answer(value) : null)
  }
  db.function('folded', { deterministic: true }, onText(folded))
  db.function('item_id', { deterministic: true }, onText(itemIdOf))
  db.function('ends', { deterministic: true }, (text, end) =>
    typeof text === 'string' && text.endsWith(String(end)) ? 1 : 0,
  )
  db.function('wildcard', { deterministic: true }, (text, pattern) =>
    typeof text === 'string' && matchesWildcard(text, String(pattern)) ? 1 : 0,
  )
}
