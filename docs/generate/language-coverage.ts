/**
 * How much of the language is here, by group and name, measured on the parser and on the vectors of functions
 * that ran.
 */

import { checkScript } from '../../src/script/check/check-script.ts'
import { FUNCTIONS } from '../../src/script/function/functions.ts'
import { functionNames } from './function-names.ts'
import { LANGUAGE_ELEMENTS } from './language-elements.ts'

export interface GroupCoverage {
  /** `Statements`, `Prefixes` ..., or `Functions: Text` ... */
  readonly title: string
  readonly here: readonly string[]
  readonly missing: readonly string[]
}

/** @param functions documented names of those that are here */
export function languageCoverage(functions: ReadonlySet<string>): readonly GroupCoverage[] {
  const elements = Object.entries(LANGUAGE_ELEMENTS).map(([title, group]) => {
    const here = group.flatMap(([name, sample]) => (isUnderstood(sample) ? [name] : []))
    const names = group.map(([name]) => name)
    return parted(title, names, new Set(here))
  })
  const groups = functionNames().map(([title, names]) => parted(`Functions: ${title}`, names, functions))
  const seen = FUNCTIONS.flatMap((row) => (row.seen > 0 ? [row.name] : []))
  return [...elements, ...groups, parted('Functions seen in public scripts', seen, functions)]
}

/** The tables and files of a sample need not be there. */
const NOT_UNDERSTOOD: ReadonlySet<string> = new Set([
  'NotSupported',
  'Syntax',
  'UnknownStatement',
  'WrongFormat',
])

const isUnderstood = (sample: string): boolean => notUnderstood(sample).length === 0

/** What the parser says of a sample that it does not take. */
export const notUnderstood = (sample: string): string[] =>
  checkScript(sample).flatMap(({ code, message }) => (NOT_UNDERSTOOD.has(code) ? [message] : []))

function parted(title: string, names: readonly string[], here: ReadonlySet<string>): GroupCoverage {
  return {
    title,
    here: names.filter((name) => here.has(name)),
    missing: names.filter((name) => !here.has(name)),
  }
}

/** The text of docs/reference/load-script-coverage.md. */
export function coveragePage(functions: ReadonlySet<string>): string {
  const rows = languageCoverage(functions).map(({ title, here, missing }) => {
    const names = missing.map((name) => `\`${name}\``).join(', ')
    return `| ${title} | ${here.length} / ${here.length + missing.length} | ${names} |`
  })
  return `# Coverage of the load-script language

Counted by \`npm run script-coverage\`: each statement, prefix, source and clause by whether the parser takes the shortest script
that uses it, each function by its test vectors, which must all have run with the result that they expect. What is missing ends
a script with an error that names it. Formats of files are in [load-script.md](load-script.md).

| group | here / all | missing |
|---|---:|---|
${rows.join('\n')}
`
}
