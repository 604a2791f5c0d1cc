/** What a reader process does with a task. It knows nothing of time, memory and channels. */
import { checkScript } from '../../script/check/check-script.ts'
import type { ScriptIssue } from '../../script/check/issue.ts'
import type { Frame, ReaderAnswer, ReaderTask, ReadMember } from './reader-protocol.ts'

const INFO_MAX_CHARACTERS = 1024
const ISSUES_MAX = 1000

export function performTask({ head: task, bytes }: Frame<ReaderTask>): Frame<ReaderAnswer> {
  if (task.kind === 'check') return { head: { kind: 'issues' }, bytes: issuesJson(bytes.toString()) }
  return readMembers(bytes, task.names, task.textBytesMax)
}

function readMembers(body: Buffer, names: readonly string[], textBytesMax: number): Frame<ReaderAnswer> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return told({ kind: 'not-utf8' })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return told({ kind: 'not-json' })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return told({ kind: 'value', value: emptied(value) })
  }
  const members: ReadMember[] = []
  const texts: Buffer[] = []
  let room = textBytesMax
  for (const name of names) {
    if (!Object.hasOwn(value, name)) continue
    const member = (value as Readonly<Record<string, unknown>>)[name]
    if (typeof member === 'string') {
      // Lone surrogates become the replacement character.
      const bytes = Buffer.from(member)
      if (bytes.length > room) return told({ kind: 'text-too-long', name })
      room -= bytes.length
      texts.push(bytes)
      members.push([name, { bytes: bytes.length }])
    } else members.push([name, { value: emptied(member) }])
  }
  return { head: { kind: 'members', members }, bytes: Buffer.concat(texts) }
}

function told(head: ReaderAnswer): Frame<ReaderAnswer> {
  return { head, bytes: Buffer.alloc(0) }
}

/** A small value of the same type. */
function emptied(value: unknown): unknown {
  if (typeof value === 'string') return ''
  if (Array.isArray(value)) return []
  return typeof value === 'object' && value !== null ? {} : value
}

/** The answer to `validatescript` (contract 05, section 2.1). */
function issuesJson(script: string): Buffer {
  const lines = script.split('\n')
  const issues = checkScript(script).slice(0, ISSUES_MAX)
  const shown = (wanted: ScriptIssue['severity']) =>
    issues.filter(({ severity }) => severity === wanted).map((issue) => issueJson(issue, lines))
  return Buffer.from(JSON.stringify({ Errors: shown('error'), Warnings: shown('warning') }))
}

function issueJson({ line, column, message, statement }: ScriptIssue, lines: readonly string[]) {
  return {
    Tab: 0,
    Line: line - 1,
    Column: Buffer.byteLength(lines[line - 1]!.slice(0, column - 1)),
    Msg: message,
    Info: statement.slice(0, INFO_MAX_CHARACTERS),
  }
}
