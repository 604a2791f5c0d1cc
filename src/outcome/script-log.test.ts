import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptEnd } from '../core/attempt.ts'
import { PROGRESS_LOG_MAX_BYTES } from '../core/limits.ts'
import { boundedLines, endedLog, runningLog, scriptLogEnd, scriptLogHead } from './script-log.ts'

const first = { reloadId: '6906d0a1b2c3d4e5f6071829', attempt: 1 }
const completed = {
  kind: 'completed',
  data: { version: 'x', engineTime: 1, fileBytes: 1 },
} as unknown as AttemptEnd
const tables =
  'Characters << AUTOGENERATE(26) 26 Lines fetched\r\nTransactions << AUTOGENERATE(1000) 2,027 Lines fetched\r\n'
const bytes = (text: string) => new TextEncoder().encode(text).length

const reached = { statement: 7, line: 12, text: 'Sales: LOAD *\nFROM x.csv', rowsRead: 1_234_567 }

describe('the log of the record', () => {
  test('without tables it is the sample of the contract, line by line', () => {
    expect(endedLog(first, '', completed)).toBe(
      [
        'ReloadID: 6906d0a1b2c3d4e5f6071829',
        'Started loading',
        '(A detailed script progress log can be downloaded when the reload is finished)',
        'App saved',
        'Finished successfully',
        '',
      ].join('\r\n'),
    )
  })

  test('with tables the second line says data, and an empty line stands before App saved', () => {
    expect(endedLog(first, tables, completed)).toBe(
      [
        'ReloadID: 6906d0a1b2c3d4e5f6071829',
        'Started loading data',
        '(A detailed script progress log can be downloaded when the reload is finished)',
        'Characters << AUTOGENERATE(26) 26 Lines fetched',
        'Transactions << AUTOGENERATE(1000) 2,027 Lines fetched',
        '',
        'App saved',
        'Finished successfully',
        '',
      ].join('\r\n'),
    )
  })

  test('a script error closes with the labels of the contract in their order', () => {
    const fault = {
      engineErrorCode: 11002,
      message: 'Unknown statement: ThisFailsForSure...',
      line: 7,
      statement: 'ThisFailsForSure...',
    }
    const log = endedLog(first, tables, { kind: 'script-error', fault })
    expect(log.split('\r\n').slice(5)).toEqual([
      '',
      'Data has not been loaded. Please correct the error and try loading again.',
      'The following error occurred:',
      'Unknown statement: ThisFailsForSure...',
      ' ',
      'The engine error code: EDC_ERROR:11002',
      'The error occurred here:',
      'ThisFailsForSure...',
      ' ',
      '',
    ])
  })

  test('a failure that no statement made names the engine error and no place', () => {
    const log = endedLog(first, '', { kind: 'crashed', message: 'killed by signal SIGKILL' })
    expect(log).toContain('killed by signal SIGKILL\r\n \r\nThe engine error code: EDC_ERROR:21\r\n \r\n')
    expect(log).not.toContain('The error occurred here')
  })

  test.each<[string, AttemptEnd, string]>([
    ['canceled', { kind: 'canceled' }, 'Reload canceled'],
    ['timed out', { kind: 'timed-out' }, 'Reload exceeded its time limit'],
  ])('%s is told by its last line', (_name, end, line) => {
    expect(endedLog(first, tables, end).split('\r\n').slice(-3)).toEqual(['', line, ''])
    expect(endedLog(first, '', end).endsWith(`is finished)\r\n${line}\r\n`)).toBe(true)
  })

  test.each<[string, AttemptEnd]>([
    ['canceled', { kind: 'canceled' }],
    ['timed out', { kind: 'timed-out' }],
    ['handed back', { kind: 'handed-back' }],
    ['out of memory', { kind: 'out-of-memory' }],
    ['crashed', { kind: 'crashed', message: 'killed' }],
  ])('of an attempt that ended before its script (%s) it tells statement, line, rows and text', (_, end) => {
    const log = endedLog(first, tables, end, reached)
    expect(log).toContain(
      'At statement 7 in line 12, with 1,234,567 rows read:\r\nSales: LOAD *\r\nFROM x.csv\r\n',
    )
    expect(endedLog(first, tables, end)).not.toContain('At statement')
  })

  test('from the second attempt on the first line says which attempt it is about', () => {
    const log = runningLog({ ...first, attempt: 2 }, tables)
    expect(log.split('\r\n')[0]).toBe('ReloadID: 6906d0a1b2c3d4e5f6071829 (attempt 2)')
  })

  test('lines end in CRLF whichever way the engine, the message or the statement broke them', () => {
    const fault = { engineErrorCode: 1, message: 'a\nb', line: 1, statement: 'LOAD\r\n*\rFROM x' }
    const log = endedLog(first, 'T << x 1 Lines fetched\n', { kind: 'script-error', fault })
    expect(log.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(log).toContain('LOAD\r\n*\r\nFROM x\r\n')
  })

  test('a log of many tables keeps head and tail within 64 KiB and says how much is missing', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `Täble${i} << INLINE ${i} Lines fetched\r\n`).join('')
    const log = endedLog(first, many, completed)
    expect(bytes(log)).toBeLessThanOrEqual(PROGRESS_LOG_MAX_BYTES)
    expect(bytes(log)).toBeGreaterThan(PROGRESS_LOG_MAX_BYTES - 200)
    expect(log.startsWith('ReloadID: 6906d0a1b2c3d4e5f6071829\r\nStarted loading data\r\n')).toBe(true)
    expect(
      log.endsWith('4999 << INLINE 4999 Lines fetched\r\n\r\nApp saved\r\nFinished successfully\r\n'),
    ).toBe(true)
    const kept = log.match(/Lines fetched/g)!.length
    const missing = Number(/\((\d),(\d{3}) lines left out\)/.exec(log)!.slice(1).join(''))
    expect(kept + missing).toBe(5000)
  })
})

