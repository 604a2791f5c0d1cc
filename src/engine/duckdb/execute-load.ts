/**
 * Executes a planned LOAD statement: opens its source, runs its steps, and puts the rows into the
 * model or into a mapping table. It runs in a transaction of the caller: a LOAD that fails changes
 * nothing (SEMANTICS Q3).
 */
import { defined } from '../../core/defined.ts'
import { faultOf, ScriptFaultError } from '../../script/fault/fault.ts'
import type { LoadContext, OutputTable } from '../../script/function/site/load-context.ts'
import { Preloads } from '../../script/function/site/preloads.ts'
import type { LoadResult, StoreRules } from '../../script/host.ts'
import { type DataModel, findTable, type MappingTable, takeTableName } from '../../script/model/data-model.ts'
import { planned } from '../../script/plan/findings.ts'
import { hasWildcard, type LoadTarget, replacedTable } from '../../script/plan/load-target.ts'
import { columnName } from '../../script/plan/merge-fields.ts'
import { shapeOf } from '../../script/plan/model-shape.ts'
import {
  type Constant,
  type ConstantName,
  type LoadPlan,
  type LoadScope,
  type PlannedLoad,
  planLoad,
  planStorage,
} from '../../script/plan/plan-load.ts'
import type { MergePlan, SinkPlan } from '../../script/plan/sink-plan.ts'
import type { SourcePlan } from '../../script/plan/source-plan.ts'
import { storedNames } from '../../script/plan/stored-names.ts'
import { storedValues } from '../../script/row/stored-values.ts'
import type { LoadStatement } from '../../script/syntax/statement.ts'
import type { Value } from '../../script/value/value.ts'
import { keyOf, type ValueKey } from '../../script/value/value-key.ts'
import { commitLoad, dropTable } from './commit-load.ts'
import type { Database } from './database.ts'
import { genericTables } from './generic-tables.ts'
import { LoadPipeline, type PreparedLoad } from './load-pipeline.ts'
import { mergedRows, withoutMerged } from './merge-rows.ts'
import { openSource } from './open-source.ts'
import { counted, type Reading, type RowSource, type Sources } from './row-source.ts'
import { TableWriter } from './table-writer.ts'
import { transformRows } from './transform-rows.ts'

export interface LoadEnvironment {
  readonly database: Database
  readonly model: DataModel
  readonly sources: Sources
  /** The part of the context that is the same for all files of a statement. */
  readonly context: Omit<LoadContext, 'model' | 'preloads' | 'files'>
  readonly rules: StoreRules
  /** Counts while the statement runs, for whoever looks on. */
  readonly reading: Reading
}

export interface ExecutedLoad {
  readonly model: DataModel
  /** The mapping table, for MAPPING LOAD. */
  readonly map?: MappingTable
  readonly result: LoadResult
  readonly rowsRead: number
}

export async function executeLoad(
  statement: LoadStatement,
  environment: LoadEnvironment,
): Promise<ExecutedLoad> {
  const { database, model, context, sources } = environment
  const replaced = replacedTable(statement, shapeOf(model, context.maps.keys()))
  const start = replaced === undefined ? model : await dropTable(database, model, replaced)
  const { source } = statement.levels.at(-1)!
  if (source.kind !== 'file' || !hasWildcard(source.path)) {
    return loadOne(statement, { ...environment, model: start }, undefined)
  }
  const files = sources.list(source.path)
  if (files.length === 0) throw sources.missing(source.path).at(source.span)
  return loadEach(statement, { ...environment, model: start }, files)
}

/**
 * One load per file, in order of names; the usual rules choose the table of each (SEMANTICS E12). An empty
 * file among others is passed over with a warning.
 */
