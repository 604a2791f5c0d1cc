/**
 * One engine session on DuckDB: one attempt in one engine process, watched from outside. Modes: waiting until
 * `run`, running until the script ends or the process is gone, then over for good; a process never serves
 * twice.
 *
 * Promises: `run` always resolves. The process is gone by then, so nothing writes to the new data any more,
 * and new data is durable before it is reported. The worker believes nothing from the process that it can
 * check itself.
 */
import { constants, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReachedPlace } from '../../core/attempt.ts'
import { defined } from '../../core/defined.ts'
import type { DataVersion } from '../../core/ids.ts'
import type { Log } from '../../core/ports.ts'
import type { ChildMessage, ReportedEnd, WorkRequest } from '../channel/session-protocol.ts'
import type {
  DataTransfer,
  EngineSession,
  EngineSize,
  PublishNow,
  ReportedFile,
  SessionEnd,
  SessionProgress,
  SessionWork,
  StagedFile,
  StoresSpool,
} from '../engine-session.ts'
import { databaseBytes } from '../sizes.ts'
import type { SessionFolder, Wall } from '../wall/wall.ts'
import type { DataFolder } from './data-files.ts'
import { handOver } from './hand-over.ts'
import type { ReadMemory } from './resident-memory.ts'
import { type ChildExit, exitText, type SessionChild } from './session-child.ts'
import { ToldLog } from './told-log.ts'

/** Often enough to notice within 100 MB at 2 GB/s of new memory. */
const MEMORY_LOOK_MS = 50

export interface SessionSurroundings {
  readonly data: DataFolder
  readonly spool: StoresSpool
  readonly folder: SessionFolder
  readonly wall: Wall
  /** Folders without links that contain the connections of all attempts. */
  readonly fileRoots: readonly string[]
  readonly readMemory: ReadMemory
  /** The system does not show the memory of processes, so the process reports its own. */
  readonly reportMemory: boolean
  readonly log: Log
}

const INTERRUPTED = { kind: 'crashed', message: 'the engine session was interrupted' } as const

type EndMessage = ChildMessage & { kind: 'end' }

export class DuckDbSession implements EngineSession {
  readonly size: EngineSize
  readonly #child: SessionChild
  readonly #around: SessionSurroundings
  #peakBytes = 0
  #overMemory = false
  #asked: 'nothing' | 'interrupt' | 'kill' = 'nothing'
  #running: Promise<SessionEnd> | undefined

  constructor(child: SessionChild, size: EngineSize, around: SessionSurroundings) {
    this.#child = child
    this.size = size
    this.#around = around
  }

  /** Id of the engine process. */
  get pid(): number {
    return this.#child.pid!
  }

  /** Resolves when nothing is taken from its folder any more. */
  async collected(): Promise<void> {
    await this.#running
  }

