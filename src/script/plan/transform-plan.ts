/** The prefixes that transform loaded rows: which fields they need and make (SEMANTICS block N). */
import { faults } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import type { Hierarchy, HierarchyBelongsTo, Transform } from '../syntax/statement.ts'
import type { Report } from './findings.ts'
import { allFields, closed, lacks, type ModelShape, type Names } from './model-shape.ts'
import { unknownField } from './unknown-field.ts'

export type TransformPlan =
  /** `fields`: of the result. */
  | { readonly kind: 'crosstable'; readonly qualifiers: number; readonly fields: readonly string[] }
  | IntervalMatchPlan
  /** The number of fields depends on the rows. */
  | { readonly kind: 'hierarchy'; readonly hierarchy: Hierarchy }
  | { readonly kind: 'hierarchybelongsto'; readonly hierarchy: HierarchyBelongsTo }

export interface IntervalMatchPlan {
  readonly kind: 'intervalmatch'
  /** The point and its keys, and the tables that have all of them, oldest first. */
  readonly points: readonly string[]
  readonly tables: readonly string[]
  /** Positions of the keys in the loaded rows. */
  readonly positions: readonly number[]
  readonly fields: readonly string[]
}

export interface Transformed {
  /** Undefined for GENERIC, which the sink handles, and for a plan that needs the fields. */
  readonly plan: TransformPlan | undefined
  readonly fields: Names
}

/** @param qualifiers of CROSSTABLE; undefined: not known */
export function planTransform(
  transform: Transform,
  loaded: Names,
  model: ModelShape,
  qualifiers: number | undefined,
  span: Span | undefined,
  report: Report,
): Transformed {
  switch (transform.kind) {
    case 'generic':
      return { plan: undefined, fields: loaded }
    case 'crosstable':
      return planCrosstable(transform, loaded, qualifiers, span, report)
    case 'intervalmatch':
      return planIntervals(transform, loaded, model, span, report)
    case 'hierarchy': {
      const { name, pathSource = name, node, parent, parentName, pathName, depth } = transform
      checkFields([name, pathSource, node, parent], loaded, span, report)
      const made = [parentName, pathName, depth].filter((each) => each !== undefined)
      const fields = { names: [...loaded.names, ...made], open: true }
      return { plan: { kind: 'hierarchy', hierarchy: transform }, fields }
    }
    case 'hierarchybelongsto': {
      const { node, parent, name, ancestor, ancestorName, difference } = transform
      checkFields([node, parent, name], loaded, span, report)
      const made = [ancestor, ancestorName, difference].filter((each) => each !== undefined)
      const names = [...loaded.names.filter((each) => each !== parent), ...made]
      return {
        plan: { kind: 'hierarchybelongsto', hierarchy: transform },
        fields: { names, open: loaded.open },
      }
    }
  }
}

function checkFields(
  wanted: readonly string[],
  { names, open }: Names,
  span: Span | undefined,
  report: Report,
): void {
  const missing = wanted.filter((name, index) => wanted.indexOf(name) === index && !names.includes(name))
  if (!open) for (const name of missing) report(unknownField(name, names, span))
}

function planCrosstable(
  { attribute, data }: Transform & { kind: 'crosstable' },
  { names, open }: Names,
  qualifiers: number | undefined,
  span: Span | undefined,
  report: Report,
): Transformed {
  if (open || qualifiers === undefined) {
    return { plan: undefined, fields: { names: [...names, attribute, data], open: true } }
  }
  if (qualifiers >= names.length) {
    report(
      faults.semantic(
        `CROSSTABLE keeps ${qualifiers} fields and the LOAD has ${names.length}: none is left`,
        span,
      ),
    )
  }
  const fields = [...names.slice(0, qualifiers), attribute, data]
  return { plan: { kind: 'crosstable', qualifiers, fields }, fields: closed(fields) }
}

/** Keys of the loaded rows are found by name, otherwise by their position after the two limits. */
function planIntervals(
  { point, keys }: Transform & { kind: 'intervalmatch' },
  { names, open }: Names,
  model: ModelShape,
  span: Span | undefined,
  report: Report,
): Transformed {
  const wanted = keys.length + 2
  const fits = open || names.length === wanted
  if (!fits) {
    report(
      faults.semantic(
        `INTERVALMATCH needs a LOAD of lower limit, upper limit and its keys: ${wanted} fields, not ${names.length}`,
        span,
      ),
    )
  }
  const points = [point, ...keys]
  const tables = model.tables.filter(({ fields }) => points.every((each) => !lacks(fields, each)))
  if (tables.length === 0 && !model.open) {
    const known = allFields(model)
    const missing = points.find((each) => lacks(known, each))
    report(
      missing === undefined
        ? faults.semantic(`INTERVALMATCH: no table has the fields '${points.join("' and '")}' together`, span)
        : unknownField(missing, known.names, span),
    )
  }
  if (open || !fits) return { plan: undefined, fields: { names: [point, ...names], open: true } }
  const positions = keys.map((key, index) => {
    const named = names.indexOf(key, 2)
    return named < 0 ? index + 2 : named
  })
  const fields = [point, names[0]!, names[1]!, ...positions.map((position) => names[position]!)]
  const plan = {
    kind: 'intervalmatch',
    points,
    tables: tables.map(({ name }) => name),
    positions,
    fields,
  } as const
  return { plan, fields: closed(fields) }
}
