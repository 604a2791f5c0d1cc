/**
 * How much of the language is here, by group and name, measured on the parser and on the tables of functions.
 */

import { checkScript } from '../../src/script/check-script.ts'
import { LANGUAGE_FUNCTIONS } from '../../src/script/function/language-functions.ts'
import { isImplemented } from './implemented-functions.ts'
import { LANGUAGE_ELEMENTS } from './language-elements.ts'

export interface GroupCoverage {
  /** `Statements`, `Prefixes` ..., or `Functions: Text` ... */
  readonly title: string
  readonly here: readonly string[]
  readonly missing: readonly string[]
}

export function languageCoverage(): readonly GroupCoverage[] {
  const elements = Object.entries(LANGUAGE_ELEMENTS).map(([title, group]) =>
    parted(title, group, ([, sample]) => checkScript(sample).length === 0),
  )
  const functions = Object.entries(LANGUAGE_FUNCTIONS).map(([title, group]) =>
    parted(`Functions: ${title}`, group, ([name]) => isImplemented(name)),
  )
  return [...elements, ...functions, seenFunctions()]
}

/** The functions that public scripts were seen to use, over all groups. */
function seenFunctions(): GroupCoverage {
  const seen = Object.values(LANGUAGE_FUNCTIONS).flatMap((group) => group.filter(([, , , uses]) => uses > 0))
  return parted('Functions seen in public scripts', seen, ([name]) => isImplemented(name))
}

function parted<Row extends readonly [name: string, ...rest: unknown[]]>(
  title: string,
  rows: readonly Row[],
  isHere: (row: Row) => boolean,
): GroupCoverage {
  const here = rows.filter(isHere).map(([name]) => name)
  return { title, here, missing: rows.map(([name]) => name).filter((name) => !here.includes(name)) }
}

/** The text of docs/reference/load-script-coverage.md. */
export function coveragePage(): string {
  const rows = languageCoverage().map(({ title, here, missing }) => {
    const names = missing.map((name) => `\`${name}\``).join(', ')
    return `| ${title} | ${here.length} / ${here.length + missing.length} | ${names} |`
  })
  return `# Coverage of the load-script language

Counted by \`npm run script-coverage\` from the parser and the tables of functions: each statement, prefix, source and clause by
the shortest script that uses it, each function by whether something computes it. What is missing ends a script with an error
that names it. Formats of files are in [load-script.md](load-script.md).

| group | here / all | missing |
|---|---:|---|
${rows.join('\n')}
`
}
