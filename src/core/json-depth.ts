/** How deep plain JSON is nested: what is too deep cannot be walked, compared or written by recursion. */

/** Documents and inputs that people send are no deeper. */
export const LEVELS_MAX = 50

/** Total; takes time in the size of the value. A text or number has no level, `[1]` one. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    const nested = level.filter((one) => typeof one === 'object' && one !== null) as object[]
    if (nested.length > 0 && depth === levels) return true
    level = nested.flatMap((one): unknown[] => Object.values(one))
  }
  return false
}
