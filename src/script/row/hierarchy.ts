/**
 * HIERARCHY and HIERARCHYBELONGSTO: turns rows that name their parent into rows with their whole path, or one
 * row per ancestor (SEMANTICS N6 to N8). A row with a missing parent is a root; rows in a cycle have no path
 * to a root and are dropped. A node with several parents yields a row per path to a root. The named fields
 * must exist.
 */
import { faults } from '../fault/fault.ts'
import type { Hierarchy, HierarchyBelongsTo } from '../syntax/statement.ts'
import { textOf } from '../value/convert.ts'
import { formatsOf } from '../value/formats.ts'
import { withNumber } from '../value/interpret-text.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { keyOf, type ValueKey } from '../value/value-key.ts'

export interface NamedRows {
  readonly names: readonly string[]
  readonly rows: readonly (readonly Value[])[]
}

const HIERARCHY_DEPTH_MAX = 1000
const MAX_PATHS = 10_000_000

/** A path from a root to a row, which is its last element. */
interface Path {
  readonly row: number
  readonly depth: number
  readonly above?: Path
}

export function expandHierarchy(loaded: NamedRows, hierarchy: Hierarchy, settings: Settings): NamedRows {
  const { names, rows } = loaded
  const nameAt = names.indexOf(hierarchy.name)
  const sourceAt = names.indexOf(hierarchy.pathSource ?? hierarchy.name)
  const paths = pathsOf(loaded, hierarchy)
  const levels = paths.reduce((most, { depth }) => Math.max(most, depth), 0)
  const { parentName, pathName, depth: depthName, delimiter } = hierarchy
  const textAt = (row: number, at: number) => textOf(rows[row]![at]!, settings) ?? ''
  const { readText } = formatsOf(settings)
  const read = (text: string) => withNumber(text, readText(text))
  return {
    names: [
      ...names,
      ...Array.from({ length: levels }, (_, index) => `${hierarchy.name}${index + 1}`),
      ...[parentName, pathName, depthName].filter((name) => name !== undefined),
    ],
    rows: paths.map((path) => {
      const way = wayOf(path)
      const parent = path.above === undefined ? null : rows[path.above.row]![nameAt]!
      return [
        ...rows[path.row]!,
        ...Array.from({ length: levels }, (_, index) => (index in way ? rows[way[index]!]![nameAt]! : null)),
        ...(parentName === undefined ? [] : [parent]),
        ...(pathName === undefined ? [] : [read(way.map((row) => textAt(row, sourceAt)).join(delimiter))]),
        ...(depthName === undefined ? [] : [path.depth]),
      ]
    }),
  }
}

export function expandAncestors(loaded: NamedRows, hierarchy: HierarchyBelongsTo): NamedRows {
  const { names, rows } = loaded
  const nodeAt = names.indexOf(hierarchy.node)
  const parentAt = names.indexOf(hierarchy.parent)
  const nameAt = names.indexOf(hierarchy.name)
  const { difference } = hierarchy
  const kept = names.map((_, index) => index).filter((index) => index !== parentAt)
  const made: Value[][] = []
  for (const path of pathsOf(loaded, hierarchy)) {
    for (let above: Path | undefined = path; above !== undefined; above = above.above) {
      const ancestor = rows[above.row]!
      made.push([
        ...kept.map((index) => rows[path.row]![index]!),
        ancestor[nodeAt]!,
        ancestor[nameAt]!,
        ...(difference === undefined ? [] : [path.depth - above.depth]),
      ])
    }
    checkCount(made.length)
  }
  return {
    names: [
      ...kept.map((index) => names[index]!),
      hierarchy.ancestor,
      hierarchy.ancestorName,
      ...(difference === undefined ? [] : [difference]),
    ],
    rows: made,
  }
}

/** Returns all paths from a root to a row, in the order of the rows. */
function pathsOf({ names, rows }: NamedRows, { node, parent }: Hierarchy | HierarchyBelongsTo): Path[] {
  const nodeAt = names.indexOf(node)
  const parentAt = names.indexOf(parent)
  const nodes = new Set(rows.map((row) => keyOf(row[nodeAt]!)))
  const children = new Map<ValueKey, number[]>()
  const open: Path[] = []
  for (const [row, values] of rows.entries()) {
    const key = keyOf(values[parentAt]!)
    if (key === null || !nodes.has(key)) open.push({ row, depth: 1 })
    else if (children.get(key)?.push(row) === undefined) children.set(key, [row])
  }
  const paths: Path[] = []
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    paths.push(path)
    checkCount(paths.length)
    if (path.depth > HIERARCHY_DEPTH_MAX)
      throw faults.general(`The hierarchy is more than ${HIERARCHY_DEPTH_MAX} levels deep`)
    const key = keyOf(rows[path.row]![nodeAt]!)
    for (const row of (key === null ? undefined : children.get(key)) ?? []) {
      if (!isOn(path, row)) open.push({ row, depth: path.depth + 1, above: path })
    }
  }
  return paths.sort((a, b) => a.row - b.row || a.depth - b.depth)
}

/** A node that is its own ancestor, reached through another parent of it. */
function isOn(path: Path, row: number): boolean {
  for (let at: Path | undefined = path; at !== undefined; at = at.above) if (at.row === row) return true
  return false
}

function wayOf(path: Path): number[] {
  const way: number[] = []
  for (let at: Path | undefined = path; at !== undefined; at = at.above) way.push(at.row)
  return way.reverse()
}

function checkCount(count: number): void {
  if (count > MAX_PATHS) throw faults.general(`The hierarchy has more than ${MAX_PATHS} paths`)
}
