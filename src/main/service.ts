/**
 * Room `main`: the process of the service: settings, parts, start and stop in order. What builds the parts
 * and hands them to each other enters.
 *
 * The whole service in one process: store, deliveries, engine sessions, API and worker, started in this order
 * and stopped in reverse, so that nothing runs whose results cannot be saved.
 *
 * Stopping begins with draining: /readyz answers 503, waits for outcomes end, the worker claims no more and
 * lets running reloads end or hands them back. Meanwhile the API answers: reloads can be watched, canceled,
 * and accepted for the next start. Then the API closes its connections, and deliveries in flight are
 * recorded.
 */

import { realpath } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { actingNow } from '../api/http/acting.ts'
import type { TlsPair } from '../api/http/deps.ts'
import { basePathOf, ownOrigin } from '../api/http/own-origin.ts'
import { changeCertificate } from '../api/http/tls.ts'
import { Readers } from '../api/reader/readers.ts'
import { buildServer } from '../api/server.ts'
import { startAutomations } from '../automation/run-automations.ts'
import { auditedStore } from '../catalog/audited-store.ts'
import type { FileStore } from '../catalog/file-contents.ts'
import { resumeForgetting } from '../catalog/forget-user.ts'
import { type AppId, newUuid } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { type WatchedClock, watchedClock } from '../core/watched-clock.ts'
import type { Channel } from '../delivery/channel.ts'
import { openedAtFirstSend, routedChannel } from '../delivery/channels/routed.ts'
import { sealWith } from '../delivery/channels/seal.ts'
import { targetProblem } from '../delivery/channels/target-address.ts'
import { urlCaller } from '../delivery/channels/url-caller.ts'
import { startDelivering } from '../delivery/deliver.ts'
import type { Seal } from '../delivery/seal.ts'
import { SendRates } from '../delivery/send-rates.ts'
import { DataFolder } from '../engine/pool/data-files.ts'
import { DuckDbSessions } from '../engine/pool/duckdb-sessions.ts'
import type { Wall } from '../engine/wall/wall.ts'
import { openFileStore, SPOOL } from '../files/local/file-store.ts'
import { LocalPlaceFolders } from '../files/local/place-folders.ts'
import { reachOf } from '../files/other-app.ts'
import { publishedFiles, startPublishing } from '../files/publishing.ts'
import { storesOf } from '../files/stores.ts'
import { startWatching } from '../files/watching.ts'
import { startForgetting } from '../history/forget.ts'
import { OutcomeWaits } from '../outcome/outcome-waits.ts'
import type { SettleRules } from '../outcome/settle.ts'
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { startFiringTasks } from '../trigger/fire-tasks.ts'
import { startWorker, type Worker } from '../worker/worker.ts'
import { alertChannels } from './alert-channels.ts'
import { type Brokers, brokerStates, openBrokers } from './brokers.ts'
import { ChannelGuard } from './channel-guard.ts'
import type { Config } from './config.ts'
import { engineWall } from './engine-wall.ts'
import { derivedKey, ensureTenant } from './installation.ts'
import { isLoopback } from './loopback.ts'
import { tellLost } from './lost-data.ts'
import { openMailer } from './mailer.ts'
import { type OpenData, openData } from './open-data.ts'
import { clockIsRight } from './operators-word.ts'
import { startRecovering } from './recovery.ts'
import { type Running, Services } from './services.ts'
import { startSignIn } from './sign-in.ts'
import type { DataFolders } from './surroundings.ts'
import { taskCounts } from './task-counts.ts'
import { startTempContents } from './temp-contents.ts'
import { checkTenants, removedTenants, subscribeTenants, tenantRules } from './tenants.ts'
import { readTlsPair, watchTlsPair } from './tls-files.ts'
import { setAsideIn, setAsideUnknown } from './unknown-data.ts'
import { VERSION } from './version.ts'
import { systemZones } from './zones.ts'

