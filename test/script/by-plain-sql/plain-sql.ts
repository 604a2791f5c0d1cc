/**
 * The other way to a result: what a script means, written by hand as plain SQL and asked of DuckDB itself.
 * Nothing of the product stands between: no parser, no plan, no pairs.
 */
import { DuckDBDecimalValue, DuckDBInstance, DuckDBStructValue } from '@duckdb/node-api'

export interface PlainSql {
  /** Statements that come first. */
  readonly made?: string
  /** For each table of the script the query that gives its rows in their order. */
  readonly tables?: Readonly<Record<string, string>>
  /** A query for the lines that the script traces, in their order. */
  readonly traced?: string
}

/** Words for values with a text and a number, and for days as the language counts them. */
const WORDS = [
  "CREATE MACRO dual(t, n) AS {'t': t::VARCHAR, 'n': n::DOUBLE}",
  // A text that may read as a number.
  'CREATE MACRO mixed(t) AS dual(t, try_cast(t::VARCHAR AS DOUBLE))',
  "CREATE MACRO serial(d) AS date_diff('day', DATE '1899-12-30', d::DATE)",
  "CREATE MACRO unserial(n) AS DATE '1899-12-30' + n::INT",
  "CREATE MACRO iso(d) AS dual(strftime(d::DATE, '%Y-%m-%d'), serial(d))",
]

export interface PlainResult {
  /** In the notation of test/support/script-under-test.ts. */
  readonly tables: Readonly<Record<string, string>>
  readonly traced: readonly string[]
}

export async function plainResult({ made = '', tables = {}, traced }: PlainSql): Promise<PlainResult> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    for (const word of WORDS) await connection.run(word)
    for (const statement of made.split(/;\s*(?=CREATE|$)/)) {
      if (statement.trim() !== '') await connection.run(statement)
    }
    const written: Record<string, string> = {}
    for (const [name, query] of Object.entries(tables)) {
      const reader = await connection.runAndReadAll(query)
      const rows = reader.getRows().map((row) => row.map(cell).join(','))
      written[name] = `${reader.columnNames().join(',')}: ${rows.join(' | ')}`
    }
    const lines = traced === undefined ? [] : (await connection.runAndReadAll(traced)).getRows()
    return { tables: written, traced: lines.map(([line]) => String(line)) }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function cell(value: unknown): string {
  if (value === null) return '∅'
  if (value instanceof DuckDBDecimalValue) return String(value.toDouble())
  if (value instanceof DuckDBStructValue) {
    const { t, n } = value.entries
    if (t === null || String(n) === t) return cell(n)
    return n === null ? cell(t) : `${t}#${n}`
  }
  if (value === '') return "''"
  if (typeof value === 'string') return Number.isNaN(Number(value)) ? value : `"${value}"`
  return String(value)
}