async function loadEach(
  statement: LoadStatement,
  environment: LoadEnvironment,
  files: readonly string[],
): Promise<ExecutedLoad> {
  const { partial, ...prefixes } = statement.prefixes
  let each = statement
  let last: ExecutedLoad | undefined
  let rows = 0
  let rowsRead = 0
  const pairs: (readonly [Value, Value])[] = []
  const warnings: string[] = []
  for (const [index, file] of files.entries()) {
    const model = last?.model ?? environment.model
    const isOnly = last === undefined && index === files.length - 1
    const loaded = isOnly
      ? await loadOne(each, { ...environment, model }, file)
      : await loadUnlessEmpty(each, { ...environment, model }, file)
    if (loaded === undefined) {
      warnings.push(`The file '${file}' is empty and is passed over`)
      continue
    }
    last = loaded
    // The first file replaces the table, the others add to it.
    if (partial?.kind === 'replace') each = { ...statement, prefixes }
    rows += last.result.rows
    rowsRead += last.rowsRead
    if (last.map !== undefined) pairs.push(...last.map.pairs)
  }
  const { source } = statement.levels.at(-1)!
  const mask = source.kind === 'file' ? source.path.replaceAll('\\', '/') : ''
  const shown = mask.slice(mask.lastIndexOf('/') + 1)
  const map = last!.map && { map: mappingTable(last!.map.name, pairs) }
  const told = warnings.length > 0 ? { warnings } : {}
  return { ...last!, ...map, rowsRead, result: { ...last!.result, rows, source: shown, ...told } }
}

async function loadUnlessEmpty(
  statement: LoadStatement,
  environment: LoadEnvironment,
  file: string,
): Promise<ExecutedLoad | undefined> {
  if (environment.sources.facts(file)?.bytes === 0) return undefined
  try {
    return await loadOne(statement, environment, file)
  } catch (error) {
    if (faultOf(error)?.code === 'FileEmpty') return undefined
    throw error
  }
}

export function mappingTable(name: string, pairs: readonly (readonly [Value, Value])[]): MappingTable {
  const entries = new Map<ValueKey, Value>()
  for (const [from, to] of pairs) {
    const key = keyOf(from)
    if (key !== null && !entries.has(key)) entries.set(key, to)
  }
  return { name, entries, pairs }
}

/** A LOAD from one source: `file` is the one file of a path with wildcards. */
async function loadOne(
  statement: LoadStatement,
  environment: LoadEnvironment,
  file: string | undefined,
): Promise<ExecutedLoad> {
  const { model, context, rules } = environment
  const scope = {
    model: shapeOf(model, context.maps.keys()),
    rules,
    settings: context.settings,
    partial: context.partial,
    hasVariable: (name: string) => context.variable(name) !== undefined,
  }
  const fromText = notRefused(planLoad(statement, scope, file === undefined ? {} : { file }))
  return new OneLoad(statement, environment, scope, file).execute(fromText)
}

type Accepted = Exclude<PlannedLoad, { kind: 'refused' }>

function notRefused(answer: PlannedLoad): Accepted {
  if (answer.kind === 'refused') throw new ScriptFaultError(answer.faults[0])
  return answer
}

class OneLoad {
  readonly #statement: LoadStatement
  readonly #environment: LoadEnvironment
  readonly #scope: LoadScope
  readonly #file: string | undefined
  readonly #context: LoadContext
  readonly #pipeline: LoadPipeline

  constructor(
    statement: LoadStatement,
    environment: LoadEnvironment,
    scope: LoadScope,
    file: string | undefined,
  ) {
    this.#statement = statement
    this.#environment = environment
    this.#scope = scope
    this.#file = file
    const { sources, model } = environment
    const { source } = statement.levels.at(-1)!
    const current = source.kind === 'file' ? sources.facts(file ?? source.path) : undefined
    const files = { current, facts: sources.facts }
    this.#context = { ...environment.context, model, preloads: new Preloads(), files }
    this.#pipeline = new LoadPipeline(environment.database, this.#context)
  }

