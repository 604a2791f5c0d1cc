/** Opens what a LOAD reads: a loaded table, rows out of nothing, or a text or file by its reader. */
import { faults } from '../../script/fault/fault.ts'
import { type DataModel, findField, findTable, type TableModel } from '../../script/model/data-model.ts'
import type { LoadedTableName, SourcePlan } from '../../script/plan/source-plan.ts'
import { textOf } from '../../script/value/convert.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Database } from './database.ts'
import type { LoadPipeline } from './load-pipeline.ts'
import { columnValues } from './preload-data.ts'
import { generatedSource, type RowSource, readableTable, type Sources, tableSource } from './row-source.ts'

export interface SourceDeps {
  readonly database: Database
  readonly model: DataModel
  readonly sources: Sources
  readonly settings: Settings
  readonly pipeline: LoadPipeline
}

export interface OpenedSource {
  readonly source: RowSource
  /** As the progress text shows it: "INLINE", "AUTOGENERATE(26)", "sales.csv", "RESIDENT Sales". */
  readonly shown: string
}

/**
 * @param rows of AUTOGENERATE
 * @param file the one file to read when the path of the source stands for several
 */
export async function openSource(
  plan: SourcePlan,
  { database, model, sources, settings, pipeline }: SourceDeps,
  rows: number,
  file: string | undefined,
): Promise<OpenedSource> {
  switch (plan.kind) {
    case 'inline':
      return { source: await sources.inline(plan.text, plan.format, settings), shown: 'INLINE' }
    case 'resident': {
      const table = readableTable(loadedTable(model, plan))
      const { order } = plan
      const source = order === undefined ? tableSource(database, table) : await pipeline.sorted(table, order)
      return { source, shown: `RESIDENT ${plan.table}` }
    }
    case 'autogenerate':
      return { source: generatedSource(database, rows), shown: `AUTOGENERATE(${rows})` }
    case 'field': {
      const shown = `FROM_FIELD ${plan.field}`
      const texts = await fieldTexts(database, loadedTable(model, plan), plan.field, settings)
      return { source: await sources.field(plan, texts, settings, shown), shown }
    }
    case 'file': {
      const path = file ?? plan.path
      const shown = path.replaceAll('\\', '/')
      const name = shown.slice(shown.lastIndexOf('/') + 1)
      return { source: await sources.file(plan, path, settings), shown: name }
    }
  }
}

function loadedTable(model: DataModel, { table, aside }: LoadedTableName): TableModel {
  return aside ? model.aside!.tables.find(({ name }) => name === table)! : findTable(model, table)!
}

const FIELD_TEXT_MAX_CHARACTERS = 256 * 1024 * 1024

/** The values of a field as texts. */
async function fieldTexts(
  database: Database,
  table: TableModel,
  name: string,
  settings: Settings,
): Promise<string[]> {
  const { column } = findField(table, name)!
  const texts: string[] = []
  let length = 0
  for (const value of await columnValues(database, table.sqlName, column)) {
    const text = textOf(value, settings) ?? ''
    length += text.length + 1
    if (length > FIELD_TEXT_MAX_CHARACTERS) {
      throw faults.general(
        `FROM_FIELD: the field '${name}' holds more than ${FIELD_TEXT_MAX_CHARACTERS} characters`,
      )
    }
    texts.push(text)
  }
  return texts
}
