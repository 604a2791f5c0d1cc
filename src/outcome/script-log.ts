/**
 * The two texts a reload leaves behind: the short progress text that the reload's record shows as `log`
 * (contract 02, section 6.1) and the head of the full script log (6.2). Lines end in CRLF.
 *
 * Promises: the progress text is at most 64 KiB of UTF-8; where it would be longer, its middle lines are left
 * out and one line says how many. It never holds a variable's value unless the script itself made it a name.
 */
import { type AttemptEnd, placeOfFault, type ReachedPlace, type ScriptFault } from '../core/attempt.ts'
import { leftOutAt, leftOutLine } from '../core/left-out-line.ts'
import { PROGRESS_LOG_MAX_BYTES } from '../core/limits.ts'
import { timeText } from '../core/time-text.ts'

const CANCELED = 'Reload canceled'
const TIME_EXCEEDED = 'Reload exceeded its time limit'
const OUT_OF_MEMORY = 'The engine ran out of memory'
const HANDED_BACK = 'Reload handed back to the queue'

const EOL = '\r\n'
/** The samples close a paragraph with a line of one blank. */
const BLANK_LINE = ' '
/** The most that the line in place of those that were cut out takes with its ends. */
const LEFT_OUT_MAX_BYTES = utf8Bytes(`${EOL}${leftOutLine(Number.MAX_SAFE_INTEGER)}${EOL}`)

/** Which attempt a text is about. */
export interface LoggedAttempt {
  readonly reloadId: string
  /** From 1; from 2 on the first line tells it. */
  readonly attempt: number
}

/**
 * The record's log while the attempt runs, or as it was left when it was requeued without a word of its own.
 *
 * @param progressLog the session's progress text: one line per loaded table, without head
 */
export function runningLog(about: LoggedAttempt, progressLog: string): string {
  return text([...head(about, progressLog), ...lines(progressLog)])
}

/**
 * The record's log when the attempt has ended, whatever became of the reload then.
 *
 * @param reached where the script stood; told of an attempt that ended before its script did
 */
export function endedLog(
  about: LoggedAttempt,
  progressLog: string,
  end: AttemptEnd,
  reached?: ReachedPlace,
): string {
  const tables = lines(progressLog)
  return text([...head(about, progressLog), ...tables, ...tail(end, tables.length > 0, reached)])
}

/**
 * The record's log of a reload that ends while it waits: what its latest attempt told, if there was one, and
 * why it is over.
 */
export function queueEndLog(reloadId: string, log: string, outcome: 'CANCELED' | 'EXCEEDED_LIMIT'): string {
  const before = log === '' ? [`ReloadID: ${reloadId}`] : lines(log)
  return text([...before, outcome === 'CANCELED' ? CANCELED : TIME_EXCEEDED])
}

/** First lines of the full script log; the engine's own lines follow (contract 02, section 6.2). */
export function scriptLogHead(about: {
  readonly appId: string
  readonly appName: string
  readonly reloadId: string
  readonly attempt: number
  readonly poolName: string
  /** Epoch ms at which the engine began to run the script. */
  readonly startedAt: number
}): string {
  const at = timeText(about.startedAt)
  const told = [
    `App: ${oneLine(about.appName)} (${about.appId})`,
    `Reload: ${about.reloadId}`,
    `Attempt: ${about.attempt}`,
    `Engine: ${about.poolName}`,
    `Started: ${at}`,
  ]
  return told.map((line) => `${at}      ${line}${EOL}`).join('')
}

/**
 * Last line of the full script log of an attempt that did not end with its script, "" for others: what the
 * engine had told by then may break off anywhere.
 *
 * @param at epoch ms
 */
export function scriptLogEnd(end: AttemptEnd, at: number, reached?: ReachedPlace): string {
  const told = brokenOff(end)
  if (told === undefined) return ''
  const place = reached === undefined ? '' : `, at ${placeText(reached)}`
  return `${timeText(at)}      ${told}${place}${EOL}`
}

function placeText({ statement, line, rowsRead }: ReachedPlace): string {
  const rows = rowsRead === 1 ? '1 row' : `${rowsRead.toLocaleString('en-US')} rows`
  return `statement ${statement} in line ${line}, with ${rows} read`
}

function brokenOff(end: AttemptEnd): string | undefined {
  switch (end.kind) {
    case 'canceled':
      return CANCELED
    case 'timed-out':
      return TIME_EXCEEDED
    case 'out-of-memory':
      return OUT_OF_MEMORY
    case 'crashed':
      return `The engine ended before the script did: ${oneLine(end.message)}`
    case 'handed-back':
      return HANDED_BACK
    default:
      return undefined
  }
}

