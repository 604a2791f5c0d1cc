/** The names under which the fields of a LOAD are stored (LANGUAGE, section 6, step 8). */
import type { FieldRule, StoreRules } from '../host.ts'
import type { RenamePair } from '../syntax/statement.ts'
import { letterChange } from '../value/letters.ts'
import { matchesWildcard } from '../value/wildcard.ts'

type NameRules = Pick<StoreRules, 'alias' | 'qualify' | 'letters'>

/**
 * ALIAS, then QUALIFY, then FORCE.
 *
 * @param table the name that QUALIFY puts in front; undefined if unknown
 * @returns undefined for a name that depends on it
 */
export function storedNames(fields: readonly string[], table: string, rules: NameRules): string[]
export function storedNames(
  fields: readonly string[],
  table: string | undefined,
  rules: NameRules,
): (string | undefined)[]
export function storedNames(
  fields: readonly string[],
  table: string | undefined,
  { alias, qualify, letters }: NameRules,
): (string | undefined)[] {
  const change = letterChange(letters) ?? ((name: string) => name)
  return fields.map((field) => {
    const named = aliasedName(field, alias)
    if (!ruleFor<FieldRule>(qualify, named)?.on) return change(named)
    return table === undefined ? undefined : change(`${table}.${named}`)
  })
}

/** The rule that counts for a field: the last one whose pattern matches (SEMANTICS S3). */
export function ruleFor<Rule extends { readonly pattern: string }>(
  rules: readonly Rule[],
  field: string,
): Rule | undefined {
  return rules.findLast(({ pattern }) => matchesWildcard(pattern, field))
}

/** The last of several for one name counts. */
const aliasedName = (field: string, pairs: readonly RenamePair[]): string =>
  pairs.findLast(({ from }) => from === field)?.to ?? field
