/**
 * The judge of reload histories: what must never happen, written apart from the state machine and with books
 * of its own. It is shown every command with what came of it, and names the rules that were broken.
 */
import type { Decision, Refusal, Reload, ReloadCommand } from '../../src/core/reload.ts'

/** What the judge knows of a history so far. */
export interface Books {
  readonly opened: number
  readonly open: boolean
  readonly cancelAccepted: boolean
  readonly ended: boolean
  readonly requeues: number
  readonly errorRequeues: number
  readonly faultRequeues: number
  readonly climbs: number
  readonly waitingSince: number
  readonly waitedMs: number
  readonly firstClaimedAt: number | undefined
}

export interface Step {
  readonly before: Reload
  readonly command: ReloadCommand
  readonly result: Decision | Refusal
  readonly nowMs: number
  readonly errorRequeuesMax: number
  readonly largestSizeIndex: number
}

export function newBooks(nowMs: number): Books {
  return {
    opened: 0,
    open: false,
    cancelAccepted: false,
    ended: false,
    requeues: 0,
    errorRequeues: 0,
    faultRequeues: 0,
    climbs: 0,
    waitingSince: nowMs,
    waitedMs: 0,
    firstClaimedAt: undefined,
  }
}

const OUTCOMES = new Set(['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT'])
const MAY_REQUEUE = new Set(['out-of-memory', 'crashed', 'lost', 'no-session', 'handed-back'])
const FAULTS = new Set(['crashed', 'lost', 'no-session'])

/** The rules that the step broke; the empty list when it is clean. */
export function judge(books: Books, step: Step): string[] {
  if ('refused' in step.result) return judgeRefusal(books, step)
  const { next } = step.result
  const broken: string[] = []
  const never = (happened: boolean, rule: string) => {
    if (happened) broken.push(rule)
  }
  never(books.ended, 'anything after an outcome')
  judgeFixed(step.before, next, never)
  judgeAttempts(books, step, step.result, never)
  judgeOutcome(books, step, step.result, never)
  judgeRequeue(books, step, next, never)
  return broken
}

type Never = (happened: boolean, rule: string) => void

function judgeRefusal(books: Books, { command, before, nowMs, result }: Step): string[] {
  const broken: string[] = []
  const never: Never = (happened, rule) => {
    if (happened) broken.push(rule)
  }
  const why = (result as Refusal).refused
  never(books.ended !== (why === 'already-ended'), 'already-ended said of a reload that has no outcome')
  if (books.ended) return broken
  never(command.kind === 'cancel', 'an active reload that cannot be canceled')
  never(command.kind === 'end-attempt' && books.open, 'an open attempt that cannot end')
  never(
    command.kind === 'claim' && !books.open && before.notBefore <= nowMs,
    'a waiting reload that is due and cannot be claimed',
  )
  return broken
}

function judgeFixed(before: Reload, next: Reload, never: Never): void {
  never(
    before.id !== next.id ||
      before.tenantId !== next.tenantId ||
      before.appId !== next.appId ||
      before.userId !== next.userId ||
      before.createdAt !== next.createdAt ||
      before.weight !== next.weight ||
      before.partial !== next.partial ||
      before.trigger !== next.trigger,
    'a change of what was accepted',
  )
}

function judgeAttempts(books: Books, step: Step, { next, opened, closed }: Decision, never: Never): void {
  const { command, nowMs } = step
  never((command.kind === 'claim') !== (opened !== undefined), 'an attempt opened but by a claim')
  never(opened !== undefined && books.open, 'two open attempts')
  never(opened !== undefined && opened.number !== books.opened + 1, 'a gap in the attempt numbers')
  never(closed !== undefined && !books.open, 'an attempt closed that was not open')
  never((command.kind === 'end-attempt') !== (closed !== undefined), 'an attempt closed but by its end')
  never(closed !== undefined && closed.number !== books.opened, 'another attempt closed than the open one')
  if (command.kind === 'end-attempt') never(closed?.closed?.end !== command.end, 'another end than was told')
  never(next.attempts !== books.opened + (opened === undefined ? 0 : 1), 'attempts miscounted')
  const openAfter = opened !== undefined || (books.open && closed === undefined)
  never((next.lease !== undefined) !== openAfter, 'a lease without an open attempt, or the other way round')
  never(
    openAfter !== (next.state === 'RELOADING' || next.state === 'CANCELING'),
    'a running state without an open attempt, or the other way round',
  )
  never(
    books.firstClaimedAt !== undefined && next.firstClaimedAt !== books.firstClaimedAt,
    'the first claim moved',
  )
  if (command.kind === 'claim') {
    const waited = books.waitedMs + nowMs - books.waitingSince
    never(next.waitedMs !== waited, 'waits that do not add up')
  }
}

