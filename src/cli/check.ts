/**
 * `reprise check FILE...`: finds what is wrong with load scripts without running them. Reads only the scripts
 * and, with --data, the files that they load and include.
 */
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { checkAsking, checkScript } from '../script/check/check-script.ts'
import type { ScriptIssue } from '../script/check/issue.ts'
import { pointedLine } from '../script/fault/pointed-line.ts'
import { CheckFiles } from './check-files.ts'
import { ownConnection } from './own-connection.ts'
import { Terminal } from './terminal.ts'

interface Options {
  readonly json?: boolean
  readonly data?: string
  readonly strict?: boolean
}

interface FileIssue extends ScriptIssue {
  readonly file: string
  /** The line with the fault. */
  readonly source: string
}

export function checkCommand(): Command {
  return new Command('check')
    .description('Finds what is wrong with load scripts without running them.')
    .argument('<files...>', 'load scripts')
    .option('--data <folder>', 'folder behind lib://DataFiles: also check files, their fields, and includes')
    .option('--strict', 'warnings count as errors do')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nAn error is what a full reload fails with for certain. A warning depends on data, on the request or' +
        '\non a branch, or is seldom meant.' +
        '\nExit code: 0 no errors, 1 errors, 2 wrong use or a file that cannot be read',
    )
    .action(async (files: string[], options: Options) => {
      process.exitCode = await check(files, options)
    })
}

async function check(files: readonly string[], { json, data, strict }: Options): Promise<number> {
  const issues: FileIssue[] = []
  const texts = new Map<string, string>()
  let unreadable = false
  const read = async (file: string) => {
    const text = await readFile(file, 'utf8').catch((error: Error) => {
      process.stderr.write(`reprise: ${printable(error.message)}\n`)
      unreadable = true
    })
    if (text !== undefined) texts.set(file, text)
    return text
  }
  const world = data === undefined ? undefined : await openData(data)
  try {
    for (const file of new Set(files)) {
      const script = await read(file)
      if (script === undefined) continue
      for (const issue of await issuesOf(script, world)) {
        const place = issue.file ?? file
        const text = texts.get(place) ?? (await read(place)) ?? ''
        issues.push({ ...issue, file: place, source: text.split('\n')[issue.line - 1] ?? '' })
      }
    }
  } finally {
    await world?.close()
  }
  const unique = [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()]
  const errors = unique.filter(({ severity }) => strict === true || severity === 'error').length
  if (json === true)
    process.stdout.write(`${JSON.stringify({ files: texts.size, issues: unique }, null, 2)}\n`)
  else show(unique, texts.size)
  return unreadable ? 2 : errors > 0 ? 1 : 0
}

async function openData(folder: string): Promise<CheckFiles> {
  const root = await realpath(folder).catch((error: Error) => {
    throw new ConfigError(`cannot open the folder of --data: ${error.message}`)
  })
  return CheckFiles.open([ownConnection(root)])
}

async function issuesOf(script: string, files: CheckFiles | undefined): Promise<readonly ScriptIssue[]> {
  if (files === undefined) return checkScript(script)
  const checking = checkAsking(script)
  let state = checking.next()
  while (!state.done) state = checking.next(await files.answer(state.value))
  return state.value
}

function show(issues: readonly FileIssue[], files: number): void {
  const terminal = new Terminal(process.stdout)
  for (const { severity, file, line, column, message, engineErrorCode, source, remedy } of issues) {
    const word = terminal.paint(severity === 'error' ? 'red' : 'yellow', severity)
    const code = engineErrorCode === 0 ? '' : ` (EDC_ERROR:${engineErrorCode})`
    terminal.line(
      `${printable(`${path.relative('', file) || file}:${line}:${column}`)}: ${word} ${printable(message)}${code}`,
    )
    const [shown, caret] = pointedLine(source, column)
    terminal.line(`  ${printable(shown)}`)
    terminal.line(`  ${caret.slice(0, -1)}${terminal.paint('red', '^')}`)
    terminal.line(`  ${terminal.paint('dim', remedy)}`)
  }
  const errors = issues.filter(({ severity }) => severity === 'error').length
  terminal.line(
    `${counted(errors, 'error')} and ${counted(issues.length - errors, 'warning')} in ${counted(files, 'file')}`,
  )
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Removes control characters, which could steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text: string): string => text.replaceAll(/[\0-\x1f\x7f-\x9f]/g, '\ufffd')
