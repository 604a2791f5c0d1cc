/**
 * Answers a checker from a folder: `lib://DataFiles/x` is x of the folder, as in `reprise reload`. Files are
 * opened as a reload opens them, for their fields alone; nothing is written.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Database } from '../engine/duckdb/database.ts'
import type { Sources } from '../engine/duckdb/row-source.ts'
import type { FileConnection } from '../engine/engine-session.ts'
import { FilePaths } from '../engine/source/file-paths.ts'
import { includedText } from '../engine/source/include-file.ts'
import { sourcesOf } from '../engine/source/open-source.ts'
import type { CheckAnswer, CheckRequest } from '../script/check/check-host.ts'
import { faultOf } from '../script/fault/fault.ts'
import { hasWildcard } from '../script/plan/load-target.ts'

export class CheckFiles {
  readonly #connections: readonly FileConnection[]
  readonly #database: Database
  readonly #temporary: string

  private constructor(connections: readonly FileConnection[], database: Database, temporary: string) {
    this.#connections = connections
    this.#database = database
    this.#temporary = temporary
  }

  static async open(connections: readonly FileConnection[]): Promise<CheckFiles> {
    const temporary = await mkdtemp(path.join(tmpdir(), 'reprise-check-'))
    const database = await Database.open({ file: ':memory:', privateFolder: temporary })
    return new CheckFiles(connections, database, temporary)
  }

  async close(): Promise<void> {
    this.#database.close()
    await rm(this.#temporary, { recursive: true, force: true })
  }

  async answer(request: CheckRequest): Promise<CheckAnswer> {
    try {
      return await this.#perform(request)
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      return { kind: 'fault', fault }
    }
  }

  async #perform(request: CheckRequest): Promise<CheckAnswer> {
    const paths = new FilePaths(this.#connections)
    paths.setDirectory(request.directory)
    switch (request.kind) {
      case 'place':
        if (request.use === 'writing') paths.forWriting(request.path)
        else paths.locate(request.path)
        return { kind: 'done', result: undefined }
      case 'include': {
        const text = await includedText(paths, request.path)
        if (text === undefined && request.must) throw paths.missing(request.path)
        if (text === undefined) return { kind: 'done', result: null }
        return { kind: 'done', result: { text, file: paths.find(request.path)!.real } }
      }
      case 'fields':
        return this.#fields(
          paths,
          request,
          sourcesOf(this.#database, paths, () => {}),
        )
    }
  }

  async #fields(
    paths: FilePaths,
    { source, settings }: CheckRequest & { kind: 'fields' },
    sources: Sources,
  ): Promise<CheckAnswer> {
    if (hasWildcard(source.path)) {
      const isThere = sources.list(source.path).length > 0
      return isThere ? { kind: 'unknown' } : { kind: 'fault', fault: paths.missing(source.path).fault }
    }
    const found = paths.find(source.path)
    if (!found?.stats.isFile()) return { kind: 'fault', fault: paths.missing(source.path).fault }
    const { input } = await sources.file(source, source.path, settings)
    return { kind: 'done', result: input.names }
  }
}
