import { describe, expect, it } from 'vitest'
import { type Books, booksAfter, judge, newBooks } from '../../test/support/forbidden-histories.ts'
import { aReload, START_MS } from '../../test/support/records.ts'
import type { Attempt, AttemptEnd } from './attempt.ts'
import type { DataVersion, LeaseToken, WorkerId } from './ids.ts'
import { type Decision, decide, isRefusal, type Reload, type ReloadCommand } from './reload.ts'
import type { Policy } from './verdict.ts'

type Decide = typeof decide

const data = { version: 'v' as DataVersion, engineTime: 7, fileBytes: 9 }
const fault = { engineErrorCode: 11002, message: 'Unknown statement: X', line: 7, statement: 'X' }
const ENDS = {
  completed: { kind: 'completed', data },
  'script-error': { kind: 'script-error', fault },
  canceled: { kind: 'canceled' },
  'timed-out': { kind: 'timed-out' },
  'data-too-large': { kind: 'data-too-large', fileBytes: 9 },
  'out-of-memory': { kind: 'out-of-memory' },
  crashed: { kind: 'crashed', message: 'unexpected EOF' },
  refused: { kind: 'refused' },
  'no-session': { kind: 'no-session', message: 'no memory' },
  'handed-back': { kind: 'handed-back' },
  lost: { kind: 'lost' },
} as const satisfies { readonly [Kind in AttemptEnd['kind']]: AttemptEnd & { kind: Kind } }

const CLAIM: ReloadCommand = {
  kind: 'claim',
  lease: 'lease' as LeaseToken,
  workerId: 'w' as WorkerId,
  leaseExpiresAt: START_MS,
}
const CANCEL: ReloadCommand = { kind: 'cancel' }
/** Reached by the third wait of 200 s. */
const QUEUE_LIMIT: ReloadCommand = { kind: 'queue-time-exceeded', limitMs: 500_000 }
const ended = (end: AttemptEnd): ReloadCommand => ({ kind: 'end-attempt', end })

/** Small, so that every budget is used up within seven commands. */
const SMALL: Policy = { errorRequeuesMax: 1, largestSizeIndex: 1, jitter: 0.5 }
/** Longer than the longest back-off with its jitter. */
const BETWEEN_COMMANDS_MS = 200_000

