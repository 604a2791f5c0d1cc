/**
 * The main thread of an engine process: reports that it is ready, runs its one script, reports progress and
 * the end, and then waits to be killed.
 *
 * It never opens a network connection and reads no environment. Its access to files is limited by its worker
 * (pool/session-child.ts) and, for DuckDB, by run-script.ts.
 */

import { Socket } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { defined } from '../../core/defined.ts'
import { ERROR_MESSAGE_MAX_BYTES, PROGRESS_LOG_MAX_BYTES, SCRIPT_LOG_MAX_BYTES } from '../../core/limits.ts'
import { cutToBytes } from '../../core/plain-text.ts'
import { boundedLines } from '../../outcome/script-log.ts'
import type { ScriptRun } from '../channel/script-run.ts'
import {
  CHANNEL_FD,
  type ChildMessage,
  encodeMessage,
  FrameReader,
  PROTOCOL_VERSION,
  parentMessage,
  type ReportedEnd,
  type WorkRequest,
} from '../channel/session-protocol.ts'
import { isOutOfMemory } from '../duckdb/database.ts'
import type { ReportedFile, SessionProgress } from '../engine-session.ts'
import { runScript } from './run-script.ts'
import { transferData } from './transfer-data.ts'

/** If somebody waits for the process, work comes at once; otherwise it uses the waiting time to warm up. */
const WARM_UP_AFTER_MS = 20
/** Exercises what every script needs: DuckDB opened, a table written and read, everything closed. */
const WARM_UP_SCRIPT = 'T: LOAD RecNo() AS n AUTOGENERATE 1; U: LOAD n AS m RESIDENT T WHERE n = 1;'
const WARM_UP_BYTES = 64 * 1024 ** 2

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
const interruption = new AbortController()

/** Called with the worker's answer to the file that was stored last. */
let published: (refusal: string | undefined) => void = () => {}

function publish(file: ReportedFile): Promise<string | undefined> {
  return new Promise((answered) => {
    published = answered
    tell({ kind: 'stored', file })
  })
}

const tell = (message: ChildMessage) => channel.write(encodeMessage(message))

/** @param guard thread that watches over the process */
export function serve(guard: Worker): void {
  const reader = new FrameReader()
  const warmUp = startWarmUp()
  channel.on('data', (chunk: Buffer) => {
    for (const value of reader.push(chunk)) {
      const message = parentMessage(value)
      if (message.kind === 'interrupt') interruption.abort()
      else if (message.kind === 'published') published(message.refusal)
      else if (message.kind === 'work') {
        void warmUp.over().then(() => perform(message.request, message.reportMemory ? guard : undefined))
      }
    }
  })
  const endProcess = () => process.kill(process.pid, 'SIGKILL')
  channel.on('error', endProcess)
  channel.on('close', endProcess)
  tell({ kind: 'ready', version: PROTOCOL_VERSION })
}

/**
 * The first script of a process takes three times as long as the second: code is loaded and compiled,
 * including that for reading its message.
 */
function startWarmUp(): { over(): Promise<void> } {
  let running: Promise<unknown> | undefined
  const timer = setTimeout(() => {
    const folders = { tempFolder: process.cwd(), storesFolder: 'stores' }
    const work = { dataFile: ':memory:', ...folders, script: WARM_UP_SCRIPT, variables: {} }
    const about = { partial: false, appId: '', appName: '', connections: [], publishesAtOnce: false }
    const request: WorkRequest = { ...work, ...about, memoryLimitBytes: WARM_UP_BYTES, threads: 1 }
    for (const value of new FrameReader().push(
      encodeMessage({ kind: 'work', request, reportMemory: false }),
    )) {
      parentMessage(value)
    }
    // A failure here will recur in the work and is reported then.
    running = runScript(request, () => {}).catch(() => {})
  }, WARM_UP_AFTER_MS)
  return {
    async over() {
      clearTimeout(timer)
      await running
    },
  }
}

async function perform(request: WorkRequest, memoryReporter: Worker | undefined): Promise<void> {
  memoryReporter?.postMessage('report-memory')
  let last: SessionProgress | undefined
  const report = (progress: SessionProgress, newLines: string) => {
    last = {
      ...progress,
      startedAt: Math.floor(progress.startedAt),
      progressLog: boundedLines(progress.progressLog, PROGRESS_LOG_MAX_BYTES),
    }
    tell({ kind: 'progress', progress: last })
    if (newLines !== '') tell({ kind: 'log', lines: newLines })
  }
  const inTouch = { signal: interruption.signal, ...(request.publishesAtOnce ? { publish } : {}) }
  try {
    const { transfer } = request
    const run =
      transfer === undefined
        ? await runScript({ ...request, ...inTouch }, report)
        : await transferData({ ...request, signal: interruption.signal }, transfer)
    tell(endOf(run))
  } catch (error) {
    tell({
      kind: 'end',
      end: endOfError(error),
      ...defined({ startedAt: last?.startedAt }),
      progressLog: last?.progressLog ?? '',
      scriptLog: '',
      storedFiles: [],
      statements: [],
    })
  }
}

function endOf(run: ScriptRun): ChildMessage {
  return {
    kind: 'end',
    end: reportedEnd(run),
    startedAt: Math.floor(run.startedAt),
    progressLog: boundedLines(run.progressLog, PROGRESS_LOG_MAX_BYTES),
    scriptLog: boundedLines(run.scriptLog, SCRIPT_LOG_MAX_BYTES),
    storedFiles: run.storedFiles,
    statements: run.statements.map((one) => ({
      ...one,
      table: cutToBytes(one.table, ERROR_MESSAGE_MAX_BYTES),
    })),
  }
}

function reportedEnd({ end, engineTime, tables, reads, profile }: ScriptRun): ReportedEnd {
  if (end.kind === 'completed') {
    return { kind: 'completed', engineTime: Math.floor(engineTime), tables, reads, ...defined({ profile }) }
  }
  if (end.kind !== 'failed') return end
  const { code, engineErrorCode, message } = end.fault
  return {
    kind: 'script-error',
    fault: {
      code,
      engineErrorCode,
      message: cutToBytes(message, ERROR_MESSAGE_MAX_BYTES),
      line: end.line,
      ...defined({ column: end.column }),
      statement: cutToBytes(end.statement, PROGRESS_LOG_MAX_BYTES),
    },
  }
}

/** Classifies an error: an interrupted run may fail anywhere, and DuckDB names its memory limit. */
function endOfError(error: unknown): ReportedEnd {
  if (interruption.signal.aborted) return { kind: 'interrupted' }
  if (isOutOfMemory(error)) return { kind: 'out-of-memory' }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'failed', message: cutToBytes(message, ERROR_MESSAGE_MAX_BYTES) }
}
