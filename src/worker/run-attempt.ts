/**
 * Runs one attempt: acquires an engine session, runs the script in it while it watches for cancel, time
 * limit, hand-back and loss of the lease, and returns how it ended. It saves nothing: news goes through the
 * lease, the caller settles the result.
 *
 * Returns 'lost' as soon as the lease is gone. In any case the session is dead when it returns.
 */

import type { AttemptEnd, RanStatement, ReachedPlace, SessionFacts } from '../core/attempt.ts'
import { binaryApp } from '../core/binary-app.ts'
import { defined } from '../core/defined.ts'
import type { DataVersion, UserId } from '../core/ids.ts'
import { type Limits, limitsOf } from '../core/limits.ts'
import { placedKey } from '../core/placed-name.ts'
import type { Clock, Log, Timers } from '../core/ports.ts'
import { keptReads } from '../core/read-name.ts'
import type { App, PlacedName } from '../core/records.ts'
import { newSignal, type Signal } from '../core/signal.ts'
import type {
  AppData,
  EngineSession,
  EngineSessions,
  EngineSize,
  OtherData,
  PublishNow,
  ReadFile,
  SessionEnd,
  SessionProgress,
  SessionWork,
  StagedFile,
} from '../engine/engine-session.ts'
import { chooseSize } from '../engine/sizes.ts'
import type { PlacedConnection } from '../files/connections.ts'
import type { Stores, StoringReload } from '../files/stores.ts'
import { boundedLines, endedLog, runningLog, scriptLogEnd, scriptLogHead } from '../outcome/script-log.ts'
import type { EndedAttempt } from '../outcome/settle.ts'
import type { Claimed } from '../store/port/queue.ts'
import type { HeldLease } from './lease.ts'

/** Longest wait for an engine session, ms; then the reload is requeued. */
const SESSION_WAIT_MS = 60_000
/** LOCERR_APP_SCRIPT_MISSING (contract 02, section 6.3). */
const SCRIPT_MISSING = 1013
/** As of a STORE that fails while the script runs. */
const NOT_STORABLE = 1
/** LOCERR_GENERIC_CORRUPT_DATA. */
const CORRUPT_DATA = 11

export interface RunDeps {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<Limits, 'runTimeMs' | 'interruptGraceMs' | 'appDataBytes' | 'scriptLogBytes'>
  readonly sizes: readonly EngineSize[]
  readonly sessions: EngineSessions
  readonly stores: Stores
  readonly appData: Pick<AppData, 'isWhole'>
  connectionsFor(app: App, askedBy: UserId): Promise<readonly PlacedConnection[]>
  /** What an app that the script names stands for. */
  otherApp(app: App, askedBy: UserId, named: string): Promise<OtherData>
}

export interface RanAttempt extends EndedAttempt {
  /** Full script log; absent if no script ran. */
  readonly scriptLog?: string
  /** Staged: to be published with the end of the attempt, or discarded. */
  readonly storedFiles: readonly StagedFile[]
  /** Progress text of the session. */
  readonly progressLog: string
  readonly statements: readonly RanStatement[]
}

/** Why an attempt stops before its script does. */
type Stop = 'canceled' | 'timed-out' | 'handed-back' | 'lost'

/**
 * @param dataAfter new name of the data file that this attempt may write
 * @param handBack fires when the worker shuts down
 */