  async execute(fromText: Accepted): Promise<ExecutedLoad> {
    const { plan, source: opened, shown } = await this.#opened(fromText)
    const source = (plan.asItIs ? opened.asItIs?.(this.#context.settings) : undefined) ?? opened
    const prepared = await this.#transformed(plan, await this.#pipeline.prepare(plan, source))
    const executed = await this.#stored(this.#sink(plan, prepared), plan, prepared, shown)
    await this.#pipeline.close()
    return executed
  }

  /** The open source, and the plan completed by its fields. */
  async #opened(
    answer: Accepted,
  ): Promise<{ readonly plan: LoadPlan; readonly source: RowSource; readonly shown: string }> {
    if (answer.kind === 'plan') {
      const { plan } = answer
      return { plan, ...(await this.#open(plan.source, plan.rows ?? 0)) }
    }
    const constants = await this.#constants(answer.constants)
    const generates = answer.source.kind === 'autogenerate'
    const opened = generates ? undefined : await this.#open(answer.source, 0)
    const facts = {
      constants,
      ...defined({ fields: opened?.source.input.names, file: this.#file }),
    }
    const known = notRefused(planLoad(this.#statement, this.#scope, facts))
    if (known.kind === 'open') throw new Error('a LOAD whose source is open cannot be planned')
    const { plan } = known
    return { plan, ...(opened ?? (await this.#open(plan.source, plan.rows!))) }
  }

  async #open(source: SourcePlan, rows: number) {
    const { database, sources, reading } = this.#environment
    const { model, settings } = this.#context
    const deps = { database, model, sources, settings, pipeline: this.#pipeline }
    const opened = await openSource(source, deps, rows, this.#file)
    return { ...opened, source: counted(opened.source, reading) }
  }

  async #constants(open: readonly Constant[]): Promise<Partial<Record<ConstantName, Value>>> {
    const values: Partial<Record<ConstantName, Value>> = {}
    for (const { name, expression } of open) values[name] = await this.#pipeline.constant(expression)
    return values
  }

  /**
   * CROSSTABLE and similar prefixes: replaces the loaded rows by others. RowNo counts those that the prefix
   * gets.
   */
  async #transformed({ transform, distinct }: LoadPlan, prepared: PreparedLoad): Promise<PreparedLoad> {
    if (transform === undefined) return prepared
    const { model, settings } = this.#context
    const { table, rowsRead } = await this.#pipeline.loaded(prepared, distinct, NEW_TABLE)
    const made = await transformRows(this.#environment.database, model, settings, transform, table)
    return this.#pipeline.reload(made, rowsRead)
  }

  #sink(plan: LoadPlan, { fields }: PreparedLoad): SinkPlan {
    return plan.sink ?? planned(planStorage(this.#statement, this.#scope, fields, this.#file))
  }

  #stored(sink: SinkPlan, plan: LoadPlan, prepared: PreparedLoad, shown: string): Promise<ExecutedLoad> {
    switch (sink.kind) {
      case 'map':
        return this.#map(sink.name, prepared, shown)
      case 'generic':
        return this.#generic(sink.name, plan.distinct, prepared, shown)
      case 'table': {
        const distinct = plan.distinct && plan.transform === undefined
        const { model } = this.#environment
        return sink.merge === undefined
          ? this.#table(sink, distinct, prepared, shown, model)
          : this.#merge(sink, sink.merge, plan.distinct, prepared, shown)
      }
    }
  }

  /** A table for each attribute, with the keys and the values (SEMANTICS N5). */
  async #generic(
    name: string,
    distinct: boolean,
    prepared: PreparedLoad,
    shown: string,
  ): Promise<ExecutedLoad> {
    const { database, model, rules } = this.#environment
    const { table, rowsRead } = await this.#pipeline.loaded(prepared, distinct, NEW_TABLE)
    const made = await genericTables(
      database,
      model,
      table,
      name,
      (names) => storedNames(names, name, rules),
      this.#context.settings,
    )
    const result = { table: name, fields: prepared.fields, rows: table.rows, source: shown }
    return { model: made, result, rowsRead }
  }

  /** In a full reload only the loaded rows are merged with each other (SEMANTICS S6). */
  async #merge(
    sink: TableSink,
    merge: MergePlan,
    distinct: boolean,
    prepared: PreparedLoad,
    shown: string,
  ): Promise<ExecutedLoad> {
    const { database } = this.#environment
    let { model } = this.#environment
    const output = outputTable(sink.target, model)
    const { table, rowsRead } = await this.#pipeline.loaded(prepared, distinct, output)
    const { written, newest, sequence } = await mergedRows(database, merge, table)
    if (merge.into !== undefined) {
      const into = findTable(model, merge.into.table)!
      model = await withoutMerged(database, model, into, newest, merge.keys, merge.into.keys)
    }
    await database.run(`DROP TABLE ${newest.sqlName}`)
    const rows = this.#pipeline.reload(written, rowsRead)
    const executed = await this.#table(sink, distinct, rows, shown, model)
    return { ...executed, result: { ...executed.result, sequence } }
  }

  async #map(name: string, prepared: PreparedLoad, shown: string): Promise<ExecutedLoad> {
    const pairs: (readonly [Value, Value])[] = []
    const read = await this.#pipeline.run(prepared.chain, prepared.source, NEW_TABLE, ([from, to]) => {
      pairs.push([from!, to!])
    })
    const { model } = this.#environment
    const result = { table: name, fields: prepared.fields, rows: pairs.length, source: shown }
    return { model, map: mappingTable(name, pairs), result, rowsRead: prepared.rowsRead ?? read }
  }

  async #table(
    { fields, target }: TableSink,
    distinct: boolean,
    prepared: PreparedLoad,
    shown: string,
    before: DataModel,
  ): Promise<ExecutedLoad> {
    const { database } = this.#environment
    const { sqlName, model } = takeTableName(before)
    const columns = fields.map((_, index) => columnName(index))
    const { chain, source } = prepared
    const change = storedValues(fields, this.#environment.rules, this.#context.maps)
    const output = outputTable(target, before)
    const made =
      change === undefined && (await this.#pipeline.atOnce(chain, source, sqlName, columns, output))
    const { written, read } = made
      ? { written: made, read: made.rowsRead }
      : await this.#write(
          prepared,
          await TableWriter.create(database, sqlName, columns),
          fields,
          output,
          change,
        )
    const loaded = {
      sqlName,
      rows: written.rows,
      fields: fields.map((name, index) => ({
        name,
        column: columns[index]!,
        kinds: written.kinds[index]!,
        ...defined({ format: prepared.formats?.[index] }),
      })),
    }
    const committed = await commitLoad(database, model, target, loaded, distinct)
    const result = { table: committed.table, fields, rows: written.rows, source: shown }
    return { model: committed.model, result, rowsRead: prepared.rowsRead ?? read }
  }

  async #write(
    prepared: PreparedLoad,
    writer: TableWriter,
    fields: readonly string[],
    output: OutputTable,
    change: ((row: Value[]) => void) | undefined,
  ) {
    const { preloads } = this.#context
    let watched: { index: number; field: string }[] | undefined
    const write = (row: Value[]) => {
      change?.(row)
      writer.push(row)
      watched ??= fields
        .map((field, index) => ({ index, field }))
        .filter(({ field }) => preloads.knownField(field) !== undefined)
      for (const { index, field } of watched) preloads.addValue(field, row[index]!)
    }
    try {
      const read = await this.#pipeline.run(prepared.chain, prepared.source, output, write)
      return { written: writer.close(), read }
    } catch (error) {
      writer.abandon()
      throw error
    }
  }
}

type TableSink = Extract<SinkPlan, { kind: 'table' }>

const NEW_TABLE: OutputTable = { rowsBefore: 0 }

function outputTable(target: LoadTarget, model: DataModel): OutputTable {
  if (target.kind !== 'append') return NEW_TABLE
  return { rowsBefore: findTable(model, target.table)!.rows, name: target.table }
}
