/**
 * Room `engine/channel`: the wall: all that the service and the process of an untrusted script know of each
 * other. Messages and their checks enter, and nothing that only one side needs.
 *
 * The protocol between the worker and its engine process: typed messages as JSON in frames of a 4-byte
 * big-endian length, over one socket.
 *
 * The engine process runs untrusted scripts, so the worker treats it as hostile: a frame above the limit, a
 * message of another version or shape, or a path that leaves its connection is a ProtocolError and ends the
 * session.
 */

import { RAN_STATEMENTS_MAX, type RanStatement, type ScriptFault } from '../../core/attempt.ts'
import {
  type DataProfile,
  type FieldProfile,
  PROFILE_TAGS_MAX,
  PROFILE_TEXT_MAX_CHARACTERS,
  PROFILED_FIELDS_MAX,
  PROFILED_TABLES_MAX,
} from '../../core/data-profile.ts'
import { NAME_MAX_BYTES } from '../../core/file-name.ts'
import {
  ERROR_MESSAGE_MAX_BYTES,
  PROGRESS_LOG_MAX_BYTES,
  SCRIPT_LOG_MAX_BYTES,
  SCRIPT_LOG_PIECE_MAX_BYTES,
  STATEMENT_TEXT_MAX_BYTES,
} from '../../core/limits.ts'
import { READS_MAX, READS_MAX_CHARACTERS } from '../../core/read-name.ts'
import type { DataTable } from '../../core/records.ts'
import type { DataTransfer, ReadFile, ReportedFile, SessionProgress } from '../engine-session.ts'
import type { ScriptRunRequest } from './script-run.ts'

/**
 * File descriptors of an engine process: the channel to its main thread, and the lifeline to its guard, which
 * answers also while a script blocks the main thread. On the lifeline the worker sends nothing but pings.
 */
export const CHANNEL_FD = 3
export const LIFELINE_FD = 4
/** Sent with `ready`; an engine process of another version is not used. */
export const PROTOCOL_VERSION = 6
/**
 * Largest frame in either direction. JSON at most doubles the bytes of a script log, whose only control
 * characters are tabs and line ends; the rest is for other parts of a message.
 */
export const MESSAGE_MAX_BYTES = 3 * SCRIPT_LOG_MAX_BYTES

const HEADER_BYTES = 4

/** The complete work of an engine process. Paths are absolute. */
export type WorkRequest = Omit<ScriptRunRequest, 'signal' | 'publish' | SetByWorker> &
  Required<Pick<ScriptRunRequest, SetByWorker>> & {
    /** The script waits at each STORE until the worker has published it. */
    readonly publishesAtOnce: boolean
    /** In the place of the script. */
    readonly transfer?: DataTransfer
  }

type SetByWorker = 'memoryLimitBytes' | 'threads' | 'tempFolder' | 'storesFolder'

/** Worker to engine process. */
export type ParentMessage =
  /** `reportMemory`: the worker cannot see the process's memory, so the process reports it. */
  | { readonly kind: 'work'; readonly request: WorkRequest; readonly reportMemory: boolean }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'ping' }
  /** The answer to `stored`; `refusal` is for the script. */
  | { readonly kind: 'published'; readonly refusal?: string }

/** How the script ended, as the engine process reports it. */
export type ReportedEnd =
  | {
      readonly kind: 'completed'
      readonly engineTime: number
      readonly tables: readonly DataTable[]
      readonly reads: readonly ReadFile[]
      readonly profile?: DataProfile
    }
  | { readonly kind: 'script-error'; readonly fault: ScriptFault }
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly message: string }

/** Engine process to worker. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly version: number }
  /** A sign of life, every ENGINE_BEAT_MS. */
  | { readonly kind: 'beat' }
  /** The answer to a ping. */
  | { readonly kind: 'pong' }
  | { readonly kind: 'progress'; readonly progress: SessionProgress }
  /** Lines of the script log since the last of these messages: what is left of it if no end is told. */
  | { readonly kind: 'log'; readonly lines: string }
  | { readonly kind: 'memory'; readonly residentBytes: number }
  /** Asks to publish a file; nothing else is stored before the answer. */
  | { readonly kind: 'stored'; readonly file: ReportedFile }
  | {
      readonly kind: 'end'
      readonly end: ReportedEnd
      /** Absent if the script never began. */
      readonly startedAt?: number
      readonly progressLog: string
      readonly scriptLog: string
      readonly storedFiles: readonly ReportedFile[]
      readonly statements: readonly RanStatement[]
    }

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** Encodes a message as a frame. */
export function encodeMessage(message: ParentMessage | ChildMessage): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8')
  if (body.length > MESSAGE_MAX_BYTES)
    throw new ProtocolError(`a message of ${body.length} bytes is too large`)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  frame.writeUInt32BE(body.length, 0)
  body.copy(frame, HEADER_BYTES)
  return frame
}

