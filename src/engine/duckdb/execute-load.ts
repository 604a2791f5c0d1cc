/**
 * Executes one LOAD statement: opens its source, runs its levels, and puts the rows into the model or into a
 * mapping table. All of it happens in one transaction of the caller: a LOAD that fails leaves everything as
 * it was (SEMANTICS Q3).
 */

import { faults } from '../../script/fault.ts'
import type { LoadResult, StoreRules } from '../../script/host.ts'
import {
  type Catalog,
  findTable,
  type MappingTable,
  type TableModel,
  takeTableName,
} from '../../script/plan/catalog-model.ts'
import {
  aliasedNames,
  checkUnique,
  defaultTableName,
  type LoadTarget,
  loadTarget,
  partialTarget,
  qualifiedNames,
} from '../../script/plan/load-target.ts'
import { columnName } from '../../script/plan/merge-fields.ts'
import { storedValues } from '../../script/plan/stored-values.ts'
import type { RowLimits } from '../../script/row/level-machine.ts'
import type { LoadContext, OutputTable } from '../../script/row/load-context.ts'
import { Preloads } from '../../script/row/preloads.ts'
import type { Expression } from '../../script/syntax/expression.ts'
import type { LoadStatement, Merge } from '../../script/syntax/statement.ts'
import { numberOf } from '../../script/value/convert.ts'
import { letterChange } from '../../script/value/letters.ts'
import type { Value } from '../../script/value/value.ts'
import { keyOf, type ValueKey } from '../../script/value/value-key.ts'
import { fileFacts } from '../source/file-facts.ts'
import { type FilePaths, hasWildcard } from '../source/file-paths.ts'
import { openSource } from '../source/open-source.ts'
import { commitLoad, dropTable } from './commit-load.ts'
import type { Database } from './database.ts'
import { genericTables } from './generic-tables.ts'
import { LoadPipeline, type PreparedLoad } from './load-pipeline.ts'
import { mergedRows, withoutMerged } from './merge-rows.ts'
import { TableWriter } from './table-writer.ts'
import { transformRows } from './transform-rows.ts'

export interface LoadEnvironment {
  readonly database: Database
  readonly catalog: Catalog
  readonly paths: FilePaths
  /** Everything of the context that does not belong to one file of one statement. */
  readonly context: Omit<LoadContext, 'catalog' | 'preloads' | 'files'>
  readonly rules: StoreRules
}

export interface ExecutedLoad {
  readonly catalog: Catalog
  /** The mapping table, for MAPPING LOAD. */
  readonly map?: MappingTable
  readonly result: LoadResult
  readonly rowsRead: number
}

export async function executeLoad(
  statement: LoadStatement,
  environment: LoadEnvironment,
): Promise<ExecutedLoad> {
  const { source } = statement.levels.at(-1)!
  const start = await afterReplace(statement, environment)
  if (source.kind !== 'file' || !hasWildcard(source.path)) {
    return new FileLoad(statement, { ...environment, catalog: start }, undefined).execute()
  }
  const files = environment.paths.list(source.path, 'files')
  if (files.length === 0) throw faults.fileNotFound(`Cannot open file '${source.path}'`)
  return loadEach(statement, { ...environment, catalog: start }, files)
}

/**
 * REPLACE takes the earlier table of its label away first, unless it reads that table (LANGUAGE, section 12).
 */
async function afterReplace(
  { label, prefixes, levels }: LoadStatement,
  { database, catalog }: LoadEnvironment,
): Promise<Catalog> {
  if (prefixes.partial?.kind !== 'replace' || label === undefined || prefixes.mapping) return catalog
  const { source } = levels.at(-1)!
  const table = findTable(catalog, label)
  const reads = (source.kind === 'resident' || source.kind === 'field') && source.table === label
  return table === undefined || reads ? catalog : dropTable(database, catalog, table)
}

