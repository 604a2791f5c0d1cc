import { describe, expect, it } from 'vitest'
import { PROGRESS_LOG_MAX_BYTES, SCRIPT_LOG_PIECE_MAX_BYTES } from '../../core/limits.ts'
import { RunLog } from './run-log.ts'

describe('What a script tells', () => {
  it('is written line by line, with the time and the line of the script', () => {
    const runLog = new RunLog()
    for (let line = 1; line <= 10_000; line++) runLog.add(0, line, 1, 'TRACE x')
    runLog.add(0, undefined, 1, 'two\nlines')
    const lines = runLog.scriptLog.split('\r\n')
    expect(lines.length).toBe(10_003)
    expect(lines[0]).toBe('1970-01-01T00:00:00.000Z 0001   TRACE x')
    expect(lines.slice(-4)).toEqual([
      '1970-01-01T00:00:00.000Z 10000   TRACE x',
      '1970-01-01T00:00:00.000Z          two',
      '1970-01-01T00:00:00.000Z          lines',
      '',
    ])
  })

  it('is taken in pieces of new lines, each bounded', () => {
    const runLog = new RunLog()
    expect(runLog.takeNewLines()).toBe('')
    runLog.add(0, 1, 0, 'a')
    runLog.add(0, 2, 0, 'b')
    expect(runLog.takeNewLines()).toBe(runLog.scriptLog)
    runLog.add(0, 3, 0, 'c')
    expect(runLog.takeNewLines()).toBe('1970-01-01T00:00:00.000Z 0003 c\r\n')
    for (let line = 1; line <= 20_000; line++) runLog.add(0, line, 0, 'x'.repeat(100))
    const piece = runLog.takeNewLines()
    expect(piece.length).toBeLessThanOrEqual(SCRIPT_LOG_PIECE_MAX_BYTES)
    expect(piece).toContain('lines left out)')
    expect(piece).toMatch(/ 20000 x+\r\n$/)
    expect(runLog.takeNewLines()).toBe('')
  })

  it('loses its middle when a script never stops telling, and neither beginning nor end', () => {
    const runLog = new RunLog()
    const long = 'x'.repeat(1000)
    let longest = 0
    for (let line = 1; line <= 60_000; line++) {
      runLog.add(0, line, 0, `${line} ${long}`)
      runLog.progress(`${line} ${long}`)
      if (line % 5000 === 0) longest = Math.max(longest, runLog.scriptLog.length)
    }
    expect(longest).toBeLessThan(33 * 1024 * 1024)
    expect(runLog.scriptLog).toMatch(/^\S+ 0001 1 xxx/)
    expect(runLog.scriptLog).toContain('lines left out)')
    expect(runLog.scriptLog.slice(-1100)).toContain(' 60000 60000 xxx')
    expect(runLog.progressLog.length).toBeLessThan(3 * PROGRESS_LOG_MAX_BYTES)
    expect(runLog.progressLog.slice(-1100)).toContain('60000 xxx')
  })
})
