/**
 * The host of a running script: answers what the interpreter asks for (script/host.ts) from the tables, files
 * and mapping tables of this run. A statement works in one transaction and the model changes only with it,
 * so one that fails leaves tables and fields as they were. A fault of the script is an answer; everything
 * else is thrown and ends the run.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { RAN_STATEMENTS_MAX, type RanStatement } from '../../core/attempt.ts'
import { faultOf, faults } from '../../script/fault/fault.ts'
import { QVD_TIME_FORMAT } from '../../script/function/qvd-functions.ts'
import type { AutoNumberCounters } from '../../script/function/site/load-context.ts'
import { Preloads } from '../../script/function/site/preloads.ts'
import type { HostAnswer, HostRequest, ScriptClock, ScriptSystem } from '../../script/host.ts'
import {
  type DataModel,
  EMPTY_MODEL,
  type MappingTable,
  otherSection,
} from '../../script/model/data-model.ts'
import { withDerived, withHidden, withNotes } from '../../script/model/notes.ts'
import { withRenamedFields, withRenamedTables } from '../../script/model/renamed.ts'
import { type Planned, planned } from '../../script/plan/findings.ts'
import { type ModelShape, shapeOf } from '../../script/plan/model-shape.ts'
import {
  planAutoNumber,
  planDropFields,
  planDropMaps,
  planDropTables,
  planMapUse,
  planRenameFields,
  planRenameTables,
} from '../../script/plan/plan-change.ts'
import { planStore } from '../../script/plan/plan-store.ts'
import type { Expression } from '../../script/syntax/expression.ts'
import type { Section } from '../../script/syntax/statement.ts'
import { formatsOf } from '../../script/value/formats.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { PublishStaged } from '../channel/script-run.ts'
import { autoNumber } from '../duckdb/auto-number.ts'
import { dropFields, dropTables } from '../duckdb/change-tables.ts'
import type { Database } from '../duckdb/database.ts'
import { executeLoad } from '../duckdb/execute-load.ts'
import { LoadPipeline } from '../duckdb/load-pipeline.ts'
import { fieldValues } from '../duckdb/preload-data.ts'
import type { Reading } from '../duckdb/row-source.ts'
import { storeTable } from '../sink/store-table.ts'
import { fileFacts } from '../source/file-facts.ts'
import type { FilePaths } from '../source/file-paths.ts'
import { includedText } from '../source/include-file.ts'
import { sourcesOf } from '../source/open-source.ts'
import type { StagedFiles } from '../source/staged-files.ts'
import type { RunLog } from './run-log.ts'

/** Applications look for an engine build; this one reveals nothing about us. */
const QVD_BUILD_NUMBER = '50500'

export interface HostDeps {
  readonly database: Database
  readonly paths: FilePaths
  readonly staged: StagedFiles
  /** Present when stores are to be immediate. */
  readonly publish?: PublishStaged
  readonly runLog: RunLog
  readonly clock: ScriptClock
  readonly random: () => number
  readonly system: ScriptSystem
  readonly partial: boolean
  readonly signal?: AbortSignal
  /** What BINARY loads: tables that the database has already, or why there are none. */
  readonly other?: { readonly named: string; readonly model?: DataModel; readonly refusal?: string }
}

export class ScriptHost {
  readonly #deps: HostDeps
  readonly #maps = new Map<string, MappingTable>()
  readonly #counters: AutoNumberCounters = new Map()
  #section: Section = 'application'
  /** The tables of the current section; those of the other section are set aside. */
  #model: DataModel
  #rowsRead = 0
  /** Of the LOAD that runs. */
  readonly #reading: Reading = { rows: 0 }
  readonly #statements: RanStatement[] = []

  /** @param model the tables that the database has already */
  constructor(deps: HostDeps, model: DataModel = EMPTY_MODEL) {
    this.#deps = deps
    this.#model = model
  }

  /** The tables, with those of SECTION ACCESS set aside. */
  get model(): DataModel {
    return this.#section === 'access' ? otherSection(this.#model) : this.#model
  }

  get partial(): boolean {
    return this.#deps.partial
  }

  /** Rows read from sources so far. */
  get rowsRead(): number {
    return this.#rowsRead + this.#reading.rows
  }

