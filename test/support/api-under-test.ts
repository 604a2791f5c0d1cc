/**
 * The real API over the memory store and a temporary folder, without a socket: tests speak to it through
 * `inject`, as people with real keys of real tenants. Nothing of ours is replaced but the clock, which tests
 * may move. Changes leave audits, as in the service: tests count events by their types. An answer that the
 * API's document does not have fails the test that closes the API.
 */

import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { Registry } from 'prom-client'
import { actingNow } from '../../src/api/http/acting.ts'
import type { ApiDeps, ApiServer } from '../../src/api/http/deps.ts'
import { Readers } from '../../src/api/reader/readers.ts'
import { buildServer } from '../../src/api/server.ts'
import { auditedStore } from '../../src/catalog/audited-store.ts'
import { newKeyToken } from '../../src/catalog/key-token.ts'
import { newTenant } from '../../src/catalog/new-tenant.ts'
import { defined } from '../../src/core/defined.ts'
import { type DataVersion, newDataVersion, newHexId, newUuid } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.ts'
import type { World } from '../../src/core/ports.ts'
import type { Tenant, User } from '../../src/core/records.ts'
import type { Role } from '../../src/core/role.ts'
import type { Fetch } from '../../src/delivery/channels/guarded-fetch.ts'
import { sealWith } from '../../src/delivery/channels/seal.ts'
import { NOTHING_ALLOWED, targetProblem } from '../../src/delivery/channels/target-address.ts'
import { DataFolder } from '../../src/engine/pool/data-files.ts'
import { localAppArchives } from '../../src/files/local/app-archives.ts'
import { openFileStore } from '../../src/files/local/file-store.ts'
import { LocalTempContents } from '../../src/files/local/temp-contents.ts'
import { systemZones } from '../../src/main/zones.ts'
import { OutcomeWaits } from '../../src/outcome/outcome-waits.ts'
import { browserSignIn } from '../../src/sign-in/browser.ts'
import { grantForClient } from '../../src/sign-in/client-credentials.ts'
import { tokenHash } from '../../src/sign-in/token-hash.ts'
import { whoAsks } from '../../src/sign-in/who-asks.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { put } from './catalog.ts'
import { holdAnswersToDocument } from './declared-answers.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

/** A user with a key. */
export interface Person {
  readonly user: User
  readonly token: string
  call(method: string, url: string, body?: unknown, more?: Partial<InjectOptions>): Promise<Answer>
}

export interface Members {
  readonly tenant: Tenant
  readonly admin: Person
  /** A further user; a developer unless told otherwise. */
  person(name: string, roles?: readonly Role[]): Promise<Person>
}

export interface ApiUnderTest {
  readonly server: ApiServer
  readonly deps: ApiDeps
  readonly store: Store
  readonly world: World
  /** Root of the data files. */
  readonly filesRoot: string
  advance(ms: number): void
  tenant(name: string): Promise<Members>
  close(): Promise<void>
}

const nobodyAnswers: Fetch = async () => {
  throw new TypeError('there is no network here')
}

export const HOST_URL = 'https://reprise.example.com'
const START = Date.UTC(2026, 10, 2, 4, 6, 0)