export async function runAttempt(
  { limits, ...ports }: RunDeps,
  claimed: Claimed,
  lease: HeldLease,
  handBack: Signal,
  dataAfter: DataVersion,
): Promise<RanAttempt | 'lost'> {
  const deps = { ...ports, limits: limitsOf(limits, claimed.tenant) }
  const without = await beforeSession(deps, claimed)
  if (without !== undefined) return ended(claimed, without)
  if (!lease.holds()) return 'lost'
  const acquired = await acquire(deps, claimed, lease, handBack)
  if (acquired === 'lost') return 'lost'
  if ('end' in acquired) return ended(claimed, acquired.end)
  const { session, connections, other } = acquired
  const acquiredAt = deps.clock.monotonic()
  const facts = { ...sessionFacts(deps, claimed), sessionAcquiredAt: deps.clock.now() }
  lease.report({ session: facts, log: runningLog(about(claimed), '') })
  const publish = publishNow(deps, claimed, lease)
  const given = { work: work(claimed, connections, other, dataAfter), ...defined({ publish }) }
  const ran = await runSession(deps, session, given, lease, handBack, facts)
  session.kill()
  if (ran.stop === 'lost' || !lease.holds()) {
    if (ran.end.kind === 'completed') await discardStores(deps, claimed, ran.end.storedFiles)
    return 'lost'
  }
  const durationMs = Math.max(0, deps.clock.monotonic() - acquiredAt)
  return sessionEnded(deps, claimed, { ...ran, connections }, dataAfter, durationMs)
}

/** For apps whose stores are immediate. A worker that lost the reload publishes nothing more of it. */
function publishNow({ stores, log }: RunDeps, claimed: Claimed, lease: HeldLease): PublishNow | undefined {
  if (claimed.app.stores !== 'immediate') return undefined
  return async (file) => {
    try {
      if (lease.holds()) return (await stores.publishNow(storingReload(claimed), file))?.notStorable
      await stores.discard(claimed.app.tenantId, [file])
      return 'the reload was taken over by another attempt'
    } catch (error) {
      log.error('a stored file could not be published', { reloadId: claimed.reload.id, error: String(error) })
      return `Cannot store '${file.path}': the log of the service tells why`
    }
  }
}

/** Never rejects: the next start drops the contents that this misses. */
export async function discardStores(
  { stores, log }: Pick<RunDeps, 'stores' | 'log'>,
  { app }: Claimed,
  files: readonly StagedFile[],
): Promise<void> {
  if (files.length === 0) return
  try {
    await stores.discard(app.tenantId, files)
  } catch (error) {
    log.warn('discarding stored files failed', { appId: app.id, error: String(error) })
  }
}

export function storingReload({ reload, app }: Claimed): StoringReload {
  return { reloadId: reload.id, app, askedBy: reload.userId }
}

/** Returns an end that needs no engine, if there is one. */
async function beforeSession({ appData }: RunDeps, claimed: Claimed): Promise<AttemptEnd | undefined> {
  const { app, reload, script } = claimed
  if (reload.partial ? app.crashedOnMaxSize.partial : app.crashedOnMaxSize.full) return { kind: 'refused' }
  if (script === undefined) return faultBefore(SCRIPT_MISSING, 'the app has no load script')
  if (!reload.partial || app.data === undefined || (await appData.isWhole(app.data))) return undefined
  return faultBefore(
    CORRUPT_DATA,
    "the app's data file is missing or not whole, and a partial reload goes on from it: reload the app in full",
  )
}

function faultBefore(engineErrorCode: number, message: string): AttemptEnd {
  return { kind: 'script-error', fault: { engineErrorCode, message, line: 1, statement: '' } }
}

type Acquired =
  | {
      readonly session: EngineSession
      readonly connections: readonly PlacedConnection[]
      readonly other: OtherData | undefined
    }
  | { readonly end: AttemptEnd }
  | 'lost'

