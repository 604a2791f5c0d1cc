/** The text of docs/reference/seed.md: the seed, where each part comes from, and what a run has shown. */
import type { Seed, SeedField } from './seed-items.ts'
import { FIELD_ROWS, type NamedTest, RUN, SENTENCE_ROWS, type SentenceRow, VALUE_ROWS } from './seed-rows.ts'
import { type SeedRun, seenOf } from './seed-run.ts'

export function seedPage(seed: Seed, run: SeedRun): string {
  const stories = Object.entries(run)
  const attributes = seed.fields.filter(({ name }) => !name.startsWith('data.'))
  const members = seed.fields.filter(({ name }) => name.startsWith('data.'))
  return `# The seed

The finished event \`com.qlik.v1.reload.finished\` is what this service is for. The seed is its public specification
([qlik.dev](https://qlik.dev/apis/event/reloads/), mid 2026). Each sentence, field and value of it stands below, with its true
source, the tests that show it (numbers of the list at the end), and a value from a real run: ${stories.length} reloads in two services,
with real engines and a real clock. \`${RUN[0]}\` judges every field of every event of that run and fails when
a run shows something else. Another test fails when a field that may be left out was not seen both filled and left out, when a
value of an enum was not seen, or when a test that is named here is not there.

## Sentences

| the seed says | made true by | shown by |
|---|---|---|
${seed.sentences.map(sentenceRow).join('\n')}

## Attributes

Filled tells in how many of the ${stories.length} events of the run the field is there. The seed requires \`tenantid\` alone; what is
there always is so because CloudEvents requires it or because it is always known. Nothing is ever null or empty.

${fieldTable(attributes, run)}

## Members of data

${fieldTable(members, run)}

## Values

| value | the seed says | here | seen in | shown by |
|---|---|---|---|---|
${seed.fields.flatMap((field) => valueRows(field, run)).join('\n')}

\`reason\` and \`authtype\` have no list in the seed. Seen: ${seenValues(run, 'reason')}; ${seenValues(run, 'authtype')}.

## The run

| reload | type | status | reason | errorCode | attempts |
|---|---|---|---|---|---|
${stories.map(([name, { reason, data }]) => cells([name, data.type, data.status, reason, code(data.errorCode), attempts(data)])).join('\n')}

The events as they were received: [seed-run.json](seed-run.json).

## Tests

${testList()}
`
}

/** The key of a value in `VALUE_ROWS`. */
export function valueKey({ name }: SeedField, value: string): string {
  return `${name} = ${value}`
}

function sentenceRow(sentence: string): string {
  const { source, shown } = SENTENCE_ROWS[sentence]!
  return cells([sentence, source, tests(shown)])
}

function fieldTable(fields: readonly SeedField[], run: SeedRun): string {
  return `| field | the seed says | true source | there | filled | a value | shown by |
|---|---|---|---|---|---|---|
${fields.map((field) => fieldRow(field, run)).join('\n')}`
}

function fieldRow({ name, type, isRequired, meaning }: SeedField, run: SeedRun): string {
  const { source, present, shown } = FIELD_ROWS[name]!
  const { filled, leftOut, values } = seenOf(run, name)
  return cells([
    `\`${name}\``,
    `${meaning} (${type}${isRequired ? ', required' : ''})`,
    source,
    present === 'always' ? present : `if ${present}`,
    `${filled.length} of ${filled.length + leftOut.length}`,
    sample(values),
    tests(shown),
  ])
}

function valueRows(field: SeedField, run: SeedRun): string[] {
  return field.values.map(({ value, meaning }) => {
    const key = valueKey(field, value)
    const { source, shown } = VALUE_ROWS[key]!
    const count = storiesWith(run, field, value).length
    return cells([`\`${key}\``, meaning, source, `${count} events`, tests(shown)])
  })
}

export function storiesWith(run: SeedRun, { name }: Pick<SeedField, 'name'>, value: string): string[] {
  return Object.entries(run)
    .filter(([, event]) => seenOf({ event }, name).values[0] === value)
    .map(([story]) => story)
}

function seenValues(run: SeedRun, field: string): string {
  return seenOf(run, field).values.map(code).join(', ')
}

const SAMPLE_MAX_CHARACTERS = 90
const FEW = 3

/** All of a few short values, else the first; objects are shown by their members. */
function sample(values: readonly unknown[]): string {
  const texts = values.filter((value) => typeof value !== 'object').map(String)
  const areShort = texts.length <= FEW && texts.join().length <= SAMPLE_MAX_CHARACTERS
  return (areShort ? texts : texts.slice(0, 1)).map(code).join(', ')
}

function attempts({ requeueCounters }: Readonly<Record<string, unknown>>): string {
  const { requeuesTotal } = (requeueCounters ?? {}) as { readonly requeuesTotal?: number }
  return requeuesTotal === undefined ? '0' : String(requeuesTotal + 1)
}

/** Every named test once, in the order of the page; cells give its number in the list of tests. */
const TESTS = [
  ...new Set(
    [SENTENCE_ROWS, FIELD_ROWS, VALUE_ROWS].flatMap(Object.values<SentenceRow>).flatMap(({ shown }) => shown),
  ),
]

function tests(shown: readonly NamedTest[]): string {
  return shown.map((test) => TESTS.indexOf(test) + 1).join(', ')
}

function testList(): string {
  return TESTS.map(([file, title], index) => `${index + 1}. \`${file}\`: ${title}`).join('\n')
}

function code(value: unknown): string {
  return value === undefined ? '' : `\`${String(value)}\``
}

function cells(texts: readonly unknown[]): string {
  return `| ${texts.map((text) => String(text).replaceAll('|', '\\|')).join(' | ')} |`
}