/**
 * Cuts a text of lines to a number of UTF-8 bytes: head and tail stay, the middle goes, and one line says how
 * many lines are left out, those of earlier cuts included. Returns a text that fits unchanged.
 */
export function boundedLines(whole: string, maxBytes: number): string {
  if (utf8Bytes(whole) <= maxBytes) return whole
  const all = whole.split(EOL)
  const bytes = maxBytes - LEFT_OUT_MAX_BYTES
  let first = countThatFits(all, Math.floor(bytes / 2))
  let end = all.length - countThatFits(all.slice(first).reverse(), bytes - Math.floor(bytes / 2))
  // The gap of an earlier cut becomes part of this one.
  while (first > 0 && leftOutAt(all[first - 1]!) !== undefined) first--
  while (end < all.length && leftOutAt(all[end]!) !== undefined) end++
  const leftOut = all.slice(first, end).reduce((sum, line) => sum + (leftOutAt(line) ?? 1), 0)
  return [...all.slice(0, first), leftOutLine(leftOut), ...all.slice(end)].join(EOL)
}

function head(about: LoggedAttempt, progressLog: string): string[] {
  return [
    about.attempt > 1
      ? `ReloadID: ${about.reloadId} (attempt ${about.attempt})`
      : `ReloadID: ${about.reloadId}`,
    progressLog === '' ? 'Started loading' : 'Started loading data',
    '(A detailed script progress log can be downloaded when the reload is finished)',
  ]
}

function tail(end: AttemptEnd, hasTables: boolean, reached: ReachedPlace | undefined): string[] {
  const gap = hasTables ? [''] : []
  const here = reached === undefined ? [] : [`At ${placeText(reached)}:`, ...lines(reached.text)]
  switch (end.kind) {
    case 'completed':
      return [...gap, 'App saved', 'Finished successfully']
    case 'script-error':
      return failure(placedMessage(end.fault), end.fault.engineErrorCode, lines(end.fault.statement))
    case 'canceled':
      return [...gap, CANCELED, ...here]
    case 'timed-out':
      return [...gap, TIME_EXCEEDED, ...here]
    case 'data-too-large':
      return failure(
        `App data of ${end.fileBytes.toLocaleString('en-US')} bytes is larger than its limit`,
        1015,
      )
    case 'out-of-memory':
      return failure(OUT_OF_MEMORY, 6, here)
    case 'refused':
      return failure('The app ran out of memory on the largest engine before', 6)
    case 'crashed':
      return failure(`The engine ended before the script did: ${oneLine(end.message)}`, 21, here)
    case 'no-session':
      return failure(`No engine session: ${oneLine(end.message)}`, 21)
    case 'lost':
      return failure('The connection to the engine was lost', 16)
    case 'handed-back':
      return [...gap, HANDED_BACK, ...here]
  }
}

function placedMessage(fault: ScriptFault): string {
  return fault.column === undefined ? fault.message : `${fault.message} (${placeOfFault(fault)})`
}

/** The failure form of contract 02, section 6.1; its labels and their order are part of the contract. */
function failure(message: string, engineErrorCode: number, here: readonly string[] = []): string[] {
  return [
    '',
    'Data has not been loaded. Please correct the error and try loading again.',
    'The following error occurred:',
    ...lines(message),
    BLANK_LINE,
    `The engine error code: EDC_ERROR:${engineErrorCode}`,
    ...(here.length === 0 ? [] : ['The error occurred here:', ...here]),
    BLANK_LINE,
  ]
}

function text(all: readonly string[]): string {
  return boundedLines(all.map((line) => line + EOL).join(''), PROGRESS_LOG_MAX_BYTES)
}

/** The lines of a text, whichever way they end; an end of line at the very end adds none. */
function lines(of: string): string[] {
  if (of === '') return []
  const all = of.split(/\r\n|\r|\n/)
  if (all.at(-1) === '') all.pop()
  return all
}

function oneLine(of: string): string {
  return lines(of).join(' ')
}

/** How many of the lines from the first on take at most `bytes`, each with its end. */
function countThatFits(all: readonly string[], bytes: number): number {
  let used = 0
  for (let i = 0; i < all.length; i++) {
    used += utf8Bytes(all[i]!) + EOL.length
    if (used > bytes) return i
  }
  return all.length
}

/** Length in UTF-8; a lone surrogate counts as the replacement character it becomes. */
function utf8Bytes(of: string): number {
  let bytes = 0
  for (let i = 0; i < of.length; i++) {
    const unit = of.charCodeAt(i)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(of.charCodeAt(i + 1))) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