async function acquire(
  deps: RunDeps,
  claimed: Claimed,
  lease: HeldLease,
  handBack: Signal,
): Promise<Acquired> {
  const size = deps.sizes[claimed.attempt.sizeIndex] ?? deps.sizes.at(-1)
  if (size === undefined) throw new Error('there are no engine sizes')
  const limit = deps.timers.wait(SESSION_WAIT_MS)
  const withdrawn = newSignal()
  const inputs = async () => ({
    connections: await deps.connectionsFor(claimed.app, claimed.reload.userId),
    other: await otherData(deps, claimed),
  })
  const asked = inputs().then(async (given) => ({
    session: await deps.sessions.acquire(size, withdrawn),
    ...given,
  }))
  const ready = asked.catch((error: unknown) => ({
    failed: error instanceof Error ? error.message : String(error),
  }))
  const first = await Promise.race([ready, stopped(lease, handBack, limit.done)])
  limit.end()
  if (typeof first === 'object' && 'session' in first) return first
  if (typeof first === 'object') return { end: { kind: 'no-session', message: first.failed } }
  withdrawn.fire()
  // A session that was given in the same moment ends unused.
  void asked.then(
    ({ session }) => session.kill(),
    () => {},
  )
  if (first === 'lost') return 'lost'
  if (first !== 'timed-out') return { end: { kind: first } }
  return { end: { kind: 'no-session', message: `none within ${SESSION_WAIT_MS / 1000} s` } }
}

async function otherData(deps: RunDeps, { app, reload, script }: Claimed): Promise<OtherData | undefined> {
  const named = reload.partial ? undefined : binaryApp(script?.script ?? '')
  return named === undefined ? undefined : deps.otherApp(app, reload.userId, named)
}

interface RanSession {
  readonly end: SessionEnd
  readonly stop: Stop | undefined
  readonly facts: SessionFacts
}

async function runSession(
  deps: RunDeps,
  session: EngineSession,
  given: { readonly work: SessionWork; readonly publish?: PublishNow },
  lease: HeldLease,
  handBack: Signal,
  acquired: SessionFacts,
): Promise<RanSession> {
  let facts = acquired
  const started = (at: number) => {
    facts = { ...facts, engineStartedAt: at }
    return facts
  }
  const report = (progress: SessionProgress) => {
    const log = runningLog(
      { reloadId: given.work.reloadId, attempt: given.work.attempt },
      progress.progressLog,
    )
    if (facts.engineStartedAt === undefined) lease.report({ session: started(progress.startedAt), log })
    else lease.report({ log })
  }
  const limit = deps.timers.wait(deps.limits.runTimeMs)
  const running = session.run(given.work, report, given.publish)
  const stop = await Promise.race([running.then(() => undefined), stopped(lease, handBack, limit.done)])
  limit.end()
  if (stop === 'canceled' || stop === 'timed-out') {
    session.interrupt()
    const grace = deps.timers.wait(deps.limits.interruptGraceMs)
    await Promise.race([running, grace.done, lease.lost.done])
    grace.end()
  }
  if (stop !== undefined) session.kill()
  const end = await running
  if (facts.engineStartedAt === undefined && end.startedAt !== undefined) started(end.startedAt)
  return { end, stop, facts }
}

function stopped(lease: HeldLease, handBack: Signal, limit: Promise<void>): Promise<Stop> {
  return Promise.race([
    lease.lost.done.then(() => 'lost' as const),
    lease.canceling.done.then(() => 'canceled' as const),
    limit.then(() => 'timed-out' as const),
    handBack.done.then(() => 'handed-back' as const),
  ])
}

function sessionEnded(
  deps: RunDeps,
  claimed: Claimed,
  ran: RanSession & { readonly connections: readonly PlacedConnection[] },
  dataAfter: DataVersion,
  durationMs: number,
): RanAttempt {
  const { end: told, facts } = ran
  const end = attemptEnd(told, ran.stop, dataAfter, deps.limits.appDataBytes)
  const startedAt = facts.engineStartedAt
  return {
    ...ended(claimed, end, told.progressLog, told.reached),
    durationMs,
    session: facts,
    ...defined({ peakMemoryBytes: told.peakMemoryBytes }),
    ...(end.kind === 'completed' && told.kind === 'completed'
      ? { tables: told.tables, reads: placedReads(told.reads, ran.connections) }
      : {}),
    ...(startedAt === undefined
      ? {}
      : {
          scriptLog: boundedLines(
            scriptLog(claimed, facts, startedAt, told.scriptLog) +
              scriptLogEnd(end, deps.clock.now(), told.reached),
            deps.limits.scriptLogBytes,
          ),
        }),
    storedFiles: told.kind === 'completed' ? told.storedFiles : [],
    progressLog: told.progressLog,
    statements: told.statements ?? [],
  }
}