export interface RunningService {
  /** Origin of the API on this machine. */
  readonly url: string
  /** The admin key, if this start created it. */
  readonly madeAdminKey: string | undefined
  /** Path of the data file of an app of the first tenant. Rejects if it has none. */
  dataFileOf(appId: string): Promise<string>
  /** Drains and stops everything; idempotent. */
  stop(): Promise<void>
}

type WatchedWorld = World & { readonly clock: WatchedClock }

/** Shared by all parts once the installation is open. */
interface Parts {
  readonly config: Config
  readonly world: WatchedWorld
  readonly services: Services
  readonly folders: DataFolders
  readonly setAsideAt: number
  readonly store: SqliteStore
  readonly files: FileStore
  readonly data: DataFolder
  readonly seal: Seal
  readonly channel: Channel
  readonly rules: SettleRules
  readonly cursorKey: Uint8Array
  readonly tokenKey: Uint8Array
  readonly zones: ZoneOffsets
  readonly metrics: Registry
  readonly brokers: Brokers
  readonly guard: ChannelGuard
  readonly rates: SendRates
  readonly wall: Wall
}

/** Throws if the data folder or the port is unavailable; nothing keeps running then. */
export async function startService(config: Config, bare: World): Promise<RunningService> {
  // Whatever a part stamps, all know if the clock was wrong then.
  const world = { ...bare, clock: watchedClock(bare.clock) }
  const services = new Services()
  try {
    return await startParts(config, world, services)
  } catch (error) {
    await services.stop()
    throw error
  }
}

async function startParts(config: Config, world: WatchedWorld, services: Services): Promise<RunningService> {
  const parts = await openInstallation(config, world, services)
  const { madeKey } = await ensureTenant(parts.store, world, config)
  await checkTenants(parts)
  await subscribeTenants(parts)
  await services.start('deliveries', () =>
    startDelivering({ ...world, store: parts.store, channel: parts.channel, rates: parts.rates }),
  )
  await services.start('history', () =>
    startForgetting({
      ...world,
      store: parts.store,
      limits: config.limits,
      clockIsRight: clockIsRight(config.dataDir),
      setAside: setAsideIn([
        config.dataDir,
        parts.folders.apps,
        parts.folders.files,
        join(parts.folders.files, SPOOL),
      ]),
      removedTenants: removedTenants(parts),
    }),
  )
  await resumeForgetting(parts.store)
  await services.start('recovered keys', () => startRecovering(parts.store, world, config.dataDir))
  const sessions = await startEngines(parts)
  let ready = false
  const outcomeWaits = new OutcomeWaits(parts.store, world.timers)
  let worker: Worker | undefined
  const url = await startApi({ ...parts, sessions, worker: () => worker }, outcomeWaits, () => ready)
  worker = await startWork(parts, sessions)
  await startTriggers(parts)
  // Stopped before the worker drains: nobody waits for what may end only after the next start.
  await services.start('waits for outcomes', () => outcomeWaits)
  await services.start('readiness', () => {
    ready = true
    return {
      stop: async () => {
        ready = false
      },
    }
  })
  const { dataDir, slots } = config
  world.log.info('started', { url, version: VERSION, dataDir, slots, wall: parts.wall.report.kind })
  return {
    url,
    madeAdminKey: madeKey,
    dataFileOf: (appId) => dataFileOf(parts, appId),
    stop: () => services.stop(),
  }
}

