/**
 * What is loaded where that is not clear: after one of several branches, in a loop, after anything at all.
 */
import {
  ANY_NAMES,
  type ModelShape,
  type Names,
  type SectionShape,
  type TableShape,
  together,
} from '../plan/model-shape.ts'

const ANY_SECTION: SectionShape = { tables: [], open: true, lastCreated: undefined }

/** Nothing is known. */
export const ANY_SHAPE: ModelShape = { ...ANY_SECTION, maps: ANY_NAMES, aside: ANY_SECTION }

/** One of the two. */
export function eitherShape(left: ModelShape, right: ModelShape): ModelShape {
  if (left === right) return left
  return {
    ...eitherSection(left, right),
    maps: eitherNames(left.maps, right.maps),
    aside: eitherSection(left.aside, right.aside),
  }
}

function eitherSection(left: SectionShape, right: SectionShape): SectionShape {
  const inRight = new Map(right.tables.map((table) => [table.name, table]))
  const inLeft = new Set(left.tables.map(({ name }) => name))
  return {
    tables: [
      ...left.tables.map((table) => eitherTable(table, inRight.get(table.name))),
      ...right.tables.filter(({ name }) => !inLeft.has(name)).map((table) => eitherTable(table, undefined)),
    ],
    open: left.open || right.open,
    lastCreated: left.lastCreated === right.lastCreated ? left.lastCreated : undefined,
  }
}

function eitherTable(left: TableShape, right: TableShape | undefined): TableShape {
  if (left === right) return left
  const maybe = right === undefined || left.maybe || right.maybe
  return {
    ...left,
    fields: right === undefined ? left.fields : eitherNames(left.fields, right.fields),
    maybe,
  }
}

function eitherNames(left: Names, right: Names): Names {
  const both = together(left, right)
  const isSame = both.names.length === left.names.length && both.names.length === right.names.length
  return { names: both.names, open: both.open || !isSame }
}

/** LOADs have added tables, and fields to the named tables; undefined: to any. */
export function grownShape(shape: ModelShape, extended: ReadonlySet<string> | undefined): ModelShape {
  const grown = (table: TableShape): TableShape =>
    extended === undefined || extended.has(table.name)
      ? { ...table, fields: { ...table.fields, open: true } }
      : table
  const maps = { ...shape.maps, open: true }
  return { ...shape, tables: shape.tables.map(grown), open: true, lastCreated: undefined, maps }
}

/** The tables may have been dropped; undefined: any, or their fields, or other names. */
export function shrunkShape(shape: ModelShape, dropped: readonly string[] | undefined): ModelShape {
  if (dropped === undefined) return { ...ANY_SHAPE, maps: { ...shape.maps, open: true } }
  const tables = shape.tables.map((table) =>
    dropped.includes(table.name) ? { ...table, maybe: true } : table,
  )
  return { ...shape, tables, lastCreated: undefined }
}
