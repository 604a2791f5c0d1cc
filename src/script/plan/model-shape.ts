/**
 * What a script has loaded at some point, as far as it is known: its tables with the names of their fields,
 * and its mapping tables. The engine knows everything; a checker that has only the text knows a part, and the
 * unknown is never a fault.
 */
import type { DataModel } from '../model/data-model.ts'

/** Names of fields or of mapping tables. */
export interface Names {
  /** If `open`, there may be others, and some of these may be missing. */
  readonly names: readonly string[]
  readonly open: boolean
}

export interface TableShape {
  readonly name: string
  readonly fields: Names
  /** The table may be missing. */
  readonly maybe: boolean
}

/** The tables of one section. */
export interface SectionShape {
  /** In order of creation. */
  readonly tables: readonly TableShape[]
  /** There may be tables besides these. */
  readonly open: boolean
  /** The table that was created last; null if there is none, undefined if unknown. */
  readonly lastCreated: string | null | undefined
}

export interface ModelShape extends SectionShape {
  readonly maps: Names
  /** The tables of the other section, which RESIDENT finds too (SEMANTICS S4). */
  readonly aside: SectionShape
}

export const NO_NAMES: Names = { names: [], open: false }
export const ANY_NAMES: Names = { names: [], open: true }

const EMPTY_SECTION: SectionShape = { tables: [], open: false, lastCreated: null }

/** At the beginning of a full reload. */
export const EMPTY_SHAPE: ModelShape = { ...EMPTY_SECTION, maps: NO_NAMES, aside: EMPTY_SECTION }

/** The complete shape. @param maps names of the mapping tables */
export function shapeOf(model: DataModel, maps: Iterable<string>): ModelShape {
  const { aside } = model
  return {
    ...sectionShape(model),
    maps: closed([...maps]),
    aside: aside === undefined ? EMPTY_SECTION : sectionShape(aside),
  }
}

function sectionShape({ tables, lastCreated }: Pick<DataModel, 'tables' | 'lastCreated'>): SectionShape {
  return {
    tables: tables.map(({ name, fields }) => ({
      name,
      fields: closed(fields.map((field) => field.name)),
      maybe: false,
    })),
    open: false,
    lastCreated: lastCreated ?? null,
  }
}

/** Exactly these names. */
export const closed = (names: readonly string[]): Names => ({ names, open: false })

export const lacks = ({ names, open }: Names, name: string): boolean => !open && !names.includes(name)

export const tableNamed = ({ tables }: SectionShape, name: string): TableShape | undefined =>
  tables.find((table) => table.name === name)

/** Every field of every table. */
export function allFields({ tables, open }: SectionShape): Names {
  return {
    names: [...new Set(tables.flatMap(({ fields }) => fields.names))],
    open: open || tables.some(({ fields }) => fields.open),
  }
}

/** The names of both. */
export function together(left: Names, right: Names): Names {
  return { names: [...new Set([...left.names, ...right.names])], open: left.open || right.open }
}

/**
 * The oldest table with exactly these fields, in any order (SEMANTICS F7, F8); null if there is none,
 * undefined if it depends on something unknown.
 */
export function tableWithFields(
  { tables, open }: SectionShape,
  { names, open: openNames }: Names,
): TableShape | null | undefined {
  const wanted = new Set(names)
  if (openNames) return tables.length === 0 && !open ? null : undefined
  for (const table of tables) {
    const { names: has, open: openTable } = table.fields
    if (openTable) return undefined
    if (has.length !== wanted.size || !has.every((name) => wanted.has(name))) continue
    return table.maybe ? undefined : table
  }
  return open ? undefined : null
}

/** Replaces the table of the same name, or adds it at the end. */
export function withTable(shape: ModelShape, table: TableShape): ModelShape {
  const known = tableNamed(shape, table.name)
  if (known === undefined) {
    return {
      ...shape,
      tables: [...shape.tables, table],
      lastCreated: table.maybe ? undefined : table.name,
    }
  }
  return { ...shape, tables: shape.tables.map((each) => (each === known ? table : each)) }
}

/** Removes the table; the one before it becomes the last created. */
export function withoutTable(shape: ModelShape, name: string): ModelShape {
  const tables = shape.tables.filter((table) => table.name !== name)
  const { lastCreated, open } = shape
  if (lastCreated !== name) return { ...shape, tables }
  const last = tables.at(-1)
  const known = !open && last?.maybe !== true
  return { ...shape, tables, lastCreated: known ? (last?.name ?? null) : undefined }
}

/** The tables of the other section become those of this one. */
export const otherSectionShape = ({ maps, aside, ...here }: ModelShape): ModelShape => ({
  ...aside,
  maps,
  aside: here,
})