async function openInstallation(config: Config, world: WatchedWorld, services: Services): Promise<Parts> {
  const opened = await openData(config, world, services)
  const { folders, store, master } = opened
  // The lock proves that holders of leases are dead: nobody waits for their leases to end.
  await store.endLeases(world.clock.now())
  const seal = sealWith(derivedKey(master, 'webhook secrets'))
  const metrics = new Registry()
  const guard = await services.start('channel guard', () => new ChannelGuard(world.log, metrics))
  const webhooks = openedAtFirstSend(async () => {
    const { webhookChannel } = await import('../delivery/channels/webhook.ts')
    return webhookChannel({
      seal,
      allowance: config.webhookAllowance,
      origin: config.publicUrl === undefined ? config.host : new URL(config.publicUrl).hostname,
      userAgent: `Reprise/${VERSION} (webhook)`,
    })
  })
  await services.start('webhook channel', () => ({ stop: () => webhooks.close() }))
  const alerts = alertChannels({ config, store, seal, guard })
  for (const [kind, channel] of Object.entries(alerts)) {
    await services.start(`${kind} channel`, () => ({ stop: () => channel.close() }))
  }
  const brokers = await openBrokers(config.brokers, world, guard)
  for (const [kind, broker] of Object.entries(brokers)) {
    await services.start(`${kind} channel`, () => ({ stop: () => broker.close() }))
  }
  const wall = await services.start('engine wall', () => engineWall(config, sessionsRoot(config), world.log))
  return {
    config,
    world,
    services,
    wall,
    folders,
    setAsideAt: opened.setAsideAt,
    store,
    files: await openFiles(opened, world),
    data: new DataFolder(folders.apps),
    seal,
    channel: routedChannel(guard.guarded('webhook', webhooks), { ...brokers, ...alerts }),
    rules: {
      clock: world.clock,
      random: world.random,
      errorRequeuesMax: config.limits.errorRequeuesMax,
      taskFailuresMax: config.limits.taskFailuresMax,
      largestSizeIndex: config.engineSizes.length - 1,
    },
    cursorKey: derivedKey(master, 'cursors'),
    tokenKey: derivedKey(master, 'access tokens'),
    zones: systemZones(),
    metrics,
    brokers,
    guard,
    rates: new SendRates(),
  }
}

/** Contents that were committed and not yet put into their places survive the start. */
async function openFiles(
  { folders, store, databaseIsOlder, setAsideAt }: OpenData,
  world: World,
): Promise<FileStore> {
  const pending = await store.publications()
  const wanted = new Set(pending.flatMap(({ files }) => files.map(({ content }) => content)))
  const leftovers = databaseIsOlder ? { wanted, setAsideAt } : { wanted }
  const files = await openFileStore(folders.files, world.random, leftovers)
  return publishedFiles({ files, store, log: world.log })
}

const sessionsRoot = ({ dataDir }: Config) => join(dataDir, 'tmp')

async function startEngines(parts: Parts): Promise<DuckDbSessions> {
  const { config, world, services, folders, data, files, wall } = parts
  await data.prepare()
  await setAsideUnknown(parts, world.log)
  await tellLost(parts, world.log)
  const sessions = new DuckDbSessions({
    data,
    spool: files,
    tempRoot: sessionsRoot(config),
    wall,
    fileRoots: [folders.files],
    sizes: config.engineSizes,
    slots: config.slots,
    warm: Math.min(config.slots, 2),
    memoryBytes: config.engineMemoryBytes,
    silenceMs: config.limits.engineSilenceMs,
    timers: world.timers,
    log: world.log,
  })
  return services.start('engine sessions', async () => {
    await sessions.start()
    return sessions
  })
}

async function startWork(parts: Parts, sessions: DuckDbSessions): Promise<Worker> {
  const { config, world, services, store, files, data } = parts
  await services.start('publications', () => startPublishing({ ...world, store, files }))
  if (config.watch) await services.start('watched folders', () => watchFolders(parts))
  return services.start('worker', () =>
    startWorker({
      ...world,
      store,
      limits: config.limits,
      workerId: newUuid(world.random),
      slots: config.slots,
      memoryBytes: config.engineMemoryBytes,
      drainMs: config.drainMs,
      sizes: config.engineSizes,
      sessions,
      appData: data,
      ...reachOf(store, files, config.machineFolders),
      stores: storesOf(store, files, { ...world, ...config.limits }),
    }),
  )
}

