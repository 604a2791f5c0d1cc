/**
 * A host for interpreter tests: answers every request from a table of answers and keeps what was asked. It
 * loads nothing; what it cannot answer is a fault "file not found" or "table not found", as a real host would
 * say.
 */
import { type Fault, faults } from '../../src/script/fault/fault.ts'
import type { HostAnswer, HostRequest, ScriptEnd, ScriptInput } from '../../src/script/host.ts'
import { interpret } from '../../src/script/run/interpreter.ts'
import type { Value } from '../../src/script/value/value.ts'

export interface Answers {
  readonly variables?: Readonly<Record<string, string>>
  readonly partial?: boolean
  /** Included files by path. */
  readonly files?: Readonly<Record<string, string>>
  readonly fileLists?: Readonly<Record<string, readonly string[]>>
  readonly fieldValues?: Readonly<Record<string, readonly Value[]>>
  /** By name and arguments: "peek(code,0,T)". */
  readonly lookups?: Readonly<Record<string, Value>>
  readonly maps?: Readonly<Record<string, readonly (readonly [Value, Value])[]>>
  /** Tables and files whose load fails. */
  readonly missing?: readonly string[]
  /** Stops after so many requests. */
  readonly limit?: number
}

export interface Ran {
  readonly end: ScriptEnd
  readonly requests: readonly HostRequest[]
  /** Texts of TRACE, in order. */
  readonly traced: readonly string[]
  readonly log: readonly string[]
  readonly progress: readonly string[]
}

export class HostLimitReached extends Error {}

export function run(script: string, answers: Answers = {}): Ran {
  const requests: HostRequest[] = []
  const running = interpret(inputOf(script, answers))
  let state = running.next()
  while (!state.done) {
    requests.push(state.value)
    if (requests.length > (answers.limit ?? 100_000)) throw new HostLimitReached('the script does not end')
    state = running.next(answer(state.value, answers))
  }
  const log = requests.filter((request) => request.kind === 'log')
  const told = requests.filter((request) => request.kind === 'progress').map(({ text }) => text)
  return {
    end: state.value,
    requests,
    traced: told.filter((text) => !text.includes(' << ')),
    log: log.map(({ line, depth, text }) => {
      const number = line === undefined ? '----' : String(line).padStart(4, '0')
      return `${number} ${'  '.repeat(depth)}${text}`.trimEnd()
    }),
    progress: told.filter((text) => text.includes(' << ')),
  }
}

function inputOf(script: string, { variables = {}, partial = false }: Answers): ScriptInput {
  return {
    script,
    variables,
    partial,
    clock: {
      zone: 'UTC',
      now: () => 45413.5,
      utc: () => 45413.5,
      reloadStart: 45413.5,
      lastReload: undefined,
    },
    random: () => 0.5,
    system: {
      documentName: 'app',
      documentPath: '/app',
      documentTitle: 'App',
      computerName: 'host',
      osUser: 'user',
      engineVersion: '1',
      recode: () => undefined,
      attributes: {},
    },
  }
}

const FILE_NOT_FOUND: Fault = faults.fileNotFound('Cannot open file').fault

function answer(request: HostRequest, answers: Answers): HostAnswer {
  const result = resultOf(request, answers)
  return result === MISSING ? { kind: 'fault', fault: FILE_NOT_FOUND } : { kind: 'done', result }
}

const MISSING = Symbol('missing')

function resultOf(request: HostRequest, answers: Answers): unknown {
  switch (request.kind) {
    case 'load': {
      const { statement } = request
      const { source } = statement.levels.at(-1)!
      const from = source.kind === 'file' ? source.path : source.kind === 'resident' ? source.table : 'INLINE'
      if (answers.missing?.includes(from)) return MISSING
      const items = statement.levels[0]!.items
      const fields = items.map((item) => (item.kind === 'all' ? '*' : item.name))
      return { table: statement.label ?? from, fields, rows: 1000, source: from }
    }
    case 'store':
      return { rows: 7, bytes: 70 }
    case 'include':
      return answers.files?.[request.path]
    case 'file-list':
      return answers.fileLists?.[request.mask] ?? []
    case 'field-values':
      return answers.fieldValues?.[request.field] ?? []
    case 'lookup':
      return answers.lookups?.[`${request.name}(${request.args.join(',')})`] ?? null
    case 'mapping-pairs':
      return answers.maps?.[request.map] ?? MISSING
    case 'drop-tables':
      return request.tables.some((table) => answers.missing?.includes(table)) ? MISSING : undefined
    default:
      return undefined
  }
}
