/** ApplyMap and MapSubString over a mapping table (SEMANTICS block M). */

import type { MappingTable } from '../../plan/catalog-model.ts'
import { textOf } from '../../value/convert.ts'
import type { Settings } from '../../value/settings.ts'
import type { Value } from '../../value/value.ts'
import { keyOf } from '../../value/value-key.ts'

/** The mapped value as it was stored; without a match `otherwise`, or the input itself (M2). */
export function applyMap(map: MappingTable, value: Value, otherwise: Value | undefined): Value {
  const key = keyOf(value)
  const found = key === null ? undefined : map.entries.get(key)
  if (found !== undefined) return found
  return otherwise === undefined ? value : otherwise
}

/**
 * Replaces every key inside a text, from left to right, the longest key first, without looking at what was
 * put in (M5). Case-sensitive.
 */
export function substringReplacer(map: MappingTable, settings: Settings): (text: string) => string {
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