describe('every sequence of commands', () => {
  const ALPHABET: readonly ReloadCommand[] = [
    CLAIM,
    CANCEL,
    QUEUE_LIMIT,
    ended(ENDS.completed),
    ended(ENDS['script-error']),
    ended(ENDS.crashed),
    ended(ENDS.lost),
    ended(ENDS['out-of-memory']),
    ended(ENDS['handed-back']),
  ]

  it('of nine commands, to depth 7, makes no forbidden history', { timeout: 120_000 }, () => {
    const explored = explore(decide, ALPHABET, 7)
    expect(explored.broken).toEqual([])
    expect(explored.sequences).toBe(9 ** 7)
    expect([...explored.outcomes].sort()).toEqual(['CANCELED', 'EXCEEDED_LIMIT', 'FAILED', 'SUCCEEDED'])
  })

  it('of all ends, to depth 4, makes no forbidden history', () => {
    const all = [CLAIM, CANCEL, QUEUE_LIMIT, ...Object.values(ENDS).map(ended)]
    expect(explore(decide, all, 4)).toMatchObject({ broken: [], sequences: all.length ** 4 })
  })

  const changed =
    (change: (decision: Decision, command: ReloadCommand, before: Reload) => Decision): Decide =>
    (reload, attempt, command, policy, nowMs) => {
      const result = decide(reload, attempt, command, policy, nowMs)
      return isRefusal(result) ? result : change(result, command, reload)
    }
  const next = (decision: Decision, reload: Partial<Reload>): Decision => {
    return { ...decision, next: { ...decision.next, ...reload } }
  }
  const planted: readonly (readonly [string, Decide])[] = [
    [
      'anything after an outcome',
      (reload, attempt, command, policy, nowMs) => {
        const forgetful = reload.state === 'FAILED' ? { ...reload, state: 'QUEUED' as const } : reload
        return decide(forgetful, attempt, command, policy, nowMs)
      },
    ],
    [
      'another outcome after an accepted cancel',
      (reload, attempt, command, policy, nowMs) =>
        decide({ ...reload, state: asRunning(reload.state) }, attempt, command, policy, nowMs),
    ],
    [
      'a gap in the attempt numbers',
      changed((d) => (d.opened ? { ...d, opened: { ...d.opened, number: d.opened.number + 1 } } : d)),
    ],
    [
      'two open attempts',
      (reload, attempt, command, policy, nowMs) => {
        const again = command.kind === 'claim' && reload.state === 'RELOADING'
        return decide(again ? { ...reload, state: 'QUEUED' } : reload, attempt, command, policy, nowMs)
      },
    ],
    [
      'requeues miscounted',
      changed((d, _command, before) => next(d, { requeuesTotal: before.requeuesTotal })),
    ],
    ['waits that do not add up', changed((d) => next(d, { waitedMs: 0 }))],
    [
      'the first claim moved',
      changed((d, c) => (c.kind === 'claim' ? next(d, { firstClaimedAt: d.opened!.openedAt }) : d)),
    ],
    [
      'a budget overdrawn',
      (reload, attempt, command, policy, nowMs) =>
        decide(reload, attempt, command, { ...policy, errorRequeuesMax: 9 }, nowMs),
    ],
    [
      'an outcome without its time',
      changed(({ next: { endedAt: _gone, ...rest }, ...d }) => ({ ...d, next: rest })),
    ],
    ['a lease without an open attempt', changed((d) => next(d, { lease: 'kept' as LeaseToken }))],
  ]
  it.each(planted)('the judge finds a planted bug: %s', (rule, bug) => {
    const { broken } = explore(bug, ALPHABET, 5)
    expect(broken.some((found) => found.includes(rule))).toBe(true)
  })
})

function asRunning(state: Reload['state']): Reload['state'] {
  return state === 'CANCELING' ? 'RELOADING' : state
}

/**
 * Walks every sequence of commands to the depth, none left out, and has each step judged. Stops at 20
 * findings.
 */
function explore(machine: Decide, alphabet: readonly ReloadCommand[], depth: number) {
  const broken = new Set<string>()
  const outcomes = new Set<string>()
  let sequences = 0
  const walk = (
    reload: Reload,
    attempt: Attempt | undefined,
    books: Books,
    left: number,
    nowMs: number,
  ): void => {
    if (broken.size > 20) return
    if (left === 0) {
      sequences += 1
      return
    }
    for (const command of alphabet) {
      const result = machine(reload, attempt, command, SMALL, nowMs)
      const step = { before: reload, command, result, nowMs, ...SMALL }
      for (const rule of judge(books, step)) broken.add(`${command.kind} in ${reload.state}: ${rule}`)
      const after = booksAfter(books, step)
      if (isRefusal(result)) walk(reload, attempt, after, left - 1, nowMs + BETWEEN_COMMANDS_MS)
      else {
        if (result.outcome !== undefined) outcomes.add(result.outcome)
        const open = result.opened ?? (result.closed === undefined ? attempt : undefined)
        walk(result.next, open, after, left - 1, nowMs + BETWEEN_COMMANDS_MS)
      }
    }
  }
  walk(aReload(), undefined, newBooks(START_MS), depth, START_MS)
  return { broken: [...broken], outcomes, sequences }
}

const POLICY: Policy = { errorRequeuesMax: 3, largestSizeIndex: 2, jitter: 0.5 }

function claimed(change: Partial<Reload> = {}, nowMs = START_MS): { reload: Reload; attempt: Attempt } {
  const decision = decide(aReload(change), undefined, CLAIM, POLICY, nowMs)
  if (isRefusal(decision)) throw new Error(`not claimed: ${decision.refused}`)
  return { reload: decision.next, attempt: decision.opened! }
}