/** One load per file, by name; each goes where the normal rules send it (SEMANTICS E12). */
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
  for (const file of files) {
    const catalog = last?.catalog ?? environment.catalog
    last = await new FileLoad(each, { ...environment, catalog }, file).execute()
    // What the first file replaced, the others add to.
    if (partial?.kind === 'replace') each = { ...statement, prefixes }
    rows += last.result.rows
    rowsRead += last.rowsRead
    if (last.map !== undefined) pairs.push(...last.map.pairs)
  }
  const { source } = statement.levels.at(-1)!
  const mask = source.kind === 'file' ? source.path.replaceAll('\\', '/') : ''
  const shown = mask.slice(mask.lastIndexOf('/') + 1)
  const map = last!.map && { map: mappingTable(last!.map.name, pairs) }
  return { ...last!, ...map, rowsRead, result: { ...last!.result, rows, source: shown } }
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
class FileLoad {
  readonly #statement: LoadStatement
  readonly #environment: LoadEnvironment
  readonly #file: string | undefined
  readonly #context: LoadContext
  readonly #pipeline: LoadPipeline

  constructor(statement: LoadStatement, environment: LoadEnvironment, file: string | undefined) {
    this.#statement = statement
    this.#environment = environment
    this.#file = file
    const { paths, catalog } = environment
    const { source } = statement.levels.at(-1)!
    const current = source.kind === 'file' ? fileFacts(paths, file ?? source.path) : undefined
    const files = { current, facts: (path: string) => fileFacts(paths, path) }
    this.#context = { ...environment.context, catalog, preloads: new Preloads(), files }
    this.#pipeline = new LoadPipeline(environment.database, this.#context)
  }

