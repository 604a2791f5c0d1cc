/**
 * What the seed says, taken apart: its sentences, its fields and the values of its enums. The seed is the
 * public specification of the finished event (https://qlik.dev/apis/event/reloads/, as of mid 2026), kept
 * beside this file.
 */
import { readFileSync } from 'node:fs'

export interface SeedField {
  /** `data.` precedes the name of a member of data. */
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  /** Its first sentence, without what it says of values. */
  readonly meaning: string
  readonly values: readonly SeedValue[]
}

/** Of an enum. */
export interface SeedValue {
  readonly value: string
  /** Empty where the seed gives none. */
  readonly meaning: string
}

export interface Seed {
  /** Of the introduction, and of fields those that follow their first. */
  readonly sentences: readonly string[]
  readonly fields: readonly SeedField[]
}

const FIELD = /^ *• +(\w+?)(string|object|integer|boolean|number)$/

export function readSeed(): Seed {
  const text = readFileSync(new URL('./seed.txt', import.meta.url), 'utf8')
  const [introduction = '', fields = ''] = text.split(/^com\.qlik/m)[0]!.split(/^Payload$/m)
  const sentences = introduction.split('\n').slice(1).flatMap(sentencesOf)
  const found: SeedField[] = []
  let prefix = ''
  for (const part of fields.split(/^(?= *• )/m).slice(1)) {
    const [head = '', ...lines] = part.split('\n').map((line) => line.trim())
    const [, name = '', type = ''] = FIELD.exec(head) ?? []
    if (name === '') throw new Error(`the seed has a field that cannot be read: ${head}`)
    const told = lines.filter((line) => line !== '' && line !== 'Required' && line !== 'Show data properties')
    const [meaning = '', ...further] = told
      .filter((line) => !line.startsWith('Can be one of'))
      .flatMap(sentencesOf)
    sentences.push(...further)
    const values = told.flatMap((line) =>
      line.startsWith('Can be one of') ? [...line.matchAll(/"([^"]+)"/g)] : [],
    )
    found.push({
      name: prefix + name,
      type,
      isRequired: lines.includes('Required'),
      meaning: meaning.replace(/: \w+ = .*/, '.'),
      values: values.map(([, value = '']) => ({ value, meaning: meaningOf(value, meaning) })),
    })
    if (type === 'object') prefix = `${name}.`
  }
  return { sentences, fields: found }
}

function meaningOf(value: string, sentence: string): string {
  return (
    sentence
      .split(/(?<=: |, )(?=[\w-]+ = )/)
      .find((part) => part.startsWith(`${value} = `))
      ?.slice(value.length + 3)
      .replace(/[,.] ?$/, '') ?? ''
  )
}

function sentencesOf(line: string): string[] {
  return line.split(/(?<=[a-z]\.) (?=[A-Z])/).filter((sentence) => sentence !== '')
}
