import { describe, expect, it } from 'vitest'
import { ToldLog } from './told-log.ts'

/** So many lines of 100 characters, numbered from `from` on. */
const piece = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `${String(from + n).padEnd(98)}\r\n`).join('')

describe('the log of an engine that may never tell the whole', () => {
  it('is what it told, in order', () => {
    const log = new ToldLog()
    expect(log.text).toBe('')
    log.add(piece(0, 3))
    log.add(piece(3, 2))
    expect(log.text).toBe(piece(0, 5))
  })

  it('of very many lines has the first and the last, and says how many are missing', () => {
    const log = new ToldLog()
    const pieces = 40
    for (let n = 0; n < pieces; n++) log.add(piece(n * 2000, 2000))
    const lines = log.text.split('\r\n').slice(0, -1)
    const at = lines.findIndex((line) => line.endsWith(' lines left out)'))
    const leftOut = Number(/\(([\d,]+) /.exec(lines[at]!)![1]!.replaceAll(',', ''))
    const shown = lines.filter((_, index) => index !== at).map((line) => Number(line))
    expect(shown.length + leftOut).toBe(pieces * 2000)
    expect(shown.slice(0, at)).toEqual(Array.from({ length: at }, (_, n) => n))
    expect(shown.slice(at)).toEqual(shown.slice(at).map((_, n) => at + leftOut + n))
    expect(shown.at(-1)).toBe(pieces * 2000 - 1)
    expect(log.text.length).toBeLessThan(2.1 * 1024 ** 2)
  })
})
