/**
 * ApplyMap and MapSubString over a mapping table (SEMANTICS block M). The name of the table may depend on the
 * row.
 */

import { faults } from '../fault/fault.ts'
import type { MappingTable } from '../model/data-model.ts'
import type { Expression } from '../syntax/expression.ts'
import { textOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { keyOf } from '../value/value-key.ts'
import type { Evaluator } from './site/binding.ts'
import type { CallSite, FunctionGroups } from './site/function-row.ts'

export const MAP_FUNCTIONS: FunctionGroups = {
  Mapping: [
    { name: 'ApplyMap', min: 2, max: 3, seen: 311, gives: [1, 2], context: mapped, outside: { names: [0] } },
    { name: 'MapSubString', min: 2, max: 2, seen: 81, context: mapSubString, outside: { names: [0] } },
  ],
}

function mapped([map, value, otherwise]: readonly Expression[], site: CallSite): Evaluator {
  const find = mapFinder(map!, site)
  const input = site.compileKey(value!)
  const fallback = otherwise && site.compile(otherwise)
  return () => applyMap(find(), input(), fallback?.())
}

function mapSubString([map, value]: readonly Expression[], site: CallSite): Evaluator {
  const find = mapFinder(map!, site)
  const input = site.compile(value!)
  const { settings } = site.context
  const replacers = new Map<MappingTable, (text: string) => string>()
  return () => {
    const table = find()
    const replace = replacers.get(table) ?? substringReplacer(table, settings)
    replacers.set(table, replace)
    const text = textOf(input(), settings)
    return text === null ? null : replace(text)
  }
}

function mapFinder(name: Expression, { context, compile }: CallSite): () => MappingTable {
  const find = (map: string | null) => {
    const found = map === null ? undefined : context.maps.get(map)
    if (found === undefined) throw faults.mapNotFound(`Mapping table '${map ?? ''}' not found`)
    return found
  }
  if (name.kind === 'text' || name.kind === 'name') {
    const found = find(name.kind === 'text' ? name.value : name.name)
    return () => found
  }
  const evaluate = compile(name)
  return () => find(textOf(evaluate(), context.settings))
}

/** The mapped value as it was stored; without a match `otherwise`, or the input itself (M2). */
export function applyMap(map: MappingTable, value: Value, otherwise: Value | undefined): Value {
  const key = keyOf(value)
  const found = key === null ? undefined : map.entries.get(key)
  if (found !== undefined) return found
  return otherwise === undefined ? value : otherwise
}

/**
 * Replaces every key inside a text, from left to right, the longest key first, without scanning
 * replaced parts again (M5). Case-sensitive.
 */
function substringReplacer(map: MappingTable, settings: Settings): (text: string) => string {
  const byFirst = new Map<string, { key: string; value: string }[]>()
  const known = new Set<string>()
  for (const [keyValue, mapped] of map.pairs) {
    const key = textOf(keyValue, settings)
    if (key === null || key === '' || known.has(key)) continue
    known.add(key)
    const list = byFirst.get(key.charAt(0)) ?? []
    list.push({ key, value: textOf(mapped, settings) ?? '' })
    byFirst.set(key.charAt(0), list)
  }
  for (const list of byFirst.values()) list.sort((a, b) => b.key.length - a.key.length)
  return (text) => {
    let result = ''
    let at = 0
    while (at < text.length) {
      const match = byFirst.get(text.charAt(at))?.find(({ key }) => text.startsWith(key, at))
      result += match === undefined ? text.charAt(at) : match.value
      at += match === undefined ? 1 : match.key.length
    }
    return result
  }
}
