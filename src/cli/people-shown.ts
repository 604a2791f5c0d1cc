/** Records as tables and as lines, and what the commands about people share. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { type AnswerOptions, clientOf, printJson, withJson } from './answer.ts'
import { type Kind, meantOne, type Row, rowsOf } from './people-meant.ts'
import { withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

/** Heading and content of a column, or of a line. */
export type Columns = readonly (readonly [heading: string, content: (row: Row) => unknown])[]

/** A kind with the columns in which its records are shown. */
export interface ShownKind extends Kind {
  readonly columns: Columns
}

type Printed = Pick<AnswerOptions, 'json'>

export const field = (name: string) => (row: Row) => row[name]

/** Names of what stands in a list of records, such as assignedRoles. */
export const namesIn = (name: string) => (row: Row) =>
  ((row[name] as readonly { readonly name: string }[] | undefined) ?? []).map((one) => one.name).join(', ')

export function showRows(rows: readonly Row[], columns: Columns, { json }: Printed): void {
  if (json === true) {
    printJson(rows)
    return
  }
  new Terminal(process.stdout).table(
    columns.map(([heading]) => heading),
    rows.map((row) => columns.map(([, content]) => textOf(content(row)))),
  )
}

export function showRow(row: Row, columns: Columns, { json }: Printed): void {
  if (json === true) {
    printJson(row)
    return
  }
  const terminal = new Terminal(process.stdout)
  const width = Math.max(...columns.map(([heading]) => heading.length)) + 2
  for (const [heading, content] of columns) terminal.line(`${heading.padEnd(width)}${textOf(content(row))}`)
}

/** What is shown this once, below the record. */
export function showSecret(what: string, secret: string, { json }: Printed): void {
  if (json === true) return
  const terminal = new Terminal(process.stdout)
  terminal.line(`${what}, shown this once:`)
  terminal.line(secret)
}

export function done(text: string, row: Row, { json }: Printed): void {
  if (json === true) printJson(row)
  else new Terminal(process.stdout).line(text)
}

/** A command that asks a service: its options, and examples at the end of its help. */
export function asking(command: Command, ...examples: readonly string[]): Command {
  const shown = withServiceOptions(withJson(command))
  if (examples.length === 0) return shown
  return shown.addHelpText('after', `\nExamples:\n${examples.map((one) => `  reprise ${one}`).join('\n')}`)
}

export function listing(kind: ShownKind): Command {
  return asking(new Command('list').description(`List ${kind.thing}s.`)).action(
    async (options: AnswerOptions) => showRows(await rowsOf(clientOf(options), kind), kind.columns, options),
  )
}

export function showing(kind: ShownKind, description: string, ...examples: readonly string[]): Command {
  const show = new Command('show').description(description).argument(`<${kind.thing}>`)
  return asking(show, ...examples).action(async (text: string, options: AnswerOptions) =>
    showRow(await meantOne(clientOf(options), kind, text), kind.columns, options),
  )
}

/** @param ended what is told of it afterwards */
export function removing(kind: ShownKind, description: string, ended = 'removed'): Command {
  const remove = new Command('remove').description(description).argument(`<${kind.thing}>`)
  return asking(remove).action(async (text: string, options: AnswerOptions) => {
    const client = clientOf(options)
    const one = await meantOne(client, kind, text)
    await client.call('DELETE', `${kind.path}/${one.id}`)
    done(`${ended} ${JSON.stringify(one[kind.title])}, ${one.id}`, one, options)
  })
}

/** Saves the changes, and shows the record as it is then. */
export async function changeOne(
  kind: ShownKind,
  id: string,
  changes: readonly Replace[],
  options: AnswerOptions,
): Promise<void> {
  const client = clientOf(options)
  await client.call('PATCH', `${kind.path}/${id}`, changes)
  showRow(await meantOne(client, kind, id), kind.columns, options)
}

interface Replace {
  readonly op: 'replace'
  readonly path: string
  readonly value: unknown
}

/**
 * @param choices the options by which the fields are given
 * @throws ConfigError when none is given
 */
export function wished(fields: Readonly<Record<string, unknown>>, choices: string): Replace[] {
  const changes = replacing(fields)
  if (changes.length === 0) throw new ConfigError(`give what to change: ${choices}`)
  return changes
}

export function replacing(fields: Readonly<Record<string, unknown>>): Replace[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ op: 'replace', path: `/${name}`, value }))
}

/** As records name roles. */
export function rolesNamed(roles: readonly string[] | undefined) {
  return roles?.map((name) => ({ name }))
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value)
}
