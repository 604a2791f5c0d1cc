/**
 * The text of docs/reference/load-script.md: what of the load-script language runs here. Lists of functions,
 * settings and refusals come from the tables that parser and executor use; every example of the page and the
 * vectors of every function are run by tests.
 */

import { CHARACTER_SETS } from '../../src/script/format/character-set.ts'
import { READABLE } from '../../src/script/format/format-items.ts'
import { FUNCTIONS } from '../../src/script/function/functions.ts'
import { FORMAT_ITEMS as GRAMMAR_ITEMS } from '../../src/script/parse/parse-format.ts'
import { UNSUPPORTED_PREFIXES, UNSUPPORTED_STATEMENTS } from '../../src/script/parse/unsupported.ts'
import { fileType } from '../../src/script/plan/source-plan.ts'
import { settingsFrom } from '../../src/script/value/settings.ts'
import { functionNames } from './function-names.ts'
import { EXAMPLES, FORMAT_ITEMS, type ShownExample } from './load-script-examples.ts'

/** @param functions documented names of those that are here */
export function loadScriptPage(functions: ReadonlySet<string>): string {
  return `# Load script

What runs today. A statement, prefix, format or function of the language that is not here ends the script with an error that
names it; nothing is skipped in silence. Keywords and functions ignore case; names of tables, fields and variables do not.

${EXAMPLES.map(section).join('\n\n')}

## Files

FROM reads delimited text (\`txt\`, \`csv\`), fixed-width text (\`fix\`), \`qvd\`, \`parquet\`, Excel workbooks (\`ooxml\`, \`biff\`), XML (\`xmlSimple\`), tables of pages (\`html\`),
\`json\` and the \`qvx\` of connectors; without a format the extension decides, and what it does not tell is read as text. FROM_FIELD reads texts, XML and JSON. A path with \`*\` or \`?\` stands for every file that matches, by name. STORE writes \`qvd\`, \`txt\`
and \`parquet\`; without a format it writes a QVD, whatever the extension. A QVD keeps every value with its text. A parquet column is of numbers, dates or timestamps when all
values of its field are, each with a text that \`DateFormat\` and its kin give; else it is of texts. Paths begin with a connection, \`lib://DataFiles/...\`, and
lead to nothing outside of it. A path of a Windows machine in an old script, \`C:\\Data\\x.qvd\` or \`\\\\server\\share\\x.qvd\`, leads to the place that the
operator names for its folder in \`REPRISE_MACHINE_FOLDERS\`; every other one is an error.

| format item | meaning |
|---|---|
${FORMAT_ITEMS.map(([item, meaning]) => `| \`${item}\` | ${meaning} |`).join('\n')}

An item that means nothing for the file at hand is an error, and so are two of one kind that differ.

Of a workbook, numbers have the text that their cell shows, dates and times are duals in \`DateFormat\` and its kin, texts are read like
those of a text file, empty cells and errors are NULL. Its table begins with the first row that has a cell; columns without a
label are named \`F1\`, \`F2\` ... by their position. Workbooks of more than 256 MB, or
512 MB unpacked, are refused.

In XML a row is an element at the path of \`table is\`, the root without it. Its fields are attributes and, by their paths below the
row, attributes and texts of the elements within (\`id\`, \`address/city\`); its own text is \`name%Table\`. An element that stands
more than once in a row is a table of its own; a field \`%Key_name_\` and digits, where a script asks for it, links the two.

In JSON rows are the items of the root, or the root itself; nested objects are fields by their path, \`name.first\`. An array within
is a table of its own, \`table is [/*/a]\`, with fields \`a.x\`, or \`a..@1\` where its items are no objects, and both have \`%Key_a\`.
Fields that no row has are NULL.

A byte order mark decides the character set, then the format, then UTF-8; a file that is not UTF-8 and whose format names
no character set is read as Windows-1252, with a warning in the script log. STORE writes UTF-8 unless the format says else. Known: ${characterSets()}.
Bytes that are no text of the character set that the format names are an error, and so is a character that it does not have.

## Settings

Variables that steer how values are read and written, from the statement that sets them on:
${codes(settingNames())}.

\`ErrorMode\` 0 goes on after an error; any other value, and none, ends the script. \`ScriptError\`, \`ScriptErrorCount\` and
\`ScriptErrorList\` tell what went wrong.

## Functions

Functions of their arguments stand anywhere: in a LOAD, in LET, IF and other control statements, and in \`$(=...)\`. Those
that look at tables, maps or files stand in a LOAD and, with their names as texts, also elsewhere. In a LOAD only stand
aggregations, with or without GROUP BY, and what tells of its rows and its file: ${codes(functionsOfLoad(functions))}.

| group | functions |
|---|---|
${functionGroups(functions).join('\n')}

## Not here

Statements: ${codes(UNSUPPORTED_STATEMENTS)}.

Prefixes: ${codes(UNSUPPORTED_PREFIXES)}.

File formats: ${codes(unreadableTypes())}.

Functions: ${codes(functionNames().flatMap(([, names]) => names.filter((name) => !functions.has(name))))}.
`
}

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

function section({ title, rows }: ShownExample): string {
  return `## ${title}

| | example |
|---|---|
${rows.map(([meaning, example]) => `| ${meaning} | ${shownCode(example)} |`).join('\n')}`
}

/** A line of a table: line ends as `⏎`, bars escaped. */
const shownCode = (example: string): string => `\`${example.replaceAll('\n', ' ⏎ ').replaceAll('|', '\\|')}\``

function functionGroups(functions: ReadonlySet<string>): string[] {
  return functionNames().flatMap(([group, names]) => {
    const here = names.filter((name) => functions.has(name))
    return here.length === 0 ? [] : [`| ${group} | ${codes(here)} |`]
  })
}

/** Those that mean nothing outside of a LOAD. */
function functionsOfLoad(functions: ReadonlySet<string>): string[] {
  return FUNCTIONS.flatMap(({ name, context, load, outside }) =>
    functions.has(name) && (context ?? load) !== undefined && outside === undefined ? [name] : [],
  )
}

/** The names that the settings are made from, as they ask for them. */
const unreadableTypes = (): string[] =>
  [...GRAMMAR_ITEMS.types].filter((type) => !READABLE.some((each) => each === fileType('', { type })))

function characterSets(): string {
  const words = Object.keys(CHARACTER_SETS).filter((name) => !name.startsWith('cp'))
  const pages = Object.keys(CHARACTER_SETS).filter((name) => name.startsWith('cp'))
  return `${codes(words)}, and \`codepage is\` ${pages.map((name) => name.slice(2)).join(', ')}`
}

function settingNames(): string[] {
  const names: string[] = []
  settingsFrom((name) => {
    names.push(name)
    return undefined
  })
  return [...new Set(names)]
}
