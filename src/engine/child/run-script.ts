/**
 * Runs a load script on DuckDB, from its text to a data file with its tables. Returns how the script ended;
 * throws only for failures of disk or engine. The script is untrusted: it reaches no file outside the
 * connections, no network and no setting of the engine.
 */

import { constants, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defined } from '../../core/defined.ts'
import type { ReportProgress, ScriptRun, ScriptRunRequest } from '../channel/script-run.ts'
import { Database } from '../duckdb/database.ts'
import { restoreModel } from '../duckdb/model-file.ts'
import { FilePaths } from '../source/file-paths.ts'
import { StagedFiles } from '../source/staged-files.ts'
import { recoded } from '../source/text-encoding.ts'
import { RunLog } from './run-log.ts'
import { scriptClock } from './script-clock.ts'
import { ScriptDriver } from './script-driver.ts'
import { type HostDeps, ScriptHost } from './script-host.ts'

/** @throws Error if there is no disk space, or a data file cannot be created or read */
export async function runScript(request: ScriptRunRequest, report: ReportProgress): Promise<ScriptRun> {
  const startedAt = Date.now()
  const runLog = new RunLog()
  const { dataFile, dataBefore, partial, other, signal } = request
  const startsFrom = partial || other !== undefined ? dataBefore : undefined
  if (startsFrom !== undefined) {
    if (dataFile === ':memory:') throw new Error('data to start from needs a data file, not memory')
    await copyFile(startsFrom, dataFile, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
  const privateFolder = await makePrivateFolder(request)
  try {
    const database = await Database.open({ ...request, file: dataFile, privateFolder }, signal)
    try {
      const before = startsFrom === undefined ? undefined : await restoreModel(database)
      const loaded =
        partial || other === undefined ? {} : { other: { ...other, ...defined({ model: before }) } }
      const deps = { ...depsOf(request, database, runLog, startedAt), ...loaded }
      const host = new ScriptHost(deps, partial ? before : undefined)
      return await new ScriptDriver(request, host, deps, startedAt, report).run()
    } finally {
      database.close()
    }
  } finally {
    await rm(privateFolder, { recursive: true, force: true })
  }
}

/** A folder beside the data file is swept with it (pool/data-files.ts). */
async function makePrivateFolder({ dataFile, tempFolder }: ScriptRunRequest): Promise<string> {
  if (tempFolder !== undefined) return mkdtemp(path.join(tempFolder, 'run-'))
  if (dataFile === ':memory:') return mkdtemp(path.join(tmpdir(), 'reprise-run-'))
  const beside = `${dataFile}.tmp`
  await mkdir(beside, { recursive: true })
  return beside
}

function depsOf(request: ScriptRunRequest, database: Database, runLog: RunLog, startedAt: number): HostDeps {
  const staged = new StagedFiles(request.storesFolder ?? path.join(database.privateFolder, 'stores'))
  return {
    database,
    runLog,
    staged,
    paths: new FilePaths(request.connections, staged),
    clock: scriptClock(startedAt, request.lastReloadAt),
    random: Math.random,
    system: {
      documentName: request.appId,
      documentPath: request.appId,
      documentTitle: request.appName,
      computerName: 'reprise',
      osUser: 'reprise',
      engineVersion: 'Reprise',
      recode: recoded,
      attributes: {},
    },
    partial: request.partial,
    ...defined({ signal: request.signal, publish: request.publish }),
  }
}