describe('boundedLines', () => {
  const lines = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, i) => `${prefix} ${i} ${'x'.repeat(20)}\r\n`).join('')

  test('counts all lines left out of a text that was cut before, in one place', () => {
    let log = ''
    let written = 0
    for (const count of [100, 1, 30, 500, 2]) {
      log = boundedLines(lines(1, 'before') + log + lines(count, 'after'), 1000)
      written += 1 + count
      const all = log.split('\r\n').slice(0, -1)
      const gaps = all.filter((line) => line.endsWith(' left out)'))
      expect(gaps).toHaveLength(1)
      expect(Number(gaps[0]!.replace(/\D/g, '')) + all.length - 1).toBe(written)
    }
  })

  test('never passes its bound and never breaks a line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => s.replace(/[\r\n]/g, '.'))),
        fc.integer({ min: 60, max: 400 }),
        (all, max) => {
          const whole = all.join('\r\n')
          const cut = boundedLines(whole, max)
          expect(bytes(cut)).toBeLessThanOrEqual(Math.max(max, 0))
          if (bytes(whole) <= max) expect(cut).toBe(whole)
          const known = new Set(all)
          for (const line of cut.split('\r\n')) {
            if (!/^\(\d+ lines? left out\)$/.test(line)) expect(known.has(line) || line === '').toBe(true)
          }
        },
      ),
    )
  })
})

test('the head of the script log names app, reload, attempt, engine and start in the form of its lines', () => {
  const log = scriptLogHead({
    appId: 'a1',
    appName: 'Sales\nBerlin',
    reloadId: 'r1',
    attempt: 2,
    poolName: 'engine-4g',
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  })
  expect(log).toBe(
    [
      '2026-01-02T03:04:05.678Z      App: Sales Berlin (a1)',
      '2026-01-02T03:04:05.678Z      Reload: r1',
      '2026-01-02T03:04:05.678Z      Attempt: 2',
      '2026-01-02T03:04:05.678Z      Engine: engine-4g',
      '2026-01-02T03:04:05.678Z      Started: 2026-01-02T03:04:05.678Z',
      '',
    ].join('\r\n'),
  )
})

describe('the end of the full script log', () => {
  test.each([
    [{ kind: 'timed-out' }, 'Reload exceeded its time limit'],
    [{ kind: 'canceled' }, 'Reload canceled'],
    [{ kind: 'out-of-memory' }, 'The engine ran out of memory'],
    [{ kind: 'handed-back' }, 'Reload handed back to the queue'],
    [{ kind: 'crashed', message: 'killed\nby 9' }, 'The engine ended before the script did: killed by 9'],
  ] as const)('of an attempt that broke off says how: %o', (end, told) => {
    expect(scriptLogEnd(end, 0)).toBe(`1970-01-01T00:00:00.000Z      ${told}\r\n`)
  })

  test('says how far the script had come, where that is known', () => {
    expect(scriptLogEnd({ kind: 'canceled' }, 0, { ...reached, rowsRead: 1 })).toBe(
      '1970-01-01T00:00:00.000Z      Reload canceled, at statement 7 in line 12, with 1 row read\r\n',
    )
  })

  test("is the script's own where the script came to its end", () => {
    const fault = { engineErrorCode: 1, message: 'm', line: 1, statement: 'LOAD' }
    expect(scriptLogEnd({ kind: 'script-error', fault }, 0)).toBe('')
  })
})
