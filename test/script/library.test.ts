/**
 * A library of subs in the manner of public ones, and a script that calls every sub. What it leaves behind is
 * compared cell by cell with a golden file that was worked out by hand.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withScript } from '../support/script-under-test.ts'

const FOLDER = new URL('library/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, FOLDER))
const SCRIPTS = readdirSync(FOLDER).filter((name) => name.endsWith('.qvs'))
const PARTS = SCRIPTS.filter((name) => name !== 'main.qvs')
const DATA = readdirSync(new URL('data/', FOLDER), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => `${parentPath}/${name}`.split('/library/data/')[1]!)

const FILES: Readonly<Record<string, Uint8Array>> = Object.fromEntries([
  ...PARTS.map((name) => [`lib/${name}`, read(name)]),
  ...DATA.map((name) => [name, read(`data/${name}`)]),
])

/** Tables of the golden file by name: a line of fields, then lines of cells, tabs between. */
const GOLDEN = Object.fromEntries(
  read('golden.tsv')
    .toString()
    .split(/^\[(.*)\]\n/m)
    .slice(1)
    .reduce<[string, string[][]][]>((tables, part, at, parts) => {
      if (at % 2 === 0) {
        const lines = parts[at + 1]!.split('\n').filter((line) => line !== '')
        tables.push([part, lines.map((line) => line.split('\t'))])
      }
      return tables
    }, []),
)

/** In the notation of tables that a script wrote, a number with its own digits for a text is the number. */
const written = ([fields, ...rows]: readonly string[][]) =>
  `${fields!.join(',')}: ${rows.map((row) => row.join(',')).join(' | ')}`.split(' | ')
const plainly = (rows: string) => rows.replace(/(?<=^|[ ,])([\d.-]+)#\1(?=$|,| \|)/g, '$1').split(' | ')

const text = (name: string) => read(name).toString()

describe('a library in the manner of public ones', () => {
  it('is of 1,500 lines, and its golden file has more than 300 cells', () => {
    const lines = SCRIPTS.flatMap((name) => text(name).split('\n'))
    expect(lines.length).toBeGreaterThanOrEqual(1500)
    const cells = Object.values(GOLDEN).flatMap(([, ...rows]) => rows.flat())
    expect(cells.length).toBeGreaterThanOrEqual(300)
  })

  it('has every sub called by another or by the script', () => {
    const all = SCRIPTS.map(text).join('\n').toLowerCase()
    const subs = [...all.matchAll(/^sub\s+([\w.]+)/gm)].map(([, name]) => name!)
    expect(subs.length).toBeGreaterThan(50)
    const uncalled = subs.filter((name) => {
      const called = new RegExp(`\\bcall\\s+${name.replaceAll('.', '\\.')}(?![\\w.])|'${name}'`)
      return !called.test(all)
    })
    expect(uncalled).toEqual([])
  })

  it('leaves behind what the golden file says', { timeout: 120_000 }, async () => {
    await withScript(text('main.qvs'), FILES, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      const found = Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, plainly(rows)]))
      for (const [name, rows] of Object.entries(GOLDEN)) expect.soft(found[name], name).toEqual(written(rows))
      expect(Object.keys(found).sort()).toEqual(Object.keys(GOLDEN).sort())
      const lines = run.progressLog.split('\r\n')
      expect(lines).toContain('=== [WARN] import nothing imported ===')
      expect(lines).not.toContain('never reached')
    })
  })
})
