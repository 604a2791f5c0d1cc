/**
 * `reprise qvd info|head|to-csv|to-parquet FILE`: shows and converts QVD files of any size without a service.
 * Control characters of a file are not printed; a new file appears when it is complete, and never in place of
 * the one that is read, of a device or of a pipe.
 */
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { qvdToParquet } from '../engine/sink/qvd-to-parquet.ts'
import { ConfigError } from '../main/config.ts'
import { OutputError, writeOutput } from '../qvd/output-file.ts'
import { QvdError } from '../qvd/qvd-error.ts'
import { QvdFile } from '../qvd/qvd-file.ts'
import type { QvdHeader } from '../qvd/qvd-header.ts'
import { symbolValue } from '../qvd/qvd-symbols.ts'
import { shownSymbols } from '../qvd/shown-symbols.ts'
import { ScriptFaultError } from '../script/fault/fault.ts'
import { textOf } from '../script/value/convert.ts'
import { DEFAULT_SETTINGS } from '../script/value/settings.ts'
import type { Value } from '../script/value/value.ts'
import { Terminal } from './terminal.ts'

interface Options {
  readonly json?: boolean
  readonly limit?: string
  readonly output?: string
}

export function qvdCommand(): Command {
  const command = new Command('qvd').description('Look into QVD files and convert them.')
  const sub = (name: string, description: string, run: (file: string, options: Options) => Promise<void>) =>
    command
      .command(name)
      .description(description)
      .argument('<file>', 'QVD file')
      .action(async (file: string, options: Options) => {
        process.exitCode = await withMessages(file, () => run(file, options))
      })
      .addHelpText('after', '\nExit code: 0 done, 1 the file cannot be read or written, 2 wrong use')
  sub('info', 'What the header says: table, rows, and each field with its symbols and bits.', info).option(
    '--json',
    'print one JSON object',
  )
  sub('head', 'The first rows.', head)
    .option('--limit <rows>', 'how many rows', '10')
    .option('--json', 'print one JSON object; a dual is {"text", "number"}')
  sub('to-csv', 'The rows as comma-separated text in UTF-8, with a header; NULL is empty.', toCsv)
    .option('--output <file>', 'where to write; standard output by default')
    .option('--limit <rows>', 'rows at most')
  sub(
    'to-parquet',
    'The rows as a parquet file: numbers, dates and times as such, everything else as text.',
    toParquet,
  )
    .option('--output <file>', 'where to write; by default the name of the file with .parquet')
    .option('--limit <rows>', 'rows at most')
  return command
}

/** Returns the exit code; faults of the file go to standard error. */
async function withMessages(file: string, run: () => Promise<void>): Promise<number> {
  try {
    await run()
    return 0
  } catch (error) {
    // The reader of our output closed it.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0
    const problem = problemOf(error)
    if (problem === undefined) throw error
    process.stderr.write(`reprise: ${printable(`${file}: ${problem}`)}\n`)
    return 1
  }
}

function problemOf(error: unknown): string | undefined {
  if (error instanceof QvdError || error instanceof OutputError) return error.message
  if (error instanceof ScriptFaultError) return error.fault.message
  if (error instanceof Error && 'syscall' in error) return error.message
  return undefined
}

async function info(path: string, { json }: Options): Promise<void> {
  const { size } = await stat(path)
  await withFile(path, async ({ header }) => {
    if (json === true) {
      process.stdout.write(`${JSON.stringify({ file: path, bytes: size, ...header }, null, 2)}\n`)
      return
    }
    const terminal = new Terminal(process.stdout)
    terminal.heading(printable(header.tableName || '(no table name)'))
    for (const [name, text] of facts(header, size)) {
      if (text !== '') terminal.line(`  ${terminal.paint('dim', name.padEnd(8))} ${printable(text)}`)
    }
    terminal.line()
    terminal.table(
      ['field', 'symbols', 'bits', 'bias', 'bytes', 'type', 'format', 'tags', 'comment'],
      header.fields.map((field) =>
        [
          field.name,
          counted(field.symbols),
          String(field.bitWidth),
          String(field.bias),
          counted(field.length),
          field.numberFormat.type,
          field.numberFormat.format,
          field.tags.join(' '),
          field.comment,
        ].map(printable),
      ),
    )
  })
}