  async execute(): Promise<ExecutedLoad> {
    const { levels, prefixes } = this.#statement
    const place = { ...this.#environment, settings: this.#context.settings }
    const opened = await openSource(levels.at(-1)!, this.#file, place, this.#pipeline)
    const source = await this.#pipeline.sorted(opened.source, levels.at(-1)!)
    const prepared = await this.#transformed(
      await this.#pipeline.prepare(levels, source, await this.#limits()),
    )
    const executed = prefixes.mapping
      ? await this.#map(prepared, opened.shown)
      : prefixes.transform?.kind === 'generic'
        ? await this.#generic(prepared, opened.shown)
        : prefixes.merge !== undefined
          ? await this.#merge(prepared, opened.shown, prefixes.merge)
          : await this.#table(prepared, opened.shown, this.#environment.catalog)
    await this.#pipeline.close()
    return executed
  }

  async #limits(): Promise<RowLimits> {
    const { first, sample } = this.#statement.prefixes
    return {
      ...(first && { first: Math.floor(await this.#number(first, 'FIRST')) }),
      ...(sample && { sample: await this.#number(sample, 'SAMPLE') }),
    }
  }

  /** The number that a prefix is given, not below 0. */
  async #number(expression: Expression, prefix: string): Promise<number> {
    const value = numberOf(await this.#pipeline.constant(expression, prefix), this.#context.settings)
    if (value === null) throw faults.semantic(`${prefix} needs a number`)
    return Math.max(0, value)
  }

  /** CROSSTABLE and its kin: other rows in the place of the loaded ones. */
  async #transformed(prepared: PreparedLoad): Promise<PreparedLoad> {
    const { prefixes, levels } = this.#statement
    const { transform } = prefixes
    if (transform === undefined || transform.kind === 'generic') return prepared
    const { catalog, settings } = this.#context
    const { table, rowsRead } = await this.#pipeline.loaded(prepared, levels[0]!.distinct)
    const kept = transform.kind === 'crosstable' && transform.qualifiers
    const qualifiers = kept ? Math.floor(await this.#number(kept, 'CROSSTABLE')) : 1
    const { database } = this.#environment
    const made = await transformRows(database, catalog, settings, transform, qualifiers, table)
    return this.#pipeline.reload(made, rowsRead)
  }

  /** A table for each attribute, with the keys and the values (SEMANTICS N5). */
  async #generic(prepared: PreparedLoad, shown: string): Promise<ExecutedLoad> {
    const { label, levels } = this.#statement
    const { database, rules } = this.#environment
    const { table, rowsRead } = await this.#pipeline.loaded(prepared, levels[0]!.distinct)
    const name = label ?? defaultTableName(levels.at(-1)!.source, this.#environment.catalog, this.#file)
    const stem = (names: readonly string[]) =>
      qualifiedNames(aliasedNames(names, rules.alias), name, rules.qualify)
    const made = await genericTables(
      database,
      this.#environment.catalog,
      table,
      name,
      stem,
      this.#context.settings,
    )
    const result = { table: name, fields: prepared.fields, rows: table.rows, source: shown }
    return { catalog: made, result, rowsRead }
  }

  /** In a full reload only the loaded rows are merged with each other (SEMANTICS S6). */
  async #merge(prepared: PreparedLoad, shown: string, merge: Merge): Promise<ExecutedLoad> {
    const { database } = this.#environment
    let { catalog } = this.#environment
    const { table, rowsRead } = await this.#pipeline.loaded(prepared, this.#statement.levels[0]!.distinct)
    const { written, newest, sequence } = await mergedRows(database, merge, table)
    const { target } = this.#destination(written.names, catalog)
    if (this.#context.partial && target.kind === 'append') {
      catalog = await withoutMerged(database, catalog, target.table, newest, merge)
    }
    await database.run(`DROP TABLE ${newest.sqlName}`)
    const executed = await this.#table(this.#pipeline.reload(written, rowsRead), shown, catalog)
    return { ...executed, result: { ...executed.result, sequence } }
  }

  async #map(prepared: PreparedLoad, shown: string): Promise<ExecutedLoad> {
    const { label, levels } = this.#statement
    if (prepared.fields.length !== 2) {
      throw faults.semantic(`A mapping table has two fields, not ${prepared.fields.length}`)
    }
    const pairs: (readonly [Value, Value])[] = []
    const read = await this.#pipeline.run(
      prepared.chain,
      prepared.source,
      { rowsBefore: 0 },
      ([from, to]) => {
        pairs.push([from!, to!])
      },
    )
    const { catalog } = this.#environment
    const name = label ?? defaultTableName(levels.at(-1)!.source, catalog, this.#file)
    const result = { table: name, fields: prepared.fields, rows: pairs.length, source: shown }
    return { catalog, map: mappingTable(name, pairs), result, rowsRead: prepared.rowsRead ?? read }
  }

  async #table(prepared: PreparedLoad, shown: string, before: Catalog): Promise<ExecutedLoad> {
    const { database } = this.#environment
    const { prefixes, levels } = this.#statement
    const { fields, target } = this.#destination(prepared.fields, before)
    const { sqlName, catalog } = takeTableName(before)
    const columns = fields.map((_, index) => columnName(index))
    const { chain, source } = prepared
    const change = storedValues(fields, this.#environment.rules, this.#context.maps)
    const output = outputTable(target)
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
      fields: fields.map((name, index) => ({ name, column: columns[index]!, kinds: written.kinds[index]! })),
    }
    const distinct = prefixes.transform === undefined && levels[0]!.distinct
    const committed = await commitLoad(database, catalog, target, loaded, distinct)
    const result = { table: committed.table, fields, rows: written.rows, source: shown }
    return { catalog: committed.catalog, result, rowsRead: prepared.rowsRead ?? read }
  }

  /** Names as stored, and the table they go to. Known before any row is read: RowNo and Peek depend on it. */
  #destination(
    names: readonly string[],
    catalog: Catalog,
  ): { fields: readonly string[]; target: LoadTarget } {
    const { label, prefixes, levels } = this.#statement
    const { source } = levels.at(-1)!
    const { rules } = this.#environment
    const named = prefixes.join?.table ?? prefixes.concatenate?.table
    const table = label ?? named ?? defaultTableName(source, catalog, this.#file)
    const qualified = qualifiedNames(aliasedNames(names, rules.alias), table, rules.qualify)
    const change = letterChange(rules.letters)
    const fields = change === undefined ? qualified : qualified.map(change)
    checkUnique(fields)
    const before = this.#before(fields, catalog)
    if (before !== undefined) {
      const kind = prefixes.partial?.kind === 'replace' ? 'replace' : 'append'
      return { fields, target: { kind, table: before } }
    }
    return { fields, target: loadTarget(prefixes, label, source, fields, catalog, this.#file) }
  }

  /** The table of an earlier reload that ADD, REPLACE or MERGE is about; a full reload has none. */
  #before(fields: readonly string[], catalog: Catalog): TableModel | undefined {
    const { label, prefixes } = this.#statement
    const { partial, join, keep } = prefixes
    if (!this.#context.partial || partial === undefined || join !== undefined || keep !== undefined) {
      return undefined
    }
    return partialTarget(prefixes, label, fields, catalog)
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

function outputTable(target: LoadTarget): OutputTable {
  return target.kind === 'append'
    ? { rowsBefore: target.table.rows, name: target.table.name }
    : { rowsBefore: 0 }
}