/** Joins the chunks of a socket to messages of unknown shape. Never holds more than one frame. */
export class FrameReader {
  #chunks: Buffer[] = []
  #length = 0

  /** @throws ProtocolError if a frame is too large or not JSON; the socket is unusable then. */
  push(chunk: Buffer): unknown[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    const messages: unknown[] = []
    for (let body = this.#nextBody(); body !== undefined; body = this.#nextBody()) messages.push(parsed(body))
    return messages
  }

  #nextBody(): Buffer | undefined {
    if (this.#length < HEADER_BYTES) return undefined
    const size = this.#joined(HEADER_BYTES).readUInt32BE(0)
    if (size > MESSAGE_MAX_BYTES) throw new ProtocolError(`a message of ${size} bytes is too large`)
    if (this.#length < HEADER_BYTES + size) return undefined
    const whole = this.#joined(HEADER_BYTES + size)
    const rest = whole.subarray(HEADER_BYTES + size)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return whole.subarray(HEADER_BYTES, HEADER_BYTES + size)
  }

  /** Returns a first chunk of at least that length: chunks are joined only when a frame needs it. */
  #joined(bytes: number): Buffer {
    if (this.#chunks[0]!.length < bytes) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }
}

/** @throws ProtocolError if it is no valid message of this protocol. */
export function childMessage(value: unknown): ChildMessage {
  const from = record(value, 'message')
  switch (from.kind) {
    case 'ready':
      if (from.version !== PROTOCOL_VERSION)
        throw new ProtocolError('the engine process speaks another version')
      return { kind: 'ready', version: PROTOCOL_VERSION }
    case 'beat':
    case 'pong':
      return { kind: from.kind }
    case 'progress':
      return { kind: 'progress', progress: progressOf(record(from.progress, 'progress')) }
    case 'log':
      return { kind: 'log', lines: text(from.lines, 'lines', SCRIPT_LOG_PIECE_MAX_BYTES) }
    case 'memory':
      return { kind: 'memory', residentBytes: count(from.residentBytes, 'residentBytes') }
    case 'stored':
      return { kind: 'stored', file: reportedFileOf(from.file) }
    case 'end':
      return {
        kind: 'end',
        end: endOf(record(from.end, 'end')),
        ...(from.startedAt === undefined ? {} : { startedAt: count(from.startedAt, 'startedAt') }),
        progressLog: text(from.progressLog, 'progressLog', PROGRESS_LOG_MAX_BYTES),
        scriptLog: text(from.scriptLog, 'scriptLog', SCRIPT_LOG_MAX_BYTES),
        storedFiles: list(from.storedFiles, 'storedFiles').map(reportedFileOf),
        statements: list(from.statements, 'statements').slice(0, RAN_STATEMENTS_MAX).map(ranStatementOf),
      }
    default:
      throw new ProtocolError('the engine process sent a message of an unknown kind')
  }
}

/** A message of the worker; the engine process trusts its shape and checks only its kind. */
export function parentMessage(value: unknown): ParentMessage {
  const { kind } = record(value, 'message')
  if (kind !== 'work' && kind !== 'interrupt' && kind !== 'ping' && kind !== 'published') {
    throw new ProtocolError('unknown message of the worker')
  }
  return value as ParentMessage
}

function progressOf(from: Fields): SessionProgress {
  return {
    startedAt: count(from.startedAt, 'startedAt'),
    progressLog: text(from.progressLog, 'progressLog', PROGRESS_LOG_MAX_BYTES),
    statement: count(from.statement, 'statement'),
    line: count(from.line, 'line'),
    text: text(from.text, 'text', STATEMENT_TEXT_MAX_BYTES),
    rowsRead: count(from.rowsRead, 'rowsRead'),
  }
}

function endOf(from: Fields): ReportedEnd {
  switch (from.kind) {
    case 'completed':
      return {
        kind: 'completed',
        engineTime: count(from.engineTime, 'engineTime'),
        tables: list(from.tables, 'tables').map(tableOf),
        reads: readsOf(list(from.reads, 'reads')),
        ...(from.profile === undefined ? {} : { profile: profileOf(record(from.profile, 'profile')) }),
      }
    case 'script-error':
      return { kind: 'script-error', fault: faultOf(record(from.fault, 'fault')) }
    case 'out-of-memory':
    case 'interrupted':
      return { kind: from.kind }
    case 'failed':
      return { kind: 'failed', message: text(from.message, 'message', ERROR_MESSAGE_MAX_BYTES) }
    default:
      throw new ProtocolError('the engine process told an end of an unknown kind')
  }
}

/** It is kept beside the data, and shown. */
function profileOf(from: Fields): DataProfile {
  return {
    tables: bounded(from.tables, 'tables', PROFILED_TABLES_MAX).map((value) => {
      const { name, bytes, comment } = record(value, 'table')
      return { name: text(name, 'name'), bytes: count(bytes, 'bytes'), ...commentOf(comment) }
    }),
    fields: bounded(from.fields, 'fields', PROFILED_FIELDS_MAX).map(fieldProfileOf),
    hasSectionAccess: from.hasSectionAccess === true,
  }
}

function fieldProfileOf(value: unknown): FieldProfile {
  const from = record(value, 'field')
  const hash = text(from.hash, 'hash')
  if (!/^[0-9a-f]{16}$/.test(hash)) throw new ProtocolError('the hash of a field is none')
  return {
    name: text(from.name, 'name'),
    distinct: count(from.distinct, 'distinct'),
    values: count(from.values, 'values'),
    bytes: count(from.bytes, 'bytes'),
    isNumeric: from.isNumeric === true,
    tags: bounded(from.tags, 'tags', PROFILE_TAGS_MAX).map((tag) => profileText(tag, 'tag')),
    hash,
    ...commentOf(from.comment),
  }
}

function commentOf(value: unknown): { readonly comment?: string } {
  return value === undefined ? {} : { comment: profileText(value, 'comment') }
}

function profileText(value: unknown, name: string): string {
  return text(value, name, PROFILE_TEXT_MAX_CHARACTERS)
}

function bounded(value: unknown, name: string, most: number): readonly unknown[] {
  const all = list(value, name)
  if (all.length <= most) return all
  throw new ProtocolError(`${name} must be a list of at most ${most}`)
}

function tableOf(value: unknown): DataTable {
  const from = record(value, 'table')
  return {
    name: text(from.name, 'name'),
    rows: count(from.rows, 'rows'),
    fields: list(from.fields, 'fields').map((field) => text(field, 'field')),
  }
}

const FAULT_CODE_MAX_CHARACTERS = 100

function faultOf(from: Fields): ScriptFault {
  return {
    ...(from.code === undefined ? {} : { code: text(from.code, 'code', FAULT_CODE_MAX_CHARACTERS) }),
    engineErrorCode: count(from.engineErrorCode, 'engineErrorCode'),
    message: text(from.message, 'message', ERROR_MESSAGE_MAX_BYTES),
    line: count(from.line, 'line'),
    ...(from.column === undefined ? {} : { column: count(from.column, 'column') }),
    statement: text(from.statement, 'statement', PROGRESS_LOG_MAX_BYTES),
  }
}

/** They are saved with the app. */
function readsOf(from: readonly unknown[]): ReadFile[] {
  if (from.length > READS_MAX) throw new ProtocolError(`more than ${READS_MAX} files were read`)
  let characters = 0
  return from.map((value) => {
    const { path: told, connection } = record(value, 'read')
    const path = pathInside(told, 'a file that was read')
    characters += path.length
    if (characters > READS_MAX_CHARACTERS) throw new ProtocolError('the names of what was read are too long')
    return { connection: text(connection, 'connection', NAME_MAX_BYTES), path }
  })
}

/** @throws ProtocolError unless it is inside its connection */
function pathInside(value: unknown, what: string): string {
  const path = text(value, 'path')
  const inside = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (!inside || /[\\\0]/.test(path)) throw new ProtocolError(`${what} lies outside its connection`)
  return path
}

/** A stored file becomes a catalog record. */
function reportedFileOf(value: unknown): ReportedFile {
  const from = record(value, 'storedFile')
  const path = pathInside(from.path, 'a stored file')
  const file = text(from.file, 'file')
  if (!/^\d{1,9}$/.test(file))
    throw new ProtocolError('the content of a stored file has no number for a name')
  return { connection: text(from.connection, 'connection'), path, bytes: count(from.bytes, 'bytes'), file }
}

function ranStatementOf(value: unknown): RanStatement {
  const from = record(value, 'statement')
  return {
    type: from.type === 'store' ? 'store' : 'load',
    line: count(from.line, 'line'),
    table: text(from.table, 'table', ERROR_MESSAGE_MAX_BYTES),
    rows: count(from.rows, 'rows'),
    fields: count(from.fields, 'fields'),
    durationMs: count(from.durationMs, 'durationMs'),
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ProtocolError('the engine process sent a message that is not JSON')
  }
}

function record(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new ProtocolError(`${name} must be an object`)
}

/**
 * The engine process cuts to bytes; here characters are counted, which are never more than bytes and free to
 * count.
 */
function text(value: unknown, name: string, maxCharacters = MESSAGE_MAX_BYTES): string {
  if (typeof value === 'string' && value.length <= maxCharacters) return value
  throw new ProtocolError(`${name} must be a text of at most ${maxCharacters} characters`)
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new ProtocolError(`${name} must be a list`)
}

function count(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new ProtocolError(`${name} must be a whole number of at least 0`)
}