function endOf(change: Partial<Reload>, end: AttemptEnd, state: 'RELOADING' | 'CANCELING' = 'RELOADING') {
  const { reload, attempt } = claimed(change)
  return decide({ ...reload, state }, attempt, ended(end), POLICY, START_MS + 1000) as Decision
}

describe('attempt end -> requeue or outcome (contract 02, section 2.1)', () => {
  const rows: readonly (readonly [string, Partial<Reload>, AttemptEnd, object])[] = [
    ['completed', {}, ENDS.completed, { state: 'SUCCEEDED', engineTime: 7 }],
    [
      'script error: never again, it would fail the same way',
      {},
      ENDS['script-error'],
      { state: 'FAILED', errorCode: 'EngineReloadScriptError', errorMessage: 'line 7: Unknown statement: X' },
    ],
    [
      'out of memory on the smallest size',
      { sizeIndex: 0 },
      ENDS['out-of-memory'],
      { state: 'QUEUED', sizeIndex: 1, requeuesTotal: 1, requeuesWithErrors: 1, faultRequeues: 0 },
    ],
    [
      'out of memory uses none of the retry budget',
      { sizeIndex: 1, faultRequeues: 3, requeuesTotal: 3, requeuesWithErrors: 3 },
      ENDS['out-of-memory'],
      { state: 'QUEUED', sizeIndex: 2, requeuesWithErrors: 4, faultRequeues: 3 },
    ],
    [
      'out of memory on the largest size',
      { sizeIndex: 2 },
      ENDS['out-of-memory'],
      { state: 'FAILED', errorCode: 'EngineOutOfMemory', crashedOnMaxSizeEngine: false },
    ],
    [
      'session refused because of the mark',
      {},
      ENDS.refused,
      { state: 'FAILED', errorCode: 'EngineCrashedOnMaxSize', crashedOnMaxSizeEngine: true },
    ],
    ['crashed, first time', {}, ENDS.crashed, { state: 'QUEUED', requeuesWithErrors: 1, faultRequeues: 1 }],
    [
      'crashed, budget used up',
      { faultRequeues: 3 },
      ENDS.crashed,
      {
        state: 'FAILED',
        errorCode: 'EngineConnectionError',
        errorMessage: 'failed to complete reload: unexpected EOF',
      },
    ],
    ['lost, last of the budget', { faultRequeues: 2 }, ENDS.lost, { state: 'QUEUED', faultRequeues: 3 }],
    [
      'lost, budget used up',
      { faultRequeues: 3 },
      ENDS.lost,
      { state: 'FAILED', errorCode: 'EngineConnectionError' },
    ],
    ['no session, first time', {}, ENDS['no-session'], { state: 'QUEUED', faultRequeues: 1 }],
    [
      'no session, budget used up',
      { faultRequeues: 3 },
      ENDS['no-session'],
      { state: 'FAILED', errorCode: 'EngineSessionError', errorMessage: 'no engine session: no memory' },
    ],
    [
      'the worker drains: no error, no budget, at once',
      { faultRequeues: 3 },
      ENDS['handed-back'],
      {
        state: 'QUEUED',
        requeuesTotal: 1,
        requeuesWithErrors: 0,
        faultRequeues: 3,
        notBefore: START_MS + 1000,
      },
    ],
    [
      'ran past the run limit',
      {},
      ENDS['timed-out'],
      { state: 'EXCEEDED_LIMIT', errorCode: 'ReloadRunTimeExceeded' },
    ],
    [
      'data too large',
      {},
      ENDS['data-too-large'],
      { state: 'EXCEEDED_LIMIT', errorCode: 'ReloadDataSizeExceeded' },
    ],
    ['canceled', {}, ENDS.canceled, { state: 'CANCELED' }],
  ]
  it.each(rows)('%s', (_label, before, end, after) => {
    const decision = endOf(before, end)
    expect(decision.next).toMatchObject(after)
    expect(decision.closed?.closed).toMatchObject({ at: START_MS + 1000, end })
  })

  it('marks the app on memory on the largest size only', () => {
    expect(endOf({ sizeIndex: 2 }, ENDS['out-of-memory']).markApp).toBe(true)
    expect(endOf({ sizeIndex: 1 }, ENDS['out-of-memory'])).not.toHaveProperty('markApp')
    expect(endOf({}, ENDS.refused)).not.toHaveProperty('markApp')
  })

  it('backs off 5 s, 30 s, 120 s after faults', () => {
    const waits = [0, 1, 2].map((faultRequeues) => {
      const { next } = endOf({ faultRequeues }, ENDS.crashed)
      return next.notBefore - next.queuedAt
    })
    expect(waits).toEqual([5000, 30_000, 120_000])
  })
})

