/**
 * The last change of values before they are stored: MAP ... USING, then NULLASVALUE (LANGUAGE, section 6, step 9;
 * SEMANTICS M6, B13), and the upper case of SECTION ACCESS (S4). Expressions of the LOAD see none of it.
 */
import { faults } from '../fault.ts'
import type { StoreRules } from '../host.ts'
import type { Value } from '../value/value.ts'
import type { MappingTable } from './catalog-model.ts'
import { ruleFor } from './load-target.ts'
import { applyMap } from './map-functions.ts'

type Change = (value: Value) => Value

/**
 * Changes a row in place; undefined when no rule is about these fields.
 *
 * @param fields names as stored
 * @throws ScriptFaultError for a mapping table that is not there
 */
export function storedValues(
  fields: readonly string[],
  rules: StoreRules,
  maps: ReadonlyMap<string, MappingTable>,
  upperCase: boolean,
): ((row: Value[]) => void) | undefined {
  const changes = fields.map((field) => fieldChanges(field, rules, maps, upperCase))
  if (changes.every(({ length }) => length === 0)) return undefined
  return (row) => {
    for (let i = 0; i < row.length; i++) for (const change of changes[i]!) row[i] = change(row[i]!)
  }
}

function fieldChanges(
  field: string,
  rules: StoreRules,
  maps: ReadonlyMap<string, MappingTable>,
  upperCase: boolean,
): Change[] {
  const changes: Change[] = []
  const mapName = ruleFor(rules.maps, field)?.map
  if (mapName !== undefined) {
    const map = maps.get(mapName)
    if (map === undefined) throw faults.mapNotFound(`Mapping table '${mapName}' not found`)
    changes.push((value) => applyMap(map, value, undefined))
  }
  if (ruleFor(rules.nullAsValue, field)?.on) changes.push((value) => value ?? rules.nullValue)
  if (upperCase) changes.push(inUpperCase)
  return changes
}

function inUpperCase(value: Value): Value {
  if (typeof value === 'string') return value.toUpperCase()
  if (value === null || typeof value === 'number') return value
  return { ...value, text: value.text.toUpperCase() }
}
