/**
 * Conditions of lists as SQL. Every part is TRUE or not; NULL counts as not, as an absent value does in the
 * model (store/rule/listing.ts). The functions `folded`, `ends` and `wildcard` are ours (functions.ts), so
 * that texts compare as they do everywhere else.
 */
import type { SQLInputValue } from 'node:sqlite'
import { folded } from '../../core/folded.ts'
import type { Condition, FieldValue } from '../port/condition.ts'

export interface SqlCondition {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** @param sqlOf the expression of a field; of a list of texts as JSON */
export function conditionSql<Field extends string>(
  condition: Condition<Field>,
  sqlOf: (field: Field) => string,
): SqlCondition {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const parts = condition.of.map((one) => conditionSql(one, sqlOf))
      if (parts.length === 0) return { sql: condition.kind === 'all' ? '1' : '0', values: [] }
      const sql = parts.map((part) => part.sql).join(condition.kind === 'all' ? ' AND ' : ' OR ')
      return { sql: `(${sql})`, values: parts.flatMap((part) => part.values) }
    }
    case 'not': {
      const { sql, values } = conditionSql(condition.of, sqlOf)
      return { sql: `(${sql}) IS NOT TRUE`, values }
    }
    case 'among':
      return amongSql(condition, sqlOf(condition.field))
    case 'has':
      return {
        sql: `EXISTS (SELECT 1 FROM json_each(${sqlOf(condition.field)}) AS one WHERE one.value = ?)`,
        values: [condition.value],
      }
    case 'at-most':
      return { sql: `${sqlOf(condition.field)} <= ?`, values: [condition.value] }
    case 'ends':
      return { sql: `ends(folded(${sqlOf(condition.field)}), ?)`, values: [folded(condition.text)] }
    case 'wildcard':
      return {
        sql: `wildcard(folded(${sqlOf(condition.field)}), ?)`,
        values: [folded(condition.pattern)],
      }
    case 'contains':
    case 'begins': {
      const { text, anyCase } = condition
      const end = condition.kind === 'begins' && !anyCase ? endOfPrefix(text) : undefined
      if (end !== undefined) {
        const begins = `(${sqlOf(condition.field)} >= ? AND ${sqlOf(condition.field)} < ?)`
        return { sql: begins, values: [text, end] }
      }
      const field = sqlOf(condition.field)
      const within = anyCase ? `folded(${field})` : field
      const compare = condition.kind === 'contains' ? '> 0' : '= 1'
      return { sql: `instr(${within}, ?) ${compare}`, values: [anyCase ? folded(text) : text] }
    }
  }
}

/** The least text behind all that begin with this one; undefined when there is no simple one. */
function endOfPrefix(text: string): string | undefined {
  const last = text.charCodeAt(text.length - 1)
  // Next to surrogates the order of code points is not that of units.
  return last < 0xd7ff ? text.slice(0, -1) + String.fromCharCode(last + 1) : undefined
}

/** Several values are one JSON array: there may be more of them than a statement has parameters. */
function amongSql(
  { values, anyCase }: { readonly values: readonly FieldValue[]; readonly anyCase?: true },
  field: string,
): SqlCondition {
  const isNull = values.includes(null) ? [`${field} IS NULL`] : []
  const given = values.filter((value) => value !== null)
  const forms = given.map((value) => (anyCase && typeof value === 'string' ? folded(value) : value))
  const [first] = forms
  const within = anyCase ? `folded(${field})` : field
  if (first === undefined) return { sql: isNull[0] ?? '0', values: [] }
  if (forms.length === 1) return { sql: oneOf(`${within} = ?`, isNull), values: [first] }
  const sql = `${within} IN (SELECT value FROM json_each(?))`
  return { sql: oneOf(sql, isNull), values: [JSON.stringify(forms)] }
}

function oneOf(sql: string, others: readonly string[]): string {
  return others.length === 0 ? sql : `(${[sql, ...others].join(' OR ')})`
}