describe('races', () => {
  it.each(Object.values(ENDS))('an accepted cancel makes every end CANCELED: %o', (end) => {
    const decision = endOf({}, end, 'CANCELING')
    expect(decision).toMatchObject({ outcome: 'CANCELED', next: { state: 'CANCELED', attempts: 1 } })
    expect(decision.next).not.toHaveProperty('engineTime')
    expect(decision.next).not.toHaveProperty('errorCode')
    expect(decision).not.toHaveProperty('markApp')
  })

  it('a cancel of a waiting reload ends it at once, also of a requeued one', () => {
    for (const attempts of [0, 2]) {
      const decision = decide(aReload({ attempts }), undefined, CANCEL, POLICY, START_MS + 5)
      expect(decision).toMatchObject({ outcome: 'CANCELED', next: { endedAt: START_MS + 5, attempts } })
    }
  })

  it('a repeated cancel is harmless', () => {
    const { reload, attempt } = claimed()
    const first = decide(reload, attempt, CANCEL, POLICY, START_MS) as Decision
    expect(decide(first.next, attempt, CANCEL, POLICY, START_MS)).toEqual(first)
  })

  it('the second end of an attempt finds nothing running', () => {
    const { next } = endOf({}, ENDS.crashed)
    expect(decide(next, undefined, ended(ENDS.completed), POLICY, START_MS)).toEqual({
      refused: 'not-running',
    })
  })

  it('is not claimed before its back-off is over', () => {
    const { next } = endOf({}, ENDS.crashed)
    expect(decide(next, undefined, CLAIM, POLICY, next.notBefore - 1)).toEqual({ refused: 'not-due' })
    expect(decide(next, undefined, CLAIM, POLICY, next.notBefore)).toMatchObject({ opened: { number: 2 } })
  })

  it('the queue limit counts all waits, and none of the runs', () => {
    const { next } = endOf({}, ENDS['handed-back'])
    const at = (nowMs: number) =>
      decide(next, undefined, { kind: 'queue-time-exceeded', limitMs: 1000 }, POLICY, nowMs)
    expect(at(next.queuedAt + 999)).toEqual({ refused: 'not-due' })
    expect(at(next.queuedAt + 1000)).toMatchObject({
      outcome: 'EXCEEDED_LIMIT',
      next: {
        errorCode: 'ReloadQueueTimeExceeded',
        errorMessage: 'reload waited longer than 1s in the queue',
      },
    })
  })
})

describe('what the deciding attempt leaves on the record', () => {
  it('its engine, its start and its duration; the log it told', () => {
    const { reload, attempt } = claimed()
    const session = { enginePoolName: 'engine-4g', engineStartedAt: 5, sessionAcquiredAt: START_MS + 1 }
    const command = { ...ended(ENDS.completed), log: 'Finished' } as ReloadCommand
    const decision = decide(reload, { ...attempt, session }, command, POLICY, START_MS + 31) as Decision
    expect(decision.next).toMatchObject({
      log: 'Finished',
      engine: { startedAt: 5, durationMs: 30, poolName: 'engine-4g' },
    })
  })
})