/** What was read by where it lies: two connections may lead to one place. */
function placedReads(
  reads: readonly ReadFile[],
  connections: readonly PlacedConnection[],
): readonly PlacedName[] {
  const placed = new Map<string, PlacedName>()
  for (const { connection, path: name } of reads) {
    const place = connections.find((one) => one.name === connection)?.place
    if (place !== undefined) placed.set(placedKey({ place, name }), { place, name })
  }
  return keptReads([...placed.values()], ({ name }) => name)
}

/** A script that ended before it was told to stop has ended: the reload's state decides what that means. */
function attemptEnd(
  told: SessionEnd,
  stop: Stop | undefined,
  version: DataVersion,
  maxBytes: number,
): AttemptEnd {
  if (told.kind === 'completed') {
    const { fileBytes, engineTime } = told
    if (maxBytes > 0 && fileBytes > maxBytes) return { kind: 'data-too-large', fileBytes }
    return { kind: 'completed', data: { version, engineTime, fileBytes } }
  }
  if (stop !== undefined) return { kind: stop }
  switch (told.kind) {
    case 'script-error':
      return { kind: 'script-error', fault: told.fault }
    case 'out-of-memory':
      return { kind: 'out-of-memory' }
    case 'crashed':
      return { kind: 'crashed', message: told.message }
  }
}

function ended(claimed: Claimed, end: AttemptEnd, progressLog = '', reached?: ReachedPlace): RanAttempt {
  const log = endedLog(about(claimed), progressLog, end, reached)
  return { end, log, progressLog, storedFiles: [], statements: [] }
}

/** The same attempt, failed because what it stored cannot be published. */
export function notStorable(claimed: Claimed, ran: RanAttempt, message: string): RanAttempt {
  const line = ran.statements.findLast(({ type }) => type === 'store')?.line ?? 1
  const end = {
    kind: 'script-error',
    fault: { engineErrorCode: NOT_STORABLE, message, line, statement: 'STORE' },
  } as const
  const { tables: _none, reads: _nothing, ...rest } = ran
  return { ...rest, end, log: endedLog(about(claimed), ran.progressLog, end) }
}

function sessionFacts(deps: RunDeps, { reload, attempt, app, script }: Claimed): SessionFacts {
  const { partial } = reload
  const { reason } = chooseSize(deps.sizes, app, { partial, climbedIndex: attempt.sizeIndex })
  const size = deps.sizes[attempt.sizeIndex] ?? deps.sizes.at(-1)
  return {
    ...defined({ enginePoolName: size?.poolName }),
    engineSizingReason: reason,
    ...defined({ scriptVersionId: script?.id }),
  }
}

function work(
  { reload, attempt, app, script }: Claimed,
  connections: readonly PlacedConnection[],
  other: OtherData | undefined,
  dataAfter: DataVersion,
): SessionWork {
  return {
    reloadId: reload.id,
    attempt: attempt.number,
    appId: app.id,
    appName: app.name,
    script: script?.script ?? '',
    variables: reload.variables,
    partial: reload.partial,
    ...defined({ dataBefore: app.data?.version, lastReloadAt: app.data?.engineTime, other }),
    dataAfter,
    connections: connections.map(({ place: _, ...connection }) => connection),
  }
}

function about({ reload, attempt }: Claimed): { reloadId: string; attempt: number } {
  return { reloadId: reload.id, attempt: attempt.number }
}

function scriptLog(claimed: Claimed, facts: SessionFacts, startedAt: number, text: string): string {
  const { app } = claimed
  const head = scriptLogHead({
    appId: app.id,
    appName: app.name,
    ...about(claimed),
    poolName: facts.enginePoolName ?? '',
    startedAt,
  })
  return head + text
}