  /** The first LOADs and STOREs that succeeded. */
  get statements(): readonly RanStatement[] {
    return this.#statements
  }

  async answer(request: HostRequest): Promise<HostAnswer> {
    try {
      return { kind: 'done', result: await this.#perform(request) }
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== undefined) return { kind: 'fault', fault }
      throw error
    }
  }

  /** With the tables of another app. */
  #begin(named: string): void {
    const { other } = this.#deps
    if (other?.named !== named) {
      throw faults.binary(`BINARY takes the plain id or name of an app, which '${named}' is not`)
    }
    if (other.model === undefined) throw faults.binary(other.refusal ?? 'The data of the app is not there')
    this.#model = other.model
  }

  #hide(prefix: string, suffix: string): void {
    this.#enter('application')
    this.#model = withHidden(this.#model, prefix, suffix)
  }

  async #perform(request: HostRequest): Promise<unknown> {
    const { database, paths, runLog, signal } = this.#deps
    switch (request.kind) {
      case 'load':
        return this.#timed(
          () => this.#load(request),
          ({ table, rows, fields }) => ({ type: 'load', table, rows, fields: fields.length }),
        )
      case 'store':
        return this.#timed(
          () => this.#store(request),
          ({ table, rows, fields }) => ({ type: 'store', table, rows, fields }),
        )
      case 'drop-tables':
        return this.#change(planDropTables(request.tables, this.#shape), (model, tables) =>
          dropTables(database, model, tables),
        )
      case 'drop-maps':
        for (const map of planned(planDropMaps(request.maps, this.#shape))) this.#maps.delete(map)
        return undefined
      case 'drop-fields':
        return this.#change(planDropFields(request.fields, request.tables, this.#shape), (model, drops) =>
          dropFields(database, model, drops),
        )
      case 'rename-tables':
        return this.#change(planRenameTables(request.pairs, this.#shape), withRenamedTables)
      case 'rename-fields':
        return this.#change(planRenameFields(request.pairs, this.#shape), withRenamedFields)
      case 'section':
        return this.#enter(request.section)
      case 'auto-number':
        return this.#change(planAutoNumber(request.patterns, this.#shape), (model, fields) =>
          autoNumber(database, model, this.#counters, fields, request.namespace),
        )
      case 'note':
        this.#model = withNotes(this.#model, request.note, request.of, request.entries)
        return undefined
      case 'hide-fields':
        return this.#hide(request.prefix, request.suffix)
      case 'derive':
        this.#model = withDerived(this.#model, request.derived)
        return undefined
      case 'mapping-pairs':
        return this.#maps.get(planned(planMapUse(request.map, this.#shape)))!.pairs
      case 'lookup':
        return this.#lookup(request.name, request.args, request.settings)
      case 'include':
        return this.#included(request.path, request.must)
      case 'field-values':
        return fieldValues(database, this.#model, request.field)
      case 'file-list':
        return this.#list(request.mask, request.folders ? 'folders' : 'files')
      case 'binary':
        return this.#begin(request.app)
      case 'directory':
        return paths.setDirectory(request.path)
      case 'sleep':
        return wait(request.milliseconds, undefined, signal === undefined ? {} : { signal })
      case 'log':
        return runLog.add(Date.now(), request.line, request.depth, request.text)
      case 'progress':
        return runLog.progress(request.text)
      case 'position':
        runLog.statement = request.statement
        runLog.line = request.line
        runLog.text = request.text
        return undefined
    }
  }

  /** What a script may want to know though it goes on. */
  #warn(text: string): void {
    const { runLog } = this.#deps
    runLog.add(Date.now(), undefined, 0, `Warning: ${text}`)
    runLog.progress(`Warning: ${text}`)
  }

  /** A folder that is not there, or may not be looked into, holds nothing to loop over. */
  #list(mask: string, what: 'files' | 'folders'): readonly string[] {
    try {
      return this.#deps.paths.list(mask, what)
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      this.#warn(`${fault.message}: the list is empty`)
      return []
    }
  }

  async #included(path: string, must: boolean): Promise<string | undefined> {
    const { paths } = this.#deps
    const text = await includedText(paths, path)
    if (text === undefined && must) throw paths.missing(path)
    return text
  }

  async #timed<Result>(
    run: () => Promise<Result>,
    tell: (result: Result) => Pick<RanStatement, 'type' | 'table' | 'rows' | 'fields'>,
  ): Promise<Result> {
    const startedAt = performance.now()
    const result = await run()
    if (this.#statements.length < RAN_STATEMENTS_MAX) {
      const durationMs = Math.round(performance.now() - startedAt)
      this.#statements.push({ ...tell(result), line: this.#deps.runLog.line, durationMs })
    }
    return result
  }

  /** What the planner is asked about. */
  get #shape(): ModelShape {
    return shapeOf(this.#model, this.#maps.keys())
  }

  /** @throws ScriptFaultError if the plan was refused */
  async #change<Plan>(
    answer: Planned<Plan>,
    execute: (model: DataModel, plan: Plan) => Promise<DataModel> | DataModel,
  ): Promise<void> {
    const plan = planned(answer)
    this.#model = await this.#deps.database.transaction(async () => execute(this.#model, plan))
  }

  #enter(section: Section): void {
    if (section !== this.#section) this.#model = otherSection(this.#model)
    this.#section = section
  }

  async #load({ statement, settings, rules, variable }: HostRequest & { kind: 'load' }) {
    const { database, paths } = this.#deps
    const context = { ...this.#context(settings), variable }
    const letters = this.#section === 'access' ? 'upper' : rules.letters
    const environment = {
      database,
      model: this.#model,
      sources: sourcesOf(database, paths, (text) => this.#warn(text)),
      context,
      rules: { ...rules, letters },
      reading: this.#reading,
    }
    // What a LOAD had read that failed, when ErrorMode lets the script go on.
    this.#rowsRead += this.#reading.rows
    this.#reading.rows = 0
    const executed = await database.transaction(() => executeLoad(statement, environment))
    this.#model = executed.model
    this.#rowsRead += executed.rowsRead
    this.#reading.rows = 0
    if (executed.map !== undefined) this.#maps.set(executed.map.name, executed.map)
    return executed.result
  }

  async #store({ statement, settings }: HostRequest & { kind: 'store' }) {
    const { database, clock, system, staged, publish } = this.#deps
    const creation = {
      createdUtc: formatsOf(settings).date(QVD_TIME_FORMAT).format(clock.utc()),
      creator: system.documentName,
      buildNumber: QVD_BUILD_NUMBER,
    }
    const plan = planned(planStore(statement, this.#shape))
    const { rows, target, stored } = await storeTable(
      statement,
      plan,
      settings,
      this.#model,
      database,
      this.#deps,
      creation,
    )
    if (publish !== undefined) {
      staged.forget(target)
      const refusal = await publish(stored)
      if (refusal !== undefined) throw faults.general(refusal)
    }
    return { rows, bytes: stored.bytes, table: plan.table, fields: plan.columns.length }
  }

  /** Evaluates a function outside a LOAD: the same function over constant arguments. */
  #lookup(name: string, args: readonly Value[], settings: Settings): Promise<Value> {
    const { database, paths } = this.#deps
    const files = { current: undefined, facts: (path: string) => fileFacts(paths, path) }
    const context = {
      ...this.#context(settings),
      model: this.#model,
      preloads: new Preloads(),
      files,
      variable: () => undefined,
    }
    const given = name === 'peek' ? peekArguments(args, this.#model.lastCreated) : args
    const call: Expression = { kind: 'call', name, args: given.map(literal), distinct: false }
    return new LoadPipeline(database, context).constant(call)
  }

  #context(settings: Settings) {
    const { clock, random, system, partial } = this.#deps
    return { settings, clock, random, system, partial, maps: this.#maps, counters: this.#counters }
  }
}

/** Outside a LOAD, Peek without a table reads the table created last. */
function peekArguments([field, row, table]: readonly Value[], lastCreated: string | undefined): Value[] {
  return [field ?? null, row === undefined ? -1 : row, table ?? lastCreated ?? null]
}

function literal(value: Value): Expression {
  if (typeof value === 'number') return { kind: 'number', value }
  if (typeof value === 'string') return { kind: 'text', value }
  if (value === null) return { kind: 'call', name: 'null', args: [], distinct: false }
  const args: Expression[] = [
    { kind: 'text', value: value.text },
    { kind: 'number', value: value.number },
  ]
  return { kind: 'call', name: 'dual', args, distinct: false }
}
