/** Lists over rows in memory: the model of what the SQL stores ask their database for. */
import { folded } from '../../core/folded.ts'
import { matchesWildcard } from '../../core/wildcard.ts'
import type { Condition, FieldValue } from '../port/condition.ts'
import type { FieldOf, ListedRecords, ListKind } from '../port/list-fields.ts'
import { fieldOf, type Listed, type ListQuery, positionOf } from '../port/lists.ts'
import { pageOf } from './page.ts'

/** @param rows of one tenant */
export function listOf<Kind extends ListKind>(
  kind: Kind,
  rows: readonly ListedRecords[Kind][],
  { where, sort, page }: ListQuery<Kind>,
): Listed<ListedRecords[Kind]> {
  return pageOf(matching(kind, rows, where), sort, page, (row) => positionOf(kind, row, sort.field).value)
}

export function matching<Kind extends ListKind>(
  kind: Kind,
  rows: readonly ListedRecords[Kind][],
  where: Condition<FieldOf<Kind>> | undefined,
): readonly ListedRecords[Kind][] {
  if (where === undefined) return rows
  return rows.filter((row) => satisfies(where, (field) => fieldOf(kind, row, field)))
}

/** A condition on a text does not hold of an absent one. */
export function satisfies<Field extends string>(
  condition: Condition<Field>,
  fieldValue: (field: Field) => FieldValue | readonly string[],
): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((one) => satisfies(one, fieldValue))
    case 'any':
      return condition.of.some((one) => satisfies(one, fieldValue))
    case 'not':
      return !satisfies(condition.of, fieldValue)
    case 'has': {
      const value = fieldValue(condition.field)
      return Array.isArray(value) && value.includes(condition.value)
    }
    case 'at-most': {
      const value = fieldValue(condition.field)
      return typeof value === 'number' && value <= condition.value
    }
    case 'among': {
      const form = formOf(condition.anyCase)
      const value = form(fieldValue(condition.field))
      return condition.values.some((one) => form(one) === value)
    }
    case 'ends':
    case 'wildcard':
    case 'contains':
    case 'begins': {
      const value = fieldValue(condition.field)
      return typeof value === 'string' && textSatisfies(condition, value)
    }
  }
}

function textSatisfies(
  condition: Extract<Condition<string>, { kind: 'ends' | 'wildcard' | 'contains' | 'begins' }>,
  value: string,
): boolean {
  if (condition.kind === 'wildcard') return matchesWildcard(folded(value), folded(condition.pattern))
  if (condition.kind === 'ends') return folded(value).endsWith(folded(condition.text))
  const form = formOf(condition.anyCase)
  const [text, part] = [form(value), form(condition.text)]
  return condition.kind === 'begins' ? text.startsWith(part) : text.includes(part)
}

function formOf(anyCase: true | undefined): <Value>(value: Value) => Value {
  return (value) => (anyCase && typeof value === 'string' ? (folded(value) as typeof value) : value)
}