  run(
    work: SessionWork,
    report: (progress: SessionProgress) => void,
    publish?: PublishNow,
  ): Promise<SessionEnd> {
    if (this.#running !== undefined) throw new Error('an engine session runs once')
    this.#running = this.#run(work, report, publish)
    return this.#running
  }

  async #run(
    work: SessionWork,
    report: (progress: SessionProgress) => void,
    publish: PublishNow | undefined,
  ): Promise<SessionEnd> {
    let last: SessionProgress | undefined
    const publishing = this.#publishing(publish)
    const toldLog = new ToldLog()
    const told = new Promise<EndMessage>((resolve) => {
      this.#child.onMessage = (message) => {
        if (message.kind === 'end') resolve(message)
        else if (message.kind === 'log') toldLog.add(message.lines)
        else if (message.kind === 'memory') this.#weigh(message.residentBytes)
        else if (message.kind === 'stored') publishing.one(message.file)
        else if (message.kind === 'progress') {
          last = message.progress
          report(message.progress)
        }
      }
    })
    void this.#begin(work, publish !== undefined)
    const watch = setInterval(() => this.#look(), MEMORY_LOOK_MS)
    const first = await Promise.race([told, this.#child.exited])
    clearInterval(watch)
    const message = 'kind' in first ? first : undefined
    if (message !== undefined) this.#look()
    this.#child.kill()
    const exit = await this.#child.exited
    await publishing.over()
    const end = await this.#judge(work, message, exit)
    if (end.kind !== 'completed') await this.#discard(work)
    return { ...this.#report(message, last, toldLog), ...end }
  }

  interrupt(): void {
    if (this.#asked !== 'nothing') return
    this.#asked = 'interrupt'
    if (this.#running !== undefined) this.#child.send({ kind: 'interrupt' })
  }

  kill(): void {
    this.#asked = 'kill'
    this.#child.kill()
  }

  async #begin(work: SessionWork, publishesAtOnce: boolean): Promise<void> {
    if (this.#asked !== 'nothing') return this.#child.kill()
    const { wall, folder, fileRoots, log, reportMemory } = this.#around
    try {
      const transfer = await this.#handedTransfer(work)
      const given = { ...this.#request(work), ...defined({ transfer }) }
      const request = await handOver(wall, folder, fileRoots, given)
      this.#child.send({ kind: 'work', request: { ...request, publishesAtOnce }, reportMemory })
    } catch (error) {
      // A file that cannot be shown, or an invalid data version, our own bug: a crash, because a session
      // never throws.
      log.error('engine session refused its work', { error: String(error) })
      this.#child.kill('the engine could not be given its files; the log of the service tells why')
    }
  }

  /** An archive goes into the folder that the process may only read. */
  async #handedTransfer({ transfer }: SessionWork): Promise<DataTransfer | undefined> {
    if (transfer?.kind !== 'import') return transfer
    const archive = join(this.#around.folder.in, 'archive.zip')
    await copyFile(transfer.archive, archive, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return { kind: 'import', archive }
  }

  #request(work: SessionWork): Omit<WorkRequest, 'publishesAtOnce'> {
    const { data, folder } = this.#around
    data.path(work.dataAfter)
    return {
      dataFile: this.#dataFile,
      // A full reload starts from nothing, also when the data before is lost.
      ...startOf(work, (version) => data.path(version)),
      ...defined({ lastReloadAt: work.lastReloadAt }),
      script: work.script,
      variables: work.variables,
      partial: work.partial,
      appId: work.appId,
      appName: work.appName,
      connections: work.connections,
      memoryLimitBytes: databaseBytes(this.size),
      threads: this.size.threads,
      tempFolder: folder.out,
      storesFolder: this.#storesFolder,
    }
  }

  /** Where the process makes the new data. */
  get #dataFile(): string {
    return join(this.#around.folder.out, 'data.duckdb')
  }

  get #storesFolder(): string {
    return join(this.#around.folder.out, 'stores')
  }

  /** Answers one request to publish at a time: a process that does not wait breaks the protocol. */
  #publishing(publish: PublishNow | undefined): { one(file: ReportedFile): void; over(): Promise<void> } {
    let busy: Promise<void> | undefined
    const answer = async (file: ReportedFile) => {
      const refusal = await this.#publish(file, publish!)
      busy = undefined
      this.#child.send({ kind: 'published', ...defined({ refusal }) })
    }
    return {
      one: (file) => {
        if (publish === undefined || busy !== undefined)
          this.#child.kill('it published what nobody asked for')
        else busy = answer(file)
      },
      over: async () => busy,
    }
  }

  async #publish(file: ReportedFile, publish: PublishNow): Promise<string | undefined> {
    try {
      return await publish(await this.#adopted(file))
    } catch (error) {
      this.#around.log.error('a stored file could not be taken over', { error: String(error) })
      return `Cannot store '${file.path}': the log of the service tells why`
    }
  }

  async #adopted({ connection, path, file }: ReportedFile): Promise<StagedFile> {
    return { connection, path, ...(await this.#around.spool.adopt(join(this.#storesFolder, file))) }
  }

  #look(): void {
    const peakBytes = this.#around.readMemory(this.pid)
    if (peakBytes !== undefined) this.#weigh(peakBytes)
  }

  /** The limit is hard: memory that was held between two readings and freed counts as well. */
  #weigh(peakBytes: number): void {
    this.#peakBytes = Math.max(this.#peakBytes, peakBytes)
    if (peakBytes <= this.size.memoryBytes) return
    this.#overMemory = true
    this.#child.kill()
  }

  /** Returns the reported end if there is one, else what the exit of the process means. */
  async #judge(work: SessionWork, message: EndMessage | undefined, exit: ChildExit): Promise<Judged> {
    const told = message?.end
    switch (told?.kind) {
      case 'completed':
        return this.#sealed(work, told, message!.storedFiles)
      case 'script-error':
      case 'out-of-memory':
        return told
      case 'interrupted':
        return INTERRUPTED
      case 'failed':
        // The cause may name folders of this machine, so it goes to the operator's log; the tenant reads the
        // message.
        this.#around.log.warn('engine process failed', { pid: this.pid, cause: told.message })
        return { kind: 'crashed', message: 'the engine failed; the log of the service tells why' }
      case undefined:
        return this.#judgeExit(exit)
    }
  }

  #judgeExit(exit: ChildExit): Judged {
    if (this.#overMemory || heapRanOut(exit)) return { kind: 'out-of-memory' }
    if (this.#asked === 'kill') return { kind: 'crashed', message: 'the engine session was killed' }
    if (this.#asked === 'interrupt') return INTERRUPTED
    this.#around.log.warn('engine process ended by itself', {
      pid: this.pid,
      cause: exitText(exit),
      stderr: exit.stderr,
    })
    return { kind: 'crashed', message: exitText(exit) }
  }

  async #sealed(
    work: SessionWork,
    told: ReportedEnd & { kind: 'completed' },
    stored: readonly ReportedFile[],
  ): Promise<Judged> {
    const storedFiles: StagedFile[] = []
    try {
      const { profile, ...completed } = told
      if (profile !== undefined) await this.#around.data.saveProfile(work.dataAfter, profile)
      const isMade = work.transfer?.kind !== 'export'
      const fileBytes = isMade ? await this.#around.data.seal(this.#dataFile, work.dataAfter) : 0
      for (const file of stored) storedFiles.push(await this.#adopted(file))
      return { ...completed, fileBytes, storedFiles }
    } catch (error) {
      for (const file of storedFiles) await this.#around.spool.discard(file).catch(() => {})
      this.#around.log.error('the new data of an attempt could not be saved', { error: String(error) })
      return { kind: 'crashed', message: 'the new data could not be saved; the log of the service tells why' }
    }
  }

  async #discard(work: SessionWork): Promise<void> {
    try {
      await this.#around.data.discard(work.dataAfter)
    } catch (error) {
      this.#around.log.warn('data of a failed attempt is left for the sweeper', { error: String(error) })
    }
  }

  #report(message: EndMessage | undefined, last: SessionProgress | undefined, toldLog: ToldLog) {
    const startedAt = message?.startedAt ?? last?.startedAt
    return {
      ...defined({ startedAt }),
      progressLog: message?.progressLog ?? last?.progressLog ?? '',
      // An engine that ended without a word, or by an error of its own, leaves what it told before.
      scriptLog: message?.scriptLog || toldLog.text,
      ...defined({ reached: last && reachedPlace(last) }),
      ...defined({ statements: message?.statements }),
      ...(this.#peakBytes === 0 ? {} : { peakMemoryBytes: this.#peakBytes }),
    }
  }
}

/** The part of a session's end that differs by kind. */
type Judged = SessionEnd extends infer End
  ? End extends { kind: string }
    ? Omit<End, 'startedAt' | 'progressLog' | 'scriptLog' | 'reached' | 'peakMemoryBytes' | 'statements'>
    : never
  : never

function startOf(
  { partial, transfer, dataBefore, other }: SessionWork,
  path: (version: DataVersion) => string,
): Pick<WorkRequest, 'dataBefore' | 'other'> {
  if (partial || transfer?.kind === 'export') {
    return dataBefore === undefined ? {} : { dataBefore: path(dataBefore) }
  }
  if (other === undefined) return {}
  const { named } = other
  return 'refusal' in other ? { other } : { other: { named }, dataBefore: path(other.data) }
}

function reachedPlace({ statement, line, text, rowsRead }: SessionProgress): ReachedPlace | undefined {
  return statement === 0 ? undefined : { statement, line, text, rowsRead }
}

/** V8 and the C++ runtime abort the process with such a message when they get no more memory. */
function heapRanOut({ signal, stderr }: ChildExit): boolean {
  return signal === 'SIGABRT' && /heap out of memory|std::bad_alloc/.test(stderr)
}
