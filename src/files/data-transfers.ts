/**
 * Data of apps on its way into archives and out of them, by engine sessions, whose slots and memory are those
 * of the worker. One at a time beside the reloads, and few that wait: reloads could have them.
 */

import { unfit } from '../catalog/app-archive.ts'
import type { DataPart, DataTransfers, ExportedData, ImportedData } from '../catalog/data-transfers.ts'
import type { FileStore } from '../catalog/file-contents.ts'
import { isRefused, type Refused, refused } from '../catalog/refusal.ts'
import type { TempContent } from '../catalog/temp-contents.ts'
import { type DataVersion, newDataVersion, newHexId, type TenantId } from '../core/ids.ts'
import { type Limits, limitsOf } from '../core/limits.ts'
import type { World } from '../core/ports.ts'
import { newSignal } from '../core/signal.ts'
import type { EngineLoan, EngineLoans } from '../engine/engine-loans.ts'
import type {
  AppData,
  DataTransfer,
  EngineSession,
  EngineSessions,
  EngineSize,
  SessionEnd,
} from '../engine/engine-session.ts'
import { chooseSize } from '../engine/sizes.ts'
import type { CatalogStore } from '../store/port/store.ts'

export interface DataTransfersDeps {
  readonly store: Pick<CatalogStore, 'tenant'>
  readonly world: World
  readonly limits: Limits
  readonly sizes: readonly EngineSize[]
  readonly sessions: EngineSessions
  readonly engines: EngineLoans
  readonly files: Pick<FileStore, 'read' | 'discard'>
  readonly appData: AppData
  /** Where an archive lies on this machine. */
  readonly pathOf: (archive: TempContent) => string
}

/** A request waits for it. */
const TRANSFER_MAX_MS = 10 * 60_000
const ENGINE_WAIT_MS = 60_000
const WAITING_MAX = 4

interface Wanted {
  readonly tenantId: TenantId
  readonly appId: string
  readonly transfer: DataTransfer
  /** By which its engine is chosen. */
  readonly bytes: number
  readonly dataBefore?: DataVersion
}

type Completed = SessionEnd & { readonly kind: 'completed' }

export function dataTransfers(deps: DataTransfersDeps): DataTransfers {
  const { appData, pathOf } = deps
  const alone = oneAtATime()
  return {
    discard: (version) => appData.discard(version),
    async exported({ tenantId, id, data }) {
      const transfer = { kind: 'export' } as const
      const { version, fileBytes } = data
      const wanted = { tenantId, appId: id, transfer, bytes: fileBytes, dataBefore: version }
      const made = await alone(() => transferred(deps, wanted))
      return isRefused(made) ? made : exportedFiles(deps, made.end)
    },
    async imported(tenantId, archive) {
      const transfer = { kind: 'import', archive: pathOf(archive) } as const
      const made = await alone(() =>
        transferred(deps, { tenantId, appId: '', transfer, bytes: archive.bytes }),
      )
      return isRefused(made) ? made : importedData(deps, tenantId, made)
    },
  }
}

function exportedFiles({ files }: DataTransfersDeps, { storedFiles }: Completed): ExportedData {
  const parts = storedFiles.map(
    ({ path, bytes, content }): DataPart => ({ name: path, bytes, read: () => files.read({ content }) }),
  )
  return {
    parts,
    async discard() {
      for (const file of storedFiles) await files.discard(file)
    },
  }
}

async function importedData(
  { store, world, limits, appData }: DataTransfersDeps,
  tenantId: TenantId,
  { end, version }: Made,
): Promise<ImportedData | Refused> {
  const { fileBytes, tables } = end
  const { appDataBytes } = limitsOf(limits, (await store.tenant(tenantId)) ?? {})
  if (appDataBytes > 0 && fileBytes > appDataBytes) {
    await appData.discard(version)
    return refused('tooLarge', `the data of an app has at most ${appDataBytes} bytes`)
  }
  return { version, fileBytes, engineTime: world.clock.now(), tables }
}

interface Made {
  readonly end: Completed
  readonly version: DataVersion
}

async function transferred(deps: DataTransfersDeps, wanted: Wanted): Promise<Made | Refused> {
  const { sizes } = deps
  const data = { version: '' as DataVersion, fileBytes: wanted.bytes, engineTime: 0, tables: [] }
  const { index } = chooseSize(sizes, { data }, { partial: false, climbedIndex: 0 })
  const engine = await engineOf(deps, sizes[index]!)
  if (engine === undefined) return refused('unavailable', 'no engine is free: try again')
  try {
    return await transferredBy(deps, engine.session, wanted)
  } finally {
    engine.loan.giveBack()
  }
}

async function transferredBy(
  { world, store, limits }: DataTransfersDeps,
  session: EngineSession,
  wanted: Wanted,
): Promise<Made | Refused> {
  const { runTimeMs } = limitsOf(limits, (await store.tenant(wanted.tenantId)) ?? {})
  const version = newDataVersion(world.random, world.clock.now())
  const { tenantId: _tenant, bytes: _bytes, ...given } = wanted
  const running = session.run(
    {
      ...given,
      reloadId: newHexId(world.random, world.clock.now()),
      attempt: 1,
      appName: '',
      script: '',
      variables: {},
      partial: false,
      dataAfter: version,
      connections: [],
    },
    () => {},
  )
  const limit = world.timers.wait(Math.min(runTimeMs, TRANSFER_MAX_MS))
  const isLate = await Promise.race([running.then(() => false), limit.done.then(() => true)])
  limit.end()
  if (isLate) session.kill()
  const end = await running
  return end.kind === 'completed' ? { end, version } : refusalOf(end, isLate)
}

function refusalOf(end: Exclude<SessionEnd, Completed>, isLate: boolean): Refused {
  if (isLate) return refused('unprocessable', 'the data takes longer than there is time for one request')
  if (end.kind === 'script-error') return unfit(end.fault.message)
  if (end.kind === 'out-of-memory')
    return refused('unprocessable', 'the data needs more memory than there is')
  return refused('unavailable', 'the engine ended before the data was there: try again')
}

async function engineOf(
  { sessions, engines, world }: DataTransfersDeps,
  size: EngineSize,
): Promise<{ readonly session: EngineSession; readonly loan: EngineLoan } | undefined> {
  const withdrawn = newSignal()
  const limit = world.timers.wait(ENGINE_WAIT_MS)
  void limit.done.then(() => withdrawn.fire())
  const loan = await engines.lend(size.memoryBytes, withdrawn)
  try {
    return loan && { session: await sessions.acquire(size, withdrawn), loan }
  } catch (error) {
    loan?.giveBack()
    world.log.warn('no engine for the data of an archive', { error: String(error) })
    return undefined
  } finally {
    limit.end()
  }
}

function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async <Answer>(work: () => Promise<Answer>): Promise<Answer | Refused> => {
    if (waiting > WAITING_MAX) return refused('busy', 'the data of other apps is on its way: try again')
    waiting += 1
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      waiting -= 1
    }
  }
}
