/**
 * Runs a load script on the real engine in a folder of its own and writes down what came out, in the notation
 * of the tables of rules: `k,v: 1,x | 2,∅`. A number is written plainly, a dual as `text#number`, a text that
 * looks like a number in double quotes, an empty text as '', NULL as ∅.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ScriptRun } from '../../src/engine/channel/script-run.ts'
import { Database } from '../../src/engine/duckdb/database.ts'
import { restoreModel } from '../../src/engine/duckdb/model-file.ts'
import { pairValue, readableTable, readBatches } from '../../src/engine/duckdb/row-source.ts'
import type { TableModel } from '../../src/script/model/data-model.ts'
import type { Value } from '../../src/script/value/value.ts'
import { runChecked } from './checked-ahead.ts'
import { watchPlans } from './planned-ahead.ts'

watchPlans()

export interface ScriptCase {
  readonly rule: string
  readonly script: string
  /** Files of the connection `d` before the run. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Exactly these tables. */
  readonly tables?: Readonly<Record<string, string>>
  /** Some of the lines that TRACE wrote. */
  readonly traced?: readonly string[]
  /** The value of ScriptError and a part of the message. */
  readonly fault?: readonly [number, string]
}

export interface ScriptOutcome {
  readonly run: ScriptRun
  readonly tables: Record<string, string>
  /** Bytes of a file of connection `d` after the run. */
  readonly file: (name: string) => Promise<Buffer>
  readonly root: string
  readonly dataFile: string
}

/** Folders of machines that stand in scripts for those of connection `d`. */
const STANDS = [
  { folder: 'Q:/Old', below: '' },
  { folder: '//files/share', below: 'sub' },
]

export async function withScript<Result>(
  script: string,
  files: ScriptCase['files'],
  look: (outcome: ScriptOutcome) => Promise<Result> | Result,
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reprise-script-'))
  try {
    const root = path.join(folder, 'data')
    await mkdir(root)
    for (const [name, content] of Object.entries(files ?? {})) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true })
      await writeFile(path.join(root, name), content)
    }
    const dataFile = path.join(folder, 'app.duckdb')
    const run = await runChecked(
      {
        dataFile,
        script,
        variables: {},
        partial: false,
        appId: 'app-id',
        appName: 'App',
        connections: [{ name: 'd', root, writable: true, stands: STANDS }],
        threads: 2,
      },
      () => {},
    )
    const tables = run.end.kind === 'completed' ? await writtenTables(dataFile) : {}
    return await look({ run, tables, root, dataFile, file: (name) => readFile(path.join(root, name)) })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One test per row of a table of rules. */
export function describeScripts(block: string, cases: readonly ScriptCase[]): void {
  describe(block, () => {
    it.each(cases)('$rule', async (row) => {
      await withScript(row.script, row.files, ({ run, tables }) => {
        if (row.fault !== undefined) {
          expect(run.end).toMatchObject({ kind: 'failed', fault: { scriptError: row.fault[0] } })
          expect(run.end.kind === 'failed' && run.end.fault.message).toContain(row.fault[1])
          expect(run.tables).toEqual([])
          return
        }
        expect(run.end).toEqual({ kind: 'completed' })
        if (row.tables !== undefined) expect(tables).toEqual(row.tables)
        for (const line of row.traced ?? []) expect(run.progressLog.split('\r\n')).toContain(line)
      })
    })
  })
}

export async function writtenTables(dataFile: string): Promise<Record<string, string>> {
  const database = await Database.open({
    file: dataFile,
    privateFolder: `${dataFile}.look`,
    readOnly: true,
  })
  try {
    const { tables } = await restoreModel(database)
    const written: Record<string, string> = {}
    for (const table of tables) {
      const rows = await writtenRows(database, table)
      expect(rows.length).toBe(table.rows)
      written[table.name] = `${table.fields.map((field) => field.name).join(',')}: ${rows.join(' | ')}`
    }
    return written
  } finally {
    database.close()
  }
}

/** A text for each row, in their order. */
export async function writtenRows(database: Database, table: TableModel): Promise<string[]> {
  const rows: string[] = []
  await readBatches(database, readableTable(table), (batch, count) => {
    for (let at = 0; at < count; at++) {
      const cells: string[] = []
      for (let i = 0; i < batch.length; i += 2) {
        cells.push(notation(pairValue(batch[i]![at], batch[i + 1]![at])))
      }
      rows.push(cells.join(','))
    }
    return true
  })
  return rows
}

export function notation(value: Value): string {
  if (value === null) return '∅'
  if (value === '') return "''"
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return Number.isNaN(Number(value)) ? value : `"${value}"`
  return `${value.text}#${value.number}`
}

/** INLINE text of a table: `inline('a,b', '1,x', '2,y')`. */
export const inline = (...lines: readonly string[]): string => `INLINE [\n${lines.join('\n')}\n]`
