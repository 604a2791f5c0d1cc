/** The faults for a table and for a mapping table that are not loaded. */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { nearestName } from '../value/nearest-name.ts'
import type { SectionShape } from './model-shape.ts'

export function unknownTable(name: string, { tables }: SectionShape, span?: Span): ScriptFaultError {
  const known = tables.map((table) => table.name)
  return faults.tableNotFound(`Table '${name}' not found${meant(name, known)}`, span)
}

/** @param maps those that are loaded */
export function unknownMap(name: string, maps: readonly string[], span?: Span): ScriptFaultError {
  return faults.mapNotFound(`Mapping table '${name}' not found${meant(name, maps)}`, span)
}

function meant(name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  return near === undefined ? '' : ` (did you mean '${near}'?)`
}
