/**
 * Room `engine/duckdb`: executes plans in DuckDB and writes the data of an app. It decides nothing that a
 * plan could; readers and writers of other formats stand in `engine/source` and `engine/sink`.
 *
 * Runs the levels of a LOAD from the bottom up: rows flow through the row machines one by one, so that an
 * upper level sees what a lower one has written at once (LANGUAGE, section 6). Aggregation, and DISTINCT
 * below the top, need all rows of a level before the next can start: there the rows pass through a work
 * table.
 */
import { defined } from '../../core/defined.ts'
import { compile } from '../../script/evaluate/compile-expression.ts'
import { callInLoad } from '../../script/function/call-in-load.ts'
import type { Binding } from '../../script/function/site/binding.ts'
import type { InputRow, LoadContext, OutputTable } from '../../script/function/site/load-context.ts'
import type { MachineState } from '../../script/function/site/machine-state.ts'
import type { Preload } from '../../script/function/site/preloads.ts'
import type { ValueKinds } from '../../script/model/data-model.ts'
import { type GroupPlan, inputItems, resultNames } from '../../script/plan/group-plan.ts'
import { fieldItem, type OrderTerm } from '../../script/plan/level-plan.ts'
import type { LoadPlan } from '../../script/plan/plan-load.ts'
import type { LevelRules } from '../../script/plan/row-plan.ts'
import { LevelMachine } from '../../script/row/level-machine.ts'
import type { Expression } from '../../script/syntax/expression.ts'
import { textOf } from '../../script/value/convert.ts'
import type { FieldFormat } from '../../script/value/field-format.ts'
import type { Value } from '../../script/value/value.ts'
import { type AggregationSql, aggregationSql, groupedRowsSql, groupSql } from '../sql/aggregation-sql.ts'
import { levelQuery, pickedFields } from '../sql/level-sql.ts'
import { distinctSql, sortedSql } from '../sql/table-sql.ts'
import type { Database } from './database.ts'
import { fillPreload, startHistory } from './preload-data.ts'
import { type ReadableTable, type RowSource, tableSource } from './row-source.ts'
import { TableWriter, type WrittenRows } from './table-writer.ts'
import type { LoadedTable } from './transform-rows.ts'

/** The work that remains once all levels but the top one have run. */
export interface PreparedLoad {
  readonly source: RowSource
  readonly chain: readonly LevelRules[]
  /** Fields of the top level. */
  readonly fields: readonly string[]
  /** Rows read from the source of the statement; undefined if it has not been read yet. */
  readonly rowsRead: number | undefined
  /** How its fields show their numbers; absent: not told. */
  readonly formats?: readonly (FieldFormat | undefined)[]
}

export class LoadPipeline {
  readonly #database: Database
  readonly #context: LoadContext
  readonly #filled = new Set<Preload>()
  readonly #workTables: string[] = []

  constructor(database: Database, context: LoadContext) {
    this.#database = database
    this.#context = context
  }

