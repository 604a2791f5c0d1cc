/**
 * The data of an app leaves as files, or comes in from an archive: what an engine process does in the place
 * of a script. An archive that is not what it says ends it as a fault of a script would.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { defined } from '../../core/defined.ts'
import type { DataTable } from '../../core/records.ts'
import { faults } from '../../script/fault/fault.ts'
import type { ScriptRun } from '../channel/script-run.ts'
import type { WorkRequest } from '../channel/session-protocol.ts'
import { Database } from '../duckdb/database.ts'
import { dataTables, saveModel } from '../duckdb/model-file.ts'
import { ArchivedDataError } from '../duckdb/model-text.ts'
import { profileData } from '../duckdb/profile-data.ts'
import type { DataTransfer } from '../engine-session.ts'
import { storeData } from '../sink/store-data.ts'
import { loadArchivedData } from '../source/archived-data.ts'
import { StagedFiles } from '../source/staged-files.ts'

export type TransferRequest = Pick<
  WorkRequest,
  'dataFile' | 'dataBefore' | 'memoryLimitBytes' | 'threads' | 'tempFolder' | 'storesFolder'
> & { readonly signal: AbortSignal }

/** @throws Error for failures of disk or engine, and when it is interrupted or runs out of memory */
export async function transferData(request: TransferRequest, transfer: DataTransfer): Promise<ScriptRun> {
  const startedAt = Date.now()
  const privateFolder = await mkdtemp(path.join(request.tempFolder, 'run-'))
  const staged = new StagedFiles(request.storesFolder)
  try {
    const done = await (transfer.kind === 'export'
      ? exported(request, privateFolder, staged)
      : imported(request, privateFolder, transfer.archive))
    return { ...runOf(startedAt), ...done, end: { kind: 'completed' }, storedFiles: staged.all }
  } catch (error) {
    if (!(error instanceof ArchivedDataError)) throw error
    const { fault } = faults.wrongFormat(error.message)
    return { ...runOf(startedAt), end: { kind: 'failed', fault, line: 1, statement: '' } }
  } finally {
    await rm(privateFolder, { recursive: true, force: true })
  }
}

type Made = Pick<ScriptRun, 'profile'> & { readonly tables: readonly DataTable[] }

async function exported(request: TransferRequest, privateFolder: string, staged: StagedFiles): Promise<Made> {
  if (request.dataBefore === undefined) throw new Error('there is no data to export')
  const options = { ...request, file: request.dataBefore, privateFolder, readOnly: true }
  const database = await Database.open(options, request.signal)
  try {
    await storeData(database, staged)
    return { tables: [] }
  } finally {
    database.close()
  }
}

async function imported(request: TransferRequest, privateFolder: string, archive: string): Promise<Made> {
  const database = await Database.open({ ...request, file: request.dataFile, privateFolder }, request.signal)
  try {
    const model = await loadArchivedData(database, archive)
    await saveModel(database, model)
    const profile = await profileData(database, model).catch(() => undefined)
    return { tables: dataTables(model), ...defined({ profile }) }
  } finally {
    database.close()
  }
}

function runOf(startedAt: number): Omit<ScriptRun, 'end'> {
  return {
    startedAt,
    engineTime: Date.now(),
    tables: [],
    reads: [],
    storedFiles: [],
    scriptLog: '',
    progressLog: '',
    rowsRead: 0,
    statements: [],
  }
}
