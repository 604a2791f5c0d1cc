/** The fault for a table that is not loaded. */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { nearestName } from '../value/nearest-name.ts'
import type { SectionShape } from './model-shape.ts'

export function unknownTable(name: string, { tables }: SectionShape, span?: Span): ScriptFaultError {
  const near = nearestName(
    name,
    tables.map((table) => table.name),
  )
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`
  return faults.tableNotFound(`Table '${name}' not found${hint}`, span)
}
