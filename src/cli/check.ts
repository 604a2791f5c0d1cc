/**
 * `reprise check FILE...`: finds the faults of load scripts without running them. Reads only the scripts and,
 * with --data, the files that they include by a plain path.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { checkScript, type ScriptIssue } from '../script/check/check-script.ts'
import { includeOf } from '../script/parse/expand.ts'
import { split } from '../script/syntax/split.ts'
import { Terminal } from './terminal.ts'

interface Options {
  readonly json?: boolean
  readonly data?: string
}

interface FileIssue extends ScriptIssue {
  readonly file: string
  /** The line with the fault. */
  readonly source: string
}

export function checkCommand(): Command {
  return new Command('check')
    .description('Finds faults of load scripts without running them.')
    .argument('<files...>', 'load scripts')
    .option('--data <folder>', 'also check included files: lib://NAME/x.qvs is x.qvs of this folder')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nStatements with $(...) are not judged: what they say is known only at run time.')
    .addHelpText('after', 'Exit code: 0 no faults, 1 faults, 2 wrong use or a file that cannot be read')
    .action(async (files: string[], options: Options) => {
      process.exitCode = await check(files, options)
    })
}

async function check(files: readonly string[], { json, data }: Options): Promise<number> {
  const issues: FileIssue[] = []
  const waiting = [...files]
  const seen = new Set<string>()
  let unreadable = false
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (seen.has(path.resolve(file))) continue
    seen.add(path.resolve(file))
    const script = await readFile(file, 'utf8').catch((error: Error) => {
      process.stderr.write(`reprise: ${printable(error.message)}\n`)
      unreadable = true
    })
    if (script === undefined) continue
    const lines = script.split('\n')
    for (const issue of checkScript(script)) issues.push({ file, source: lines[issue.line - 1]!, ...issue })
    if (data !== undefined) waiting.push(...includedFiles(script, data))
  }
  if (json === true) process.stdout.write(`${JSON.stringify({ files: seen.size, issues }, null, 2)}\n`)
  else show(issues, seen.size)
  return unreadable ? 2 : issues.length > 0 ? 1 : 0
}

/**
 * Returns the files of the folder that a script includes; skips paths that depend on variables or lead out of
 * the folder.
 */
function includedFiles(script: string, data: string): string[] {
  const root = path.resolve(data)
  return split(script).flatMap(({ head, text }) => {
    const include = head === 'include' ? includeOf(text.slice(2, text.lastIndexOf(')'))) : undefined
    if (include === undefined || include.path.includes('$(')) return []
    const file = path.resolve(root, include.path.replace(/^\[?lib:\/\/[^/]*\//i, '').replace(/\]$/, ''))
    const wanted = include.must || existsSync(file)
    return wanted && file.startsWith(root + path.sep) ? [file] : []
  })
}

function show(issues: readonly FileIssue[], files: number): void {
  const terminal = new Terminal(process.stdout)
  for (const { file, line, column, message, engineErrorCode, source } of issues) {
    terminal.line(
      `${printable(`${file}:${line}:${column}`)}: ${terminal.paint('red', 'error')} ${printable(message)} (EDC_ERROR:${engineErrorCode})`,
    )
    // Long lines are cut to a window around the fault.
    const from = Math.max(0, column - 1 - SHOWN_BEFORE)
    const shown = printable(
      source
        .slice(from, from + SHOWN)
        .replaceAll('\t', ' ')
        .trimEnd(),
    )
    terminal.line(`  ${shown}`)
    terminal.line(`  ${' '.repeat(column - 1 - from)}${terminal.paint('red', '^')}`)
  }
  const faults = issues.length === 1 ? '1 fault' : `${issues.length} faults`
  terminal.line(`${faults} in ${files === 1 ? '1 file' : `${files} files`}`)
}

const SHOWN = 100
const SHOWN_BEFORE = 60

/** Removes control characters, which could steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text: string): string => text.replaceAll(/[\0-\x1f\x7f-\x9f]/g, '\ufffd')
