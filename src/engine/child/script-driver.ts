/**
 * Drives the interpreter of one run: passes its requests to the host in order, reports progress, and turns
 * whatever ends the run into one of its ends. An interrupt and an engine out of memory end a run whatever
 * ErrorMode says.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DataProfile } from '../../core/data-profile.ts'
import { defined } from '../../core/defined.ts'
import { STATEMENT_TEXT_MAX_BYTES } from '../../core/limits.ts'
import { cutToBytes } from '../../core/plain-text.ts'
import { faults } from '../../script/fault/fault.ts'
import type { HostAnswer } from '../../script/host.ts'
import { interpret } from '../../script/run/interpreter.ts'
import type { ReportProgress, RunEnd, ScriptRun, ScriptRunRequest } from '../channel/script-run.ts'
import { isOutOfMemory } from '../duckdb/database.ts'
import { dataTables, saveModel } from '../duckdb/model-file.ts'
import { profileData } from '../duckdb/profile-data.ts'
import type { HostDeps, ScriptHost } from './script-host.ts'

/** Longest time that the event loop is blocked: messages to the process must be received in between. */
const TURN_MS = 20
const REPORT_INTERVAL_MS = 250

export class ScriptDriver {
  readonly #request: ScriptRunRequest
  readonly #host: ScriptHost
  readonly #deps: HostDeps
  readonly #startedAt: number
  readonly #report: ReportProgress
  #turnAt = performance.now()

  constructor(
    request: ScriptRunRequest,
    host: ScriptHost,
    deps: HostDeps,
    startedAt: number,
    report: ReportProgress,
  ) {
    this.#request = request
    this.#host = host
    this.#deps = deps
    this.#startedAt = startedAt
    this.#report = report
  }

  /** @throws Error for failures of disk or engine */
  async run(): Promise<ScriptRun> {
    const { database, runLog } = this.#deps
    runLog.add(this.#startedAt, undefined, 0, 'Execution started.')
    this.#tell()
    // On a timer, not between statements, so that progress of a long statement is seen.
    const telling = setInterval(() => this.#tell(), REPORT_INTERVAL_MS)
    const end = await this.#untilEnd().finally(() => clearInterval(telling))
    if (end.kind !== 'completed') this.#tell()
    const engineTime = Date.now()
    if (end.kind !== 'completed') runLog.add(engineTime, undefined, 0, END_WORDS[end.kind])
    runLog.add(engineTime, undefined, 0, 'Execution finished.')
    if (end.kind === 'completed') await saveModel(database, this.#host.model)
    const profile = end.kind === 'completed' ? await this.#profile() : undefined
    return {
      end,
      ...defined({ profile }),
      tables: end.kind === 'completed' ? dataTables(this.#host.model) : [],
      reads: end.kind === 'completed' ? this.#deps.paths.reads.all : [],
      storedFiles: end.kind === 'completed' ? this.#deps.staged.all : [],
      scriptLog: runLog.scriptLog,
      progressLog: runLog.progressLog,
      startedAt: this.#startedAt,
      engineTime,
      rowsRead: this.#host.rowsRead,
      statements: this.#host.statements,
    }
  }

  /** The data is whole without it: a profile that cannot be counted is left away. */
  async #profile(): Promise<DataProfile | undefined> {
    try {
      return await profileData(this.#deps.database, this.#host.model)
    } catch {
      return undefined
    }
  }

  async #untilEnd(): Promise<RunEnd> {
    try {
      return await this.#interpret()
    } catch (error) {
      if (this.#request.signal?.aborted) return { kind: 'interrupted' }
      if (isOutOfMemory(error)) return { kind: 'out-of-memory' }
      throw error
    }
  }

  async #interpret(): Promise<RunEnd> {
    const { script, variables, partial, dataBefore } = this.#request
    if (partial && dataBefore === undefined) return NO_DATA
    const { clock, random, system } = this.#deps
    const running = interpret({ script, variables, partial, clock, random, system })
    let step = running.next()
    while (!step.done) {
      const answer: HostAnswer = await this.#host.answer(step.value)
      if (step.value.kind === 'position') await this.#betweenStatements()
      step = running.next(answer)
    }
    return step.value
  }

  async #betweenStatements(): Promise<void> {
    const now = performance.now()
    if (now - this.#turnAt > TURN_MS) {
      await nextTurn()
      this.#turnAt = performance.now()
    }
    this.#deps.database.checkInterrupted()
  }

  #tell(): void {
    const { runLog } = this.#deps
    const progress = {
      startedAt: this.#startedAt,
      progressLog: runLog.progressLog,
      statement: runLog.statement,
      line: runLog.line,
      text: cutToBytes(runLog.text, STATEMENT_TEXT_MAX_BYTES),
      rowsRead: this.#host.rowsRead,
    }
    this.#report(progress, runLog.takeNewLines())
  }
}

/** A partial reload needs data to start from (contract 02, section 7). */
const NO_DATA: RunEnd = {
  kind: 'failed',
  fault: faults.general('The app has no data yet for a partial reload: reload it in full first').fault,
  line: 1,
  statement: '',
}

const END_WORDS = {
  failed: 'Execution Failed',
  interrupted: 'Execution interrupted',
  'out-of-memory': 'Execution Failed: the engine ran out of memory',
} as const