function judgeOutcome(books: Books, step: Step, { next, outcome, markApp }: Decision, never: Never): void {
  const { command, nowMs } = step
  const end = command.kind === 'end-attempt' ? command.end.kind : undefined
  never((outcome !== undefined) !== OUTCOMES.has(next.state), 'an end state without an outcome')
  never(outcome !== undefined && outcome !== next.state, 'an outcome other than the state')
  never((outcome !== undefined) !== (next.endedAt !== undefined), 'an outcome without its time')
  const canceled = books.cancelAccepted || command.kind === 'cancel'
  never(
    canceled && outcome !== undefined && outcome !== 'CANCELED',
    'another outcome after an accepted cancel',
  )
  never(canceled && next.state === 'QUEUED', 'a requeue after an accepted cancel')
  never(outcome === 'CANCELED' && !canceled && end !== 'canceled', 'CANCELED without a cancel')
  never(outcome === 'SUCCEEDED' && end !== 'completed', 'SUCCEEDED without a completed attempt')
  never((outcome === 'SUCCEEDED') !== (next.engineTime !== undefined), 'engineTime without new data')
  const failed = outcome === 'FAILED' || outcome === 'EXCEEDED_LIMIT'
  never(failed !== (next.errorCode !== undefined), 'an error code that does not fit the outcome')
  never(failed !== (next.errorMessage !== undefined), 'an error message that does not fit the outcome')
  const waited = books.waitedMs + nowMs - books.waitingSince
  if (command.kind === 'queue-time-exceeded') {
    never(books.open || waited < command.limitMs, 'a queue limit told of a reload that did not reach it')
  }
  const largest = step.before.sizeIndex >= step.largestSizeIndex
  never(
    (markApp === true) !== (end === 'out-of-memory' && largest && !books.cancelAccepted),
    'an app marked but for memory on the largest size',
  )
}

function judgeRequeue(books: Books, step: Step, next: Reload, never: Never): void {
  const end = step.command.kind === 'end-attempt' ? step.command.end.kind : ''
  const requeued = next.state === 'QUEUED' && books.open
  never(next.state === 'QUEUED' && !books.open, 'a waiting reload that was queued again')
  never(requeued && !MAY_REQUEUE.has(end), 'a requeue after an end that decides')
  never(requeued && FAULTS.has(end) && books.faultRequeues >= step.errorRequeuesMax, 'a budget overdrawn')
  const after = booksAfter(books, step)
  never(next.requeuesTotal !== after.requeues, 'requeues miscounted')
  never(next.requeuesWithErrors !== after.errorRequeues, 'error requeues miscounted')
  never(next.sizeIndex !== after.climbs, 'a size that was not climbed to')
  never(requeued && FAULTS.has(end) !== next.notBefore > step.nowMs, 'a back-off that does not fit the end')
  never(requeued && next.queuedAt !== step.nowMs, 'a wait that does not begin with the requeue')
  const giveUp = next.state === 'FAILED' && FAULTS.has(end)
  never(giveUp && books.faultRequeues < step.errorRequeuesMax, 'given up within the budget')
}

/** The books after a step. Kept from commands and states alone. */
export function booksAfter(books: Books, { command, result, nowMs }: Step): Books {
  if ('refused' in result) return books
  const { state } = result.next
  if (command.kind === 'claim') {
    return {
      ...books,
      opened: books.opened + 1,
      open: true,
      waitedMs: books.waitedMs + nowMs - books.waitingSince,
      firstClaimedAt: books.firstClaimedAt ?? nowMs,
    }
  }
  const after = { ...books, ended: OUTCOMES.has(state) }
  if (command.kind === 'cancel') return { ...after, cancelAccepted: true }
  if (command.kind !== 'end-attempt') return after
  if (state !== 'QUEUED') return { ...after, open: false }
  const end = command.end.kind
  return {
    ...after,
    open: false,
    requeues: books.requeues + 1,
    errorRequeues: books.errorRequeues + (end === 'handed-back' ? 0 : 1),
    faultRequeues: books.faultRequeues + (FAULTS.has(end) ? 1 : 0),
    climbs: books.climbs + (end === 'out-of-memory' ? 1 : 0),
    waitingSince: nowMs,
  }
}