const facts = (header: QvdHeader, size: number): [name: string, text: string][] => [
  ['rows', counted(header.rows)],
  ['fields', counted(header.fields.length)],
  ['size', `${counted(size)} bytes, ${counted(header.recordBytes)} a row`],
  ['created', header.createdUtc === '' ? '' : `${header.createdUtc} UTC`],
  ['by', header.creator],
  ['build', header.buildNumber],
  ['comment', header.comment],
]

async function head(path: string, { json, limit }: Options): Promise<void> {
  const wanted = rowCount(limit) ?? 0
  await withFile(path, async (file) => {
    const names = file.header.fields.map((field) => field.name)
    const shown: Value[][] = []
    for await (const rows of rowsOf(file, wanted)) shown.push(...rows)
    if (json === true) {
      process.stdout.write(`${JSON.stringify({ fields: names, rows: shown })}\n`)
      return
    }
    const cells = shown.map((row) => row.map((value) => printable(textOf(value, DEFAULT_SETTINGS) ?? '-')))
    new Terminal(process.stdout).table(names.map(printable), cells)
  })
}

async function toCsv(path: string, { output, limit }: Options): Promise<void> {
  const wanted = rowCount(limit)
  await withFile(path, async (file) => {
    if (output === undefined) {
      await pipeline(Readable.from(csvPieces(file, wanted)), process.stdout, { end: false })
      return
    }
    await writeOutput(output, [path], (made) =>
      pipeline(Readable.from(csvPieces(file, wanted)), createWriteStream(made, { flags: 'wx' })),
    )
  })
}

async function* csvPieces(file: QvdFile, wanted: number | undefined): AsyncGenerator<string> {
  yield `${file.header.fields.map(({ name }) => quoted(name)).join(',')}\n`
  for await (const rows of rowsOf(file, wanted)) {
    yield rows
      .map((row) => `${row.map((value) => quoted(textOf(value, DEFAULT_SETTINGS) ?? '')).join(',')}\n`)
      .join('')
  }
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

async function toParquet(path: string, { output = parquetName(path), limit }: Options): Promise<void> {
  const rows = await qvdToParquet(path, output, rowCount(limit))
  new Terminal(process.stdout).line(`${printable(output)}: ${counted(rows)} rows`)
}

const parquetName = (path: string): string => `${path.replace(/\.qvd$/i, '')}.parquet`

async function withFile(path: string, look: (file: QvdFile) => Promise<void>): Promise<void> {
  const file = await QvdFile.open(path)
  try {
    await look(file)
  } finally {
    await file.close()
  }
}

/**
 * Yields rows in batches.
 * @param wanted maximum number of rows
 */
async function* rowsOf(file: QvdFile, wanted = Number.POSITIVE_INFINITY): AsyncGenerator<Value[][]> {
  const { fields } = file.header
  const values: Value[][] = []
  for (const field of fields) {
    const symbols = shownSymbols(await file.symbols(field), field.numberFormat, DEFAULT_SETTINGS)
    values.push(Array.from({ length: symbols.count }, (_, index) => symbolValue(symbols, index)))
  }
  let left = wanted
  for await (const { rows, indexes } of file.blocks(fields)) {
    const count = Math.min(rows, left)
    for (let from = 0; from < count; from += PIECE_ROWS) {
      yield Array.from({ length: Math.min(PIECE_ROWS, count - from) }, (_, row) =>
        values.map((symbols, column) => symbols[indexes[column]![from + row]!] ?? null),
      )
    }
    left -= count
    if (left === 0) return
  }
}

const PIECE_ROWS = 1000

function rowCount(limit: string | undefined): number | undefined {
  if (limit === undefined) return undefined
  if (!/^\d{1,15}$/.test(limit)) throw new ConfigError('--limit takes a whole number of at least 0')
  return Number(limit)
}

const counted = (count: number): string => count.toLocaleString('en-US')

/** Removes control characters, which could steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text: string): string => text.replaceAll(/[\0-\x1f\x7f-\x9f]/g, '\ufffd')
