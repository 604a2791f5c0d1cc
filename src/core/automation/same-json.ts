/** Whether two JSON values say the same; the order of members makes no difference. */
import type { Json } from './automation.ts'

export function sameJson(one: Json, other: Json): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return one === other
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [names, others] = [Object.keys(one), Object.keys(other)]
  const [of, within] = [one as Members, other as Members]
  return (
    names.length === others.length &&
    names.every((name) => Object.hasOwn(within, name) && sameJson(of[name]!, within[name]!))
  )
}

type Members = Readonly<Record<string, Json>>