  /** A table in the order of its fields (SEMANTICS J13, J14). */
  async sorted(table: ReadableTable, order: readonly OrderTerm[]): Promise<RowSource> {
    const terms = order.map(({ field, descending }) => {
      const at = table.names.indexOf(field)
      return { column: table.columns[at]!, descending, texts: table.kinds?.[at]?.texts ?? true }
    })
    const { collationLocale } = this.#context.settings
    const result = this.#database.workTable()
    await this.#database.run(
      `CREATE TEMP TABLE ${result} AS ${sortedSql(table.sqlName, table.columns, terms, collationLocale)}`,
    )
    const { source: work } = await this.#workSource(result, table.names, table.columns, 0)
    return tableSource(this.#database, {
      ...work.table!,
      ...defined({ kinds: table.kinds, formats: table.formats }),
    })
  }

  /** Runs every level below the last chain of row machines. */
  async prepare({ steps, fields, origins }: LoadPlan, bottom: RowSource): Promise<PreparedLoad> {
    let source = bottom
    let chain: LevelRules[] = []
    let rowsRead: number | undefined
    for (const step of steps) {
      if (step.kind === 'rows') {
        chain.push(step.rules)
        continue
      }
      const made =
        step.kind === 'group'
          ? await this.#groups(chain, source, step.group)
          : await this.#distinct(chain, source)
      rowsRead ??= made.rowsRead
      source = made.source
      chain = []
    }
    const formats = origins?.map((origin) =>
      origin !== undefined && 'field' in origin ? bottom.formats?.get(origin.field) : origin?.format,
    )
    return { source, chain, fields, rowsRead, ...defined({ formats }) }
  }

  /**
   * Makes the table of a chain in one query, if the chain is one level that only picks fields of a source
   * that can copy them, or that reads a table and computes only expressions with SQL of the same meaning.
   * Returns undefined if the row machine is needed.
   */
  async atOnce(
    chain: readonly LevelRules[],
    source: RowSource,
    made: string,
    columns: readonly string[],
    output: OutputTable | undefined,
    temporary = false,
  ): Promise<(WrittenRows & { readonly rowsRead: number }) | undefined> {
    const [rules] = chain
    const { table } = source
    if (chain.length !== 1) return undefined
    const positions = source.copy && pickedFields(rules!, source.input.names)
    if (positions !== undefined) {
      const { first } = rules!
      const limit = first === undefined ? {} : { first }
      const copied = await source.copy!({ positions, table: made, columns, temporary, ...limit })
      return copied && { ...copied, rowsRead: copied.rows }
    }
    if (table === undefined) return undefined
    const query = this.#query(rules!, table, columns, output)
    if (query === undefined) return undefined
    await this.#database.run(`CREATE ${temporary ? 'TEMP ' : ''}TABLE ${made} AS ${query.sql} ORDER BY rn`)
    const rows = await this.#database.count(made)
    return { rows, kinds: query.kinds, rowsRead: Math.min(table.rows, rules!.first ?? table.rows) }
  }

  /**
   * Runs the rows through the levels; `write` receives those of the last one. Returns the number of rows
   * read from the source.
   */
  async run(
    chain: readonly LevelRules[],
    source: RowSource,
    output: OutputTable | undefined,
    write: (row: Value[]) => void,
  ): Promise<number> {
    const machines: LevelMachine[] = []
    let input: InputRow = source.input
    let wanted = true
    for (const [index, rules] of chain.entries()) {
      const isLast = index === chain.length - 1
      const next = { names: rules.items.map((item) => item.name), values: rules.items.map((): Value => null) }
      const pass = (row: Value[]) => {
        for (let i = 0; i < row.length; i++) next.values[i] = row[i]!
        if (!machines[index + 1]!.read()) wanted = false
      }
      const table = isLast ? output : undefined
      machines.push(new LevelMachine(rules, input, this.#context, table, isLast ? write : pass))
      input = next
    }
    await this.#fill()
    if (output?.name !== undefined) {
      for (const [field, history] of machines.at(-1)!.histories) {
        await startHistory(this.#database, this.#context.model, output.name, field, history)
      }
    }
    const [bottom] = machines
    if (!machines.every((machine) => machine.wantsRows)) return 0
    return source.each(bottom!.used, () => bottom!.read() && wanted)
  }

  /** The value of an expression that must not depend on a row: AUTOGENERATE, FIRST, a rank, a delimiter. */
  async constant(expression: Expression): Promise<Value> {
    const evaluate = compile(expression, this.#constantBinding())
    await this.#fill()
    return evaluate()
  }

  /**
   * All rows of a prepared load in a work table with columns i0, i1 ..., each once where they are `distinct`.
   */
  async loaded(
    { chain, source, fields, rowsRead }: PreparedLoad,
    distinct: boolean,
    output: OutputTable,
  ): Promise<{ readonly table: LoadedTable; readonly rowsRead: number }> {
    const columns = fields.map((_, index) => `i${index}`)
    const work = await this.#workTable(chain, source, columns, output)
    let sqlName = work.table
    if (distinct) {
      sqlName = this.#database.workTable()
      await this.#database.run(`CREATE TEMP TABLE ${sqlName} AS ${distinctSql(work.table, columns)}`)
      await this.#drop(work.table)
    }
    this.#workTables.push(sqlName)
    const rows = await this.#database.count(sqlName)
    const table = { sqlName, rows, names: fields, columns, kinds: work.kinds }
    return { table, rowsRead: rowsRead ?? work.rowsRead }
  }

  /** A load of all rows of a work table, which is dropped afterwards. */
  reload(table: LoadedTable, rowsRead: number): PreparedLoad {
    this.#workTables.push(table.sqlName)
    const items = table.names.map(fieldItem)
    const source = tableSource(this.#database, table)
    return { source, chain: [{ items }], fields: table.names, rowsRead }
  }

  /** Drops the work tables that were read from. */
  async close(): Promise<void> {
    await this.#drop(...this.#workTables.splice(0))
  }

  async #fill(): Promise<void> {
    for (const preload of this.#context.preloads.requests()) {
      if (this.#filled.has(preload)) continue
      await fillPreload(this.#database, this.#context.model, preload)
      this.#filled.add(preload)
    }
  }

  #constantBinding(): Binding {
    const context = this.#context
    const state: MachineState = {
      recNo: 0,
      iterNo: 0,
      output: undefined,
      rowsWritten: 0,
      histories: new Map(),
      afterRow: [],
      multipliers: [],
      inCondition: true,
    }
    return {
      ...context,
      unknownNameIsNull: false,
      name: (name) => {
        const value = context.variable(name)
        return value === undefined ? undefined : () => value
      },
      call: (name, args, compileArgument) =>
        callInLoad(name, args, { context, state, outputNames: new Set(), compile: compileArgument }),
    }
  }

  async #groups(chain: readonly LevelRules[], source: RowSource, plan: GroupPlan) {
    const names = inputItems(plan).map((item) => item.name)
    const work = this.#inputQuery(chain, source, names) ?? (await this.#workTable(chain, source, names))
    const grouped = this.#database.workTable()
    const result = this.#database.workTable()
    const aggregations = await this.#aggregations(plan, grouped, work.kinds)
    const rowsOfGroups = aggregations.some((each) => each.subquery !== undefined)
    if (rowsOfGroups) {
      await this.#database.run(`CREATE TEMP TABLE ${grouped} AS ${groupedRowsSql(work.table, plan.keys)}`)
    }
    const read = rowsOfGroups ? grouped : work.table
    const sql = groupSql(read, plan.keys, aggregations, work.kinds)
    await this.#database.run(`CREATE TEMP TABLE ${result} AS ${sql}`)
    await this.#drop(...(work.isQuery ? [] : [work.table]), ...(rowsOfGroups ? [grouped] : []))
    const keys = Array.from({ length: plan.keys }, (_, index) => `k${index}`)
    const columns = [...keys, ...plan.aggregations.map((_, index) => `a${index}`)]
    return this.#workSource(result, resultNames(plan), columns, work.rowsRead)
  }

  /**
   * The rows of a chain as a subquery, if `atOnce` would make a table of them that is read only
   * once.
   */
  #inputQuery(chain: readonly LevelRules[], { table }: RowSource, columns: readonly string[]) {
    const [rules] = chain
    if (chain.length !== 1 || table === undefined) return undefined
    const query = this.#query(rules!, table, columns, undefined)
    return query && { table: `(${query.sql})`, isQuery: true, rowsRead: table.rows, kinds: query.kinds }
  }

  /** Undefined: only the row machine can make the rows. */
  #query(
    rules: LevelRules,
    table: ReadableTable,
    columns: readonly string[],
    output: OutputTable | undefined,
  ) {
    const { kinds } = table
    if (kinds === undefined) return undefined
    return levelQuery(rules, { ...table, kinds }, columns, output, this.#context.settings)
  }

  /** @param grouped the table that aggregations with a subquery read */
  async #aggregations(
    plan: GroupPlan,
    grouped: string,
    kinds: readonly ValueKinds[],
  ): Promise<AggregationSql[]> {
    const aggregations = []
    for (const aggregation of plan.aggregations) {
      const { constant } = aggregation
      const value = constant && (await this.constant(constant))
      const known = constant && {
        text: textOf(value!, this.#context.settings) ?? '',
        number:
          typeof value === 'object' ? (value?.number ?? null) : typeof value === 'number' ? value : null,
      }
      aggregations.push(
        aggregationSql(aggregation, known, grouped, this.#context.settings, kinds[aggregation.value]),
      )
    }
    return aggregations
  }

  async #distinct(chain: readonly LevelRules[], source: RowSource) {
    const names = chain.at(-1)!.items.map((item) => item.name)
    const columns = names.map((_, index) => `i${index}`)
    const work = await this.#workTable(chain, source, columns)
    const result = this.#database.workTable()
    await this.#database.run(`CREATE TEMP TABLE ${result} AS ${distinctSql(work.table, columns)}`)
    await this.#drop(work.table)
    return this.#workSource(result, names, columns, work.rowsRead)
  }

  /** @param output undefined for rows of a lower level */
  async #workTable(
    chain: readonly LevelRules[],
    source: RowSource,
    columns: readonly string[],
    output?: OutputTable,
  ) {
    const table = this.#database.workTable()
    const made = await this.atOnce(chain, source, table, columns, output, true)
    if (made !== undefined) return { table, isQuery: false, rowsRead: made.rowsRead, kinds: made.kinds }
    const writer = await TableWriter.create(this.#database, table, columns, true)
    try {
      const rowsRead = await this.run(chain, source, output, (row) => writer.push(row))
      return { table, isQuery: false, rowsRead, kinds: writer.close().kinds }
    } catch (error) {
      writer.abandon()
      throw error
    }
  }

  async #workSource(table: string, names: readonly string[], columns: readonly string[], rowsRead: number) {
    this.#workTables.push(table)
    const rows = await this.#database.count(table)
    const source = tableSource(this.#database, { sqlName: table, rows, names, columns })
    return { source, rowsRead }
  }

  async #drop(...tables: readonly string[]): Promise<void> {
    for (const table of tables) await this.#database.run(`DROP TABLE ${table}`)
  }
}