async function watchFolders({ config, world, store, files, folders }: Parts): Promise<Running> {
  const seen = new LocalPlaceFolders(await realpath(folders.files), world.log)
  const watching = startWatching({ ...world, world, store, files, folders: seen, limits: config.limits })
  seen.changed = watching.changed
  return {
    async stop() {
      seen.close()
      await watching.stop()
    },
  }
}

async function startTriggers({
  config,
  world,
  services,
  store,
  rules,
  metrics,
  seal,
  zones,
  guard,
  rates,
}: Parts): Promise<void> {
  const { reloadsPerAppAndDay } = config.limits
  const { fired } = taskCounts(metrics)
  await services.start('tasks', () =>
    startFiringTasks({ ...world, ...rules, store, zones, reloadsPerAppAndDay, fired }),
  )
  const caller = urlCaller({
    seal,
    allowance: config.webhookAllowance,
    userAgent: `Reprise/${VERSION} (automation)`,
  })
  const mailer = config.mail === undefined ? undefined : openMailer(config.mail, guard)
  await services.start('automations', () =>
    startAutomations({ ...world, ...rules, store, zones, caller, mailer, seal, rates, reloadsPerAppAndDay }),
  )
}

type Serving = Parts & { readonly sessions: DuckDbSessions; readonly worker: () => Worker | undefined }

async function startApi(parts: Serving, outcomeWaits: OutcomeWaits, ready: () => boolean): Promise<string> {
  const { config, world, services, files, data, seal, channel, rules, cursorKey, metrics } = parts
  const store = auditedStore(parts.store, world, actingNow)
  const reader = new Readers({ limits: config.limits, log: world.log })
  await services.start('readers', () => reader)
  const signIn = await startSignIn({ ...parts, store })
  const tls = config.tls === undefined ? undefined : await readTlsPair(config.tls)
  const temporary = await startTempContents(parts)
  const server = buildServer({
    ...temporary,
    store,
    world,
    limits: config.limits,
    reader,
    hostUrl: ownOrigin(config),
    basePath: basePathOf(config.publicUrl),
    corsOrigins: config.corsOrigins,
    tls,
    seal,
    zones: parts.zones,
    checkWebhookUrl: (url) => targetProblem(url, config.webhookAllowance),
    sendsMail: config.mail !== undefined,
    channel,
    files,
    settleRules: rules,
    outcomeWaits,
    appData: data,
    version: VERSION,
    ready,
    trustedProxies: config.trustedProxies,
    brokers: () => brokerStates(parts.brokers),
    metrics,
    engineWall: parts.wall.report,
    eventClaims: config.eventClaims,
    ...signIn,
    cursorKey,
    ...tenantRules(parts),
    operatorKey: config.operatorKey,
    rateLimits: config.rateLimit,
  })
  await services.start('api', async () => {
    await server.listen({ host: config.host, port: config.port })
    return { stop: () => server.close() }
  })
  const { tls: tlsFiles } = config
  if (tlsFiles !== undefined && tls !== undefined) {
    const change = (pair: TlsPair) => changeCertificate(server, pair)
    await services.start('certificate', () => watchTlsPair(tlsFiles, tls, change, world))
  }
  if (config.publicUrl === undefined && config.trustedProxies.length === 0 && !isLoopback(config.host)) {
    world.log.warn('links in answers name the address at which a request arrives: set REPRISE_PUBLIC_URL')
  }
  const { address, port, family } = server.server.address() as AddressInfo
  return `${tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

async function dataFileOf({ store, data }: Parts, appId: string): Promise<string> {
  const [tenant] = await store.tenants()
  const app = tenant === undefined ? undefined : await store.app(tenant.id, appId as AppId)
  if (app?.data === undefined) throw new Error(`app ${appId} has no data`)
  return data.path(app.data.version)
}
