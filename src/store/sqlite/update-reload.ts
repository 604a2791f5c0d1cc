/**
 * Writing what moved of a reload and its open attempt: those columns and no others, because an index or a
 * CHECK that none of them touches costs nothing. There are as many statements as there are kinds of moves, a
 * dozen or two.
 *
 * An ended reload is never written again: the statement itself does not find it.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { MOVING_COLUMNS, movingChanges } from './reload-rows.ts'
import type { CachedReload } from './store-cache.ts'

/** @throws when the stored reload is ended or gone: an outcome never changes */
export type UpdateReload = (before: CachedReload, after: CachedReload) => void

export function prepareUpdateReload(db: DatabaseSync): UpdateReload {
  const columns = MOVING_COLUMNS.split(',').map((column) => column.trim())
  /** By the set of columns that moved, one bit each. */
  const statements = new Map<number, StatementSync>()
  const prepare = (moved: number): StatementSync => {
    const assignments = columns.filter((_, i) => moved & (1 << i)).map((column) => `${column} = ?`)
    const made = db.prepare(`UPDATE reloads SET ${assignments.join(', ')} WHERE id = ? AND ended_at IS NULL`)
    statements.set(moved, made)
    return made
  }
  return (before, after) => {
    let moved = 0
    const values: SQLInputValue[] = []
    movingChanges(before, after, (place, value) => {
      moved |= 1 << place
      values.push(value)
    })
    if (moved === 0) return
    const { changes } = (statements.get(moved) ?? prepare(moved)).run(...values, after.reload.id)
    if (changes !== 1) throw new Error(`reload ${after.reload.id} has ended: its outcome never changes`)
  }
}