export async function apiUnderTest(
  given: {
    readonly limits?: Partial<Limits>
    readonly deps?: Partial<ApiDeps>
    /** Asks identity providers. */
    readonly fetch?: Fetch
    /** On a database in a folder of its own, as the service is. */
    readonly durable?: true
  } = {},
): Promise<ApiUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-api-'))
  let now = START
  const world: World = {
    clock: { now: () => now, monotonic: () => now - START },
    random: { bytes: (count) => new Uint8Array(randomBytes(count)), uniform: () => 0.5 },
    timers: { wait: () => ({ done: Promise.resolve(), end: () => undefined }) },
    log: { info: () => undefined, warn: () => undefined, error: (...told) => console.error(...told) },
  }
  const filesRoot = join(folder, 'files')
  const kept = given.durable ? SqliteStore.open(join(folder, 'reprise.db')) : new MemoryStore()
  const bare = given.deps?.store ?? kept
  const store = auditedStore(bare, given.deps?.world ?? world, actingNow)
  const limits = { ...DEFAULT_LIMITS, ...given.limits }
  const reader = new Readers({ limits, log: world.log })
  const seal = sealWith(randomBytes(32))
  const browser =
    given.deps?.browser ?? browserSignIn({ store, world, limits, seal, fetch: given.fetch ?? nobodyAnswers })
  const signIn = {
    store,
    world: given.deps?.world ?? world,
    limits,
    tokenKey: randomBytes(32),
    browser: browser.way,
    throttle: browser.throttle,
    fetch: given.fetch ?? nobodyAnswers,
  }
  const tempFolder = { root: join(folder, 'temp'), bytesMax: limits.dataFileBytes }
  const tempContents = new LocalTempContents(tempFolder, world)
  const deps: ApiDeps = {
    tempContents,
    archives: localAppArchives((content) => tempContents.pathOf(content)),
    dataTransfers: withoutEngines(join(folder, 'apps'), world),
    world,
    zones: systemZones(),
    limits,
    reader,
    hostUrl: () => HOST_URL,
    basePath: '',
    corsOrigins: [],
    tls: undefined,
    seal,
    checkWebhookUrl: () => undefined,
    checkProviderUrl: (url) => targetProblem(url, NOTHING_ALLOWED),
    sendsMail: true,
    channel: { send: async () => ({ ok: true }) },
    files: await openFileStore(filesRoot, world.random),
    outcomeWaits: new OutcomeWaits(store, given.deps?.world?.timers ?? world.timers),
    settleRules: {
      clock: world.clock,
      random: world.random,
      errorRequeuesMax: 3,
      taskFailuresMax: 5,
      largestSizeIndex: 1,
    },
    // Tests make up the data of apps.
    appData: appDataIn(join(folder, 'apps')),
    version: '0.0.0-test',
    ready: () => true,
    brokers: () => ({}),
    trustedProxies: [],
    metrics: new Registry(),
    engineWall: { kind: 'bwrap+seccomp' },
    cursorKey: randomBytes(32),
    refuseTenants: () => undefined,
    tenantMade: async () => undefined,
    operatorKey: undefined,
    rateLimits: false,
    eventClaims: ['iss', 'sub', 'subType'],
    browser,
    whoAsks: whoAsks(signIn),
    grantForClient: grantForClient(signIn),
    ...given.deps,
    store,
  }
  const server = buildServer(deps)
  const undeclared = holdAnswersToDocument(server)
  await server.ready()
  return {
    server,
    deps,
    store,
    world,
    filesRoot,
    advance(ms) {
      now += ms
    },
    tenant: (name) => addTenant(server, store, world, name),
    async close() {
      await deps.outcomeWaits.stop()
      await deps.whoAsks.stop()
      await browser.sessions.settled()
      await server.close()
      await reader.stop()
      await store.close()
      await rm(folder, { recursive: true, force: true })
      const faults = undeclared()
      if (faults.length > 0)
        throw new Error(`answers that the document of the API does not have:\n${faults.join('\n')}`)
    },
  }
}

/**
 * There are no engines here: data that leaves has no tables, and neither has data that comes in.
 * @param folder of the apps' data
 */
function withoutEngines(folder: string, { random, clock }: World): ApiDeps['dataTransfers'] {
  return {
    exported: async () => ({ parts: [], discard: async () => undefined }),
    async imported() {
      const version = newDataVersion(random, clock.now())
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, version), 'no tables')
      return { version, fileBytes: 9, engineTime: 0, tables: [] }
    },
    discard: async () => undefined,
  }
}

/** Its versions have any names. */
function appDataIn(folder: string): ApiDeps['appData'] {
  const data = new DataFolder(folder)
  return Object.assign(data, {
    isWhole: async () => true,
    profile: async (version: DataVersion) =>
      version.endsWith('.duckdb') ? DataFolder.prototype.profile.call(data, version) : undefined,
  })
}

async function addTenant(server: ApiServer, store: Store, world: World, name: string): Promise<Members> {
  const token = newKeyToken(world.random)
  const made = newTenant(
    { name, hostname: `${name}.example.com`, adminName: `${name}-admin`, tokenHash: tokenHash(token) },
    world.random,
    world.clock.now(),
  )
  await put(store, { tenants: [made.tenant] })
  await put(store, { users: [made.admin] })
  await put(store, { keys: [made.key] })
  return {
    tenant: made.tenant,
    admin: personWith(server, made.admin, token),
    async person(personName, roles = ['Developer']) {
      const now = world.clock.now()
      const user: User = {
        ...made.admin,
        id: newHexId(world.random, now),
        subject: personName,
        name: personName,
        email: `${personName}@${name}.example.com`,
        roles,
        createdAt: now,
        updatedAt: now,
      }
      const ownToken = newKeyToken(world.random)
      const key = {
        ...made.key,
        id: newUuid<'key'>(world.random),
        userId: user.id,
        createdBy: user.id,
        tokenHash: tokenHash(ownToken),
      }
      await put(store, { users: [user] })
      await put(store, { keys: [key] })
      return personWith(server, user, ownToken)
    },
  }
}

function personWith(server: ApiServer, user: User, token: string): Person {
  return {
    user,
    token,
    async call(method, url, body, more = {}) {
      const answer = await server.inject({
        method: method as 'GET',
        url,
        ...defined({ payload: body as object | undefined }),
        ...more,
        headers: { authorization: `Bearer ${token}`, ...more.headers },
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        body: parsed(answer.body),
      }
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
