import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttemptEnd } from './attempt.ts'
import type { DataVersion } from './ids.ts'
import { CONDITIONS, type EndKind, judge, VERDICTS } from './verdict.ts'

const fault = { engineErrorCode: 11002, message: 'Unknown statement', line: 3, statement: 'x' }
const ENDS: { readonly [Kind in EndKind]: AttemptEnd & { kind: Kind } } = {
  completed: { kind: 'completed', data: { version: 'v' as DataVersion, engineTime: 7, fileBytes: 1 } },
  'script-error': { kind: 'script-error', fault },
  canceled: { kind: 'canceled' },
  'timed-out': { kind: 'timed-out' },
  'data-too-large': { kind: 'data-too-large', fileBytes: 9 },
  'out-of-memory': { kind: 'out-of-memory' },
  refused: { kind: 'refused' },
  crashed: { kind: 'crashed', message: 'unexpected EOF' },
  lost: { kind: 'lost' },
  'no-session': { kind: 'no-session', message: 'none' },
  'handed-back': { kind: 'handed-back' },
}

const moment = fc.record({
  end: fc.constantFrom(...Object.values(ENDS)),
  tried: fc.record({ sizeIndex: fc.nat(3), faultRequeues: fc.nat(5) }),
  policy: fc.record({ errorRequeuesMax: fc.nat(4), largestSizeIndex: fc.nat(3), jitter: fc.constant(0.5) }),
})

describe('the table of attempt ends', () => {
  it('has exactly one row for every end at every moment, and judges by it', () => {
    fc.assert(
      fc.property(moment, ({ end, tried, policy }) => {
        const rows = VERDICTS.filter(
          (row) => row.end === end.kind && (row.when === undefined || CONDITIONS[row.when](tried, policy)),
        )
        expect(rows).toHaveLength(1)
        expect(judge(end, tried, policy)).toMatchObject(rows[0]!.follows)
      }),
    )
  })

  it('gives an error message to what ends with an error code, and to nothing else', () => {
    fc.assert(
      fc.property(moment, ({ end, tried, policy }) => {
        const verdict = judge(end, tried, policy)
        if (verdict.kind === 'requeue') return
        const erroneous = verdict.outcome === 'FAILED' || verdict.outcome === 'EXCEEDED_LIMIT'
        expect('errorCode' in verdict).toBe(erroneous)
        expect('errorMessage' in verdict).toBe(erroneous)
        expect('engineTime' in verdict).toBe(verdict.outcome === 'SUCCEEDED')
      }),
    )
  })

  it('never climbs past the largest size, and ends every row of endings within budget and ladder', () => {
    fc.assert(
      fc.property(moment, ({ end, tried, policy }) => {
        const verdict = judge(end, tried, policy)
        if (verdict.kind !== 'requeue') return
        if (verdict.climb) expect(tried.sizeIndex).toBeLessThan(policy.largestSizeIndex)
        if (verdict.countsAsFault) expect(tried.faultRequeues).toBeLessThan(policy.errorRequeuesMax)
        if (!verdict.climb && !verdict.countsAsFault) expect(end.kind).toBe('handed-back')
      }),
    )
  })

  // Contract 02, sections 2.1 and 5, written down a second time by hand.
  const largest = { sizeIndex: 2, faultRequeues: 0 }
  const policy = { errorRequeuesMax: 3, largestSizeIndex: 2, jitter: 0 }
  it.each<[EndKind, { sizeIndex: number; faultRequeues: number }, object]>([
    ['completed', largest, { outcome: 'SUCCEEDED', engineTime: 7 }],
    ['script-error', largest, { outcome: 'FAILED', errorMessage: 'line 3: Unknown statement' }],
    ['canceled', largest, { outcome: 'CANCELED' }],
    ['timed-out', largest, { outcome: 'EXCEEDED_LIMIT', errorCode: 'ReloadRunTimeExceeded' }],
    ['data-too-large', largest, { outcome: 'EXCEEDED_LIMIT', errorCode: 'ReloadDataSizeExceeded' }],
    ['out-of-memory', { ...largest, sizeIndex: 1 }, { climb: true, withError: true, countsAsFault: false }],
    ['out-of-memory', largest, { outcome: 'FAILED', errorCode: 'EngineOutOfMemory', markApp: true }],
    ['refused', largest, { outcome: 'FAILED', crashedOnMaxSizeEngine: true }],
    ['crashed', { ...largest, faultRequeues: 2 }, { withError: true, countsAsFault: true }],
    ['crashed', { ...largest, faultRequeues: 3 }, { outcome: 'FAILED', errorCode: 'EngineConnectionError' }],
    ['lost', largest, { withError: true, countsAsFault: true }],
    ['no-session', { ...largest, faultRequeues: 3 }, { outcome: 'FAILED', errorCode: 'EngineSessionError' }],
    ['handed-back', { ...largest, faultRequeues: 3 }, { withError: false, countsAsFault: false }],
  ])('%s after %o', (kind, tried, expected) => {
    expect(judge(ENDS[kind], tried, policy)).toMatchObject(expected)
  })
})
