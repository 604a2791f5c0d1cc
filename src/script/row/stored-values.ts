/**
 * The last change of values before they are stored: MAP ... USING, then NULLASVALUE (LANGUAGE, section 6,
 * step 9; SEMANTICS M6, B13), and the letter case of FORCE or SECTION ACCESS (S4, S10). Expressions of the
 * LOAD see the values before it.
 */
import { applyMap } from '../function/map-functions.ts'
import type { StoreRules } from '../host.ts'
import type { MappingTable } from '../model/data-model.ts'
import { ruleFor } from '../plan/stored-names.ts'
import { letterChange } from '../value/letters.ts'
import type { Value } from '../value/value.ts'

type Change = (value: Value) => Value

/**
 * Changes a row in place; undefined if no rule applies to these fields.
 * @param fields names as stored
 * @param maps including those of the rules
 */
export function storedValues(
  fields: readonly string[],
  rules: StoreRules,
  maps: ReadonlyMap<string, MappingTable>,
): ((row: Value[]) => void) | undefined {
  const changes = fields.map((field) => fieldChanges(field, rules, maps))
  if (changes.every(({ length }) => length === 0)) return undefined
  return (row) => {
    for (let i = 0; i < row.length; i++) for (const change of changes[i]!) row[i] = change(row[i]!)
  }
}

function fieldChanges(field: string, rules: StoreRules, maps: ReadonlyMap<string, MappingTable>): Change[] {
  const changes: Change[] = []
  const mapName = ruleFor(rules.maps, field)?.map
  if (mapName !== undefined) {
    const map = maps.get(mapName)!
    changes.push((value) => applyMap(map, value, undefined))
  }
  if (ruleFor(rules.nullAsValue, field)?.on) changes.push((value) => value ?? rules.nullValue)
  const letters = letterChange(rules.letters)
  if (letters !== undefined) changes.push((value) => withText(value, letters))
  return changes
}

function withText(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value)
  if (value === null || typeof value === 'number') return value
  return { ...value, text: change(value.text) }
}
