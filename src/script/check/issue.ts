/** What a checker finds, and how it is collected: each thing once, at its place. */
import { defined } from '../../core/defined.ts'
import type { Fault } from '../fault/fault.ts'
import { FAULT_KINDS, type FaultCode, type FaultName } from '../fault/fault-codes.ts'
import type { LineColumn, Span } from '../fault/span.ts'
import { ADVICE, type AdviceCode } from './advice.ts'
import type { Unit } from './unit.ts'

/** Line and column, from 1, are those of the fault where they are known, else of the statement. */
export interface ScriptIssue extends LineColumn {
  /** `error`: a full reload fails here for certain. `warning`: it may, or what is written is seldom meant. */
  readonly severity: 'error' | 'warning'
  readonly code: FaultCode | AdviceCode
  /** Of a fault of the reload; 0 for advice. */
  readonly engineErrorCode: number
  readonly message: string
  readonly remedy: string
  /** The statement as written, without comments. */
  readonly statement: string
  /** The included file that holds it; absent: the script. */
  readonly file?: string
}

/** What is said of a statement. */
export interface Finding {
  readonly code: FaultCode | AdviceCode
  readonly engineErrorCode: number
  readonly message: string
  readonly span?: Span
}

export const findingOf = ({ code, engineErrorCode, message, span }: Fault): Finding =>
  defined({ code, engineErrorCode, message, span })

export class Issues {
  readonly #found = new Map<string, { readonly issue: ScriptIssue; readonly order: number }>()
  readonly #files = new Map<string | undefined, number>()

  /** A place is judged more than once, with more and with less knowledge: the first certain word counts. */
  add(unit: Unit, at: number, statement: string, finding: Finding, severity: ScriptIssue['severity']): void {
    const { file } = unit
    if (!this.#files.has(file)) this.#files.set(file, this.#files.size)
    const { code, engineErrorCode, message } = finding
    const key = JSON.stringify([file, at, code])
    if (severity === 'warning' ? this.#found.has(key) : this.#found.get(key)?.issue.severity === 'error')
      return
    const issue = defined({
      severity,
      ...unit.lines.at(at),
      code,
      engineErrorCode,
      message,
      remedy: remedyOf(code),
      statement,
      file,
    })
    this.#found.set(key, { issue, order: at })
  }

  /** In the order of the script; those of included files behind it. */
  all(): ScriptIssue[] {
    const fileOrder = ({ file }: ScriptIssue) => this.#files.get(file)!
    return [...this.#found.values()]
      .sort(
        (left, right) =>
          Number(left.issue.file !== undefined) - Number(right.issue.file !== undefined) ||
          fileOrder(left.issue) - fileOrder(right.issue) ||
          left.order - right.order,
      )
      .map(({ issue }) => issue)
  }
}

function remedyOf(code: FaultCode | AdviceCode): string {
  if (Object.hasOwn(ADVICE, code)) return ADVICE[code as AdviceCode]
  return FAULT_KINDS[`${code.charAt(0).toLowerCase()}${code.slice(1)}` as FaultName].remedy
}
