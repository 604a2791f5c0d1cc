/** Records as tables and as lines, for commands about people. */
import type { Command } from 'commander'
import { type AnswerOptions, clientOf, printJson, withJson } from './answer.ts'
import type { Client } from './client.ts'
import { type Kind, type Row, rowsOf } from './people-meant.ts'
import { withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

/** Heading and content of a column, or of a line. */
export type Columns = readonly (readonly [heading: string, content: (row: Row) => unknown])[]

export const field = (name: string) => (row: Row) => row[name]

/** Names of what stands in a list of records, such as assignedRoles. */
export const namesIn = (name: string) => (row: Row) =>
  ((row[name] as readonly { readonly name: string }[] | undefined) ?? []).map((one) => one.name).join(', ')

export function showRows(rows: readonly Row[], columns: Columns, { json }: AnswerOptions): void {
  if (json === true) {
    printJson(rows)
    return
  }
  new Terminal(process.stdout).table(
    columns.map(([heading]) => heading),
    rows.map((row) => columns.map(([, content]) => textOf(content(row)))),
  )
}

export function showRow(row: Row, columns: Columns, { json }: AnswerOptions): void {
  if (json === true) {
    printJson(row)
    return
  }
  const terminal = new Terminal(process.stdout)
  const width = Math.max(...columns.map(([heading]) => heading.length)) + 2
  for (const [heading, content] of columns) terminal.line(`${heading.padEnd(width)}${textOf(content(row))}`)
}

/** What is shown this once, below the record. */
export function showSecret(what: string, secret: string, { json }: AnswerOptions): void {
  if (json === true) return
  const terminal = new Terminal(process.stdout)
  terminal.line(`${what}, shown this once:`)
  terminal.line(secret)
}

export function done(text: string, row: Row, { json }: AnswerOptions): void {
  if (json === true) printJson(row)
  else new Terminal(process.stdout).line(text)
}

/** A command that asks a service: its options, and examples at the end of its help. */
export function asking(command: Command, ...examples: readonly string[]): Command {
  const shown = withServiceOptions(withJson(command))
  if (examples.length === 0) return shown
  return shown.addHelpText('after', `\nExamples:\n${examples.map((one) => `  reprise ${one}`).join('\n')}`)
}

export function listing(command: Command, kind: Kind, columns: Columns): Command {
  return asking(command.description(`List ${kind.thing}s.`)).action(async (options: AnswerOptions) =>
    showRows(await rowsOf(clientOf(options), kind), columns, options),
  )
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** Nothing is asked for when no option says what to change. */
export type Asked = readonly { readonly op: string; readonly path: string; readonly value: unknown }[]

export async function patched(client: Client, path: string, operations: Asked): Promise<void> {
  if (operations.length > 0) await client.call('PATCH', path, operations)
}

export function replacing(fields: Readonly<Record<string, unknown>>): Asked {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ op: 'replace', path: `/${name}`, value }))
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value)
}
