/**
 * All that a script can do, as it is seen from outside: how it ends, its tables with their texts, fields,
 * tags and comments, the files it writes, what it logs and waits for. Two scripts with equal outcomes did the
 * same.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runScript } from '../../../src/engine/child/run-script.ts'
import { ScriptHost } from '../../../src/engine/child/script-host.ts'
import { Database } from '../../../src/engine/duckdb/database.ts'
import { restoreModel } from '../../../src/engine/duckdb/model-file.ts'
import { moveFile } from '../../../src/engine/sink/move-file.ts'
import type { TableModel } from '../../../src/script/model/data-model.ts'
import { tally } from '../../support/script-tally.ts'
import { writtenRows } from '../../support/script-under-test.ts'

export interface Scene {
  /** Files of the connection `d`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** A script that ran before: the one that is looked at is a partial reload over its data. */
  readonly before?: string
}

export interface Outcome {
  /** `completed`, or the code of the fault. */
  readonly end: string
  readonly message?: string
  /** Everything else, in words. */
  readonly seen: unknown
}

export async function outcomeOf(script: string, { files = {}, before }: Scene): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reprise-act-'))
  try {
    const root = path.join(folder, 'data')
    await mkdir(root)
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true })
      await writeFile(path.join(root, name), content)
    }
    const dataBefore = path.join(folder, 'before.duckdb')
    if (before !== undefined) await runIn(folder, before, { dataFile: dataBefore, partial: false })
    const dataFile = path.join(folder, 'app.duckdb')
    const more = before === undefined ? { partial: false } : { partial: true, dataBefore }
    const { ran, waits } = await runIn(folder, script, { dataFile, ...more })
    const { end, progressLog, scriptLog } = ran
    if (end.kind === 'failed') return { end: end.fault.code, message: end.fault.message, seen: undefined }
    const seen = {
      model: await modelIn(dataFile),
      files: await filesIn(root),
      results: resultLines(scriptLog),
      progressLog,
      waits,
    }
    return { end: end.kind, seen }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runIn(
  folder: string,
  script: string,
  more: { readonly dataFile: string; readonly partial: boolean; readonly dataBefore?: string },
) {
  const waits: number[] = []
  const { answer } = ScriptHost.prototype
  ScriptHost.prototype.answer = function (request) {
    if (request.kind === 'sleep') waits.push(request.milliseconds)
    return answer.call(this, request)
  }
  try {
    const root = path.join(folder, 'data')
    const storesFolder = path.join(folder, 'stores')
    const connections = [{ name: 'd', root, writable: true }]
    const app = { variables: {}, appId: 'app-id', appName: 'App', threads: 1 }
    const ran = await runScript({ ...app, ...more, script, connections, storesFolder }, () => {})
    tally(script, ran.end)
    for (const { file, path: place } of ran.storedFiles) {
      await moveFile(path.join(storesFolder, file), path.join(root, place))
    }
    return { ran, waits }
  } finally {
    ScriptHost.prototype.answer = answer
  }
}

/** The lines of the log without the statements, which differ in any case, and without times. */
const resultLines = (scriptLog: string): string[] =>
  scriptLog
    .split('\r\n')
    .map((line) => line.slice(line.indexOf(' ') + 1))
    .filter((line) => !/^\d{4} /.test(line))

async function modelIn(file: string): Promise<unknown> {
  const database = await Database.open({ file, privateFolder: `${file}.look`, readOnly: true })
  try {
    const { tables, aside, notes, derived } = await restoreModel(database)
    const written = async (all: readonly TableModel[]) => {
      const texts: unknown[] = []
      for (const table of all) texts.push(await tableText(database, table))
      return texts
    }
    return {
      tables: await written(tables),
      aside: await written(aside?.tables ?? []),
      notes: [...(notes?.table ?? []), ...(notes?.field ?? [])],
      derived,
    }
  } finally {
    database.close()
  }
}

async function tableText(database: Database, table: TableModel): Promise<unknown> {
  const rows = await writtenRows(database, table)
  const { name, distinct, fields } = table
  return { name, distinct, fields: fields.map((field) => [field.name, field.kinds]), rows }
}

/** Bytes of each file, without the time at which a QVD was made. */
async function filesIn(root: string): Promise<Record<string, string>> {
  const names = (await readdir(root, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  const digests: Record<string, string> = {}
  for (const { parentPath, name } of names) {
    const bytes = await readFile(path.join(parentPath, name))
    const text = bytes.toString('latin1').replace(/<CreateUtcTime>[^<]*</, '<')
    digests[path.relative(root, path.join(parentPath, name))] = createHash('sha256')
      .update(text)
      .digest('hex')
  }
  return digests
}
