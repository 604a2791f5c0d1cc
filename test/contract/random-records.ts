/**
 * Random records of every kind that has a list, with few different values: equal ones in every column, texts
 * that differ in case, accents and planes, and absent members.
 */

import type { Automation } from '../../src/core/automation/automation.ts'
import { type AutomationRunHead, headOf } from '../../src/core/automation/run.ts'
import { RUN_STATES } from '../../src/core/automation/run-state.ts'
import { defined } from '../../src/core/defined.ts'
import type { Group, Membership } from '../../src/core/group.ts'
import type {
  AppId,
  GroupId,
  ReloadId,
  RunId,
  SpaceId,
  TaskId,
  TenantId,
  UserId,
} from '../../src/core/ids.ts'
import { DEFAULT_CLAIM_NAMES, type IdentityProvider } from '../../src/core/people/identity-provider.ts'
import type { LoginSession } from '../../src/core/people/login-session.ts'
import type { OAuthClient } from '../../src/core/people/oauth-client.ts'
import type { Random } from '../../src/core/ports.ts'
import type { ApiKey, App, DataFile, Space, SpaceAssignment, User } from '../../src/core/records.ts'
import { APP_USAGES, SPACE_TYPES } from '../../src/core/records.ts'
import type { Role } from '../../src/core/role.ts'
import { runOf, type TaskRun } from '../../src/core/task/run.ts'
import { GENERATIONS, type LastRun, RUN_ENDS, type Task, type Triggers } from '../../src/core/task/task.ts'
import type { Subscription } from '../../src/event/subscription.ts'
import type { ListedRecords, ListKind } from '../../src/store/port/list-fields.ts'
import type { Store } from '../../src/store/port/store.ts'
import { put, remove } from '../support/catalog.ts'
import { anApp, anAutomation, anAutomationRun, aSubscription, aTask, START_MS } from '../support/records.ts'

export const TEXTS = [
  '',
  'sales',
  'Sales',
  'SALES 2026',
  'Größe',
  'GRÖßE',
  'İzmir',
  'zebra',
  '😀 smile',
  '\uffee half',
  '100%_done*?',
  "o'clock",
]
const USERS = ['u-1', 'u-2', 'u-3'] as UserId[]
const AUTOMATIONS = ['am-1', 'am-2'] as Automation['id'][]
const SPACES = ['s-1', 's-2', 's-3'] as SpaceId[]
const APPS = ['app-1', 'app-2'] as AppId[]
const TASKS = ['t-1', 't-2', 't-3'] as TaskId[]
const MEMBERSHIPS: readonly Membership[] = [
  { id: 'g-1' as GroupId, name: 'Sales', roles: ['Developer'] },
  { id: 'g-2' as GroupId, name: 'Größe', roles: ['Developer', 'TenantAdmin'] },
]
const FOLDERS = ['', 'in/', 'in/Größe/', 'out/']

/** How the store takes and loses a row of a kind; users stay. */
interface Handling<Row> {
  save(store: Store, row: Row): Promise<unknown>
  remove?(store: Store, row: Row): Promise<unknown>
}

/** Rows that are saved as they are listed. */
function asListed<Kind extends Exclude<ListKind, 'users' | 'automationRuns'>>(
  kind: Kind,
): Handling<ListedRecords[Kind]> {
  return {
    save: (store, row) => put(store, { [kind]: [row] }),
    remove: (store, row) => remove(store, row.tenantId, { [kind]: [row.id] }),
  }
}

export const HANDLING: { readonly [Kind in ListKind]: Handling<ListedRecords[Kind]> } = {
  apps: asListed('apps'),
  users: { save: (store, row) => put(store, { users: [row] }) },
  groups: asListed('groups'),
  oauthClients: asListed('oauthClients'),
  identityProviders: asListed('identityProviders'),
  loginSessions: asListed('loginSessions'),
  keys: asListed('keys'),
  spaces: asListed('spaces'),
  assignments: asListed('assignments'),
  dataFiles: asListed('dataFiles'),
  subscriptions: asListed('subscriptions'),
  tasks: asListed('tasks'),
  taskRuns: asListed('taskRuns'),
  automations: asListed('automations'),
  automationRuns: {
    save: (store, row) =>
      put(store, { automationRuns: [{ ...row, steps: [], input: 'not shown', results: [] }] }),
    remove: (store, row) => remove(store, row.tenantId, { automationRuns: [row.id] }),
  },
}

export class RandomRecords {
  readonly #random: Random
  readonly #tenantId: TenantId
  #made = 0

  constructor(random: Random, tenantId: TenantId) {
    this.#random = random
    this.#tenantId = tenantId
  }

  one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random.uniform() * of.length)]!
  }

  /**
   * Saves what rows of other kinds refer to, and so many rows of the kind.
   * @returns all rows of the kind
   */
  async fill<Kind extends ListKind>(store: Store, kind: Kind, count: number): Promise<ListedRecords[Kind][]> {
    const groups = MEMBERSHIPS.map((one) => ({ ...this.groups(), ...one, id: this.#own(one.id) }))
    const users = USERS.map((id) => ({ ...this.users(), id: this.#own(id) }))
    const spaces = SPACES.map((id) => ({ ...this.spaces(), id: this.#own(id) }))
    const apps = APPS.map((id) => ({ ...this.apps(), id: this.#own(id) }))
    const tasks = TASKS.map((id) => ({ ...this.tasks(), id: this.#own(id) }))
    const automations = AUTOMATIONS.map((id) => ({ ...this.automations(), id: this.#own(id) }))
    await put(store, { groups, users, spaces, apps, tasks, automations })
    const rows = Array.from({ length: count }, () => this.make(kind))
    for (const row of rows) await HANDLING[kind].save(store, row)
    const before: { readonly [Each in ListKind]?: readonly ListedRecords[Each][] } = {
      groups,
      users,
      spaces,
      apps,
      tasks,
      automations,
    }
    return [...((before[kind] ?? []) as readonly ListedRecords[Kind][]), ...rows]
  }

  /** Ids are of one tenant. */
  #own<Id extends string>(id: Id): Id {
    return `${this.#tenantId.slice(0, 2)}-${id}` as Id
  }

  make<Kind extends ListKind>(kind: Kind): ListedRecords[Kind] {
    return this[kind]() as ListedRecords[Kind]
  }

  apps(): App {
    const { currentScriptId: _none, spaceId: _other, ...app } = anApp(this.#basis())
    return {
      ...app,
      ...defined({
        spaceId: this.one([...SPACES.map((id) => this.#own(id)), undefined]),
        data: this.one([undefined, { version: app.id, fileBytes: 1, engineTime: this.#time(), tables: [] }]),
        publication: this.one([undefined, { originAppId: this.one(APPS), publishedAt: START_MS }]),
        placement: this.one([undefined, { minEngineSize: '40', createdAt: START_MS }]),
      }),
      description: this.one(TEXTS),
      usage: this.one(APP_USAGES),
      modifiedAt: this.#time(),
    } as App
  }

  users(): User {
    const basis = this.#basis()
    return {
      ...basis,
      ...defined({
        email: this.one([undefined, 'Ann@Example.com', 'bob@example.com']),
        clientId: this.one([undefined, undefined, 'c-1', 'C-1']),
        groups: this.one(
          [undefined, 0, 1, 2].map((count) => (count === undefined ? undefined : this.#memberships(count))),
        ),
      }),
      subject: `${this.one(TEXTS)} ${basis.id}`,
      roles: this.one([[], ['TenantAdmin'], ['Developer', 'TenantAdmin']]),
      status: this.one(['active', 'disabled', 'deleted', 'invited']),
      updatedAt: this.#time(),
    } as object as User
  }

  #memberships(count: number): readonly Membership[] {
    return MEMBERSHIPS.slice(0, count).map((one) => ({ ...one, id: this.#own(one.id) }))
  }

  groups(): Group {
    const basis = this.#basis()
    const roles = this.one<readonly Role[]>([[], ['Developer'], ['Developer', 'TenantAdmin']])
    const provider = this.one(['idp', 'custom'] as const)
    return { ...basis, name: `${basis.name} ${basis.id}`, roles, provider, updatedAt: this.#time() } as Group
  }

  oauthClients(): OAuthClient {
    const userId = this.#own(this.one(USERS))
    const fields = { userId, description: '', secrets: [], createdBy: userId, updatedAt: this.#time() }
    return { ...this.#basis(), ...fields } as object as OAuthClient
  }

  identityProviders(): IdentityProvider {
    const flags = { createsUsers: true, createsGroups: false, enabled: this.one([true, false]) }
    return {
      ...this.#basis(),
      ...flags,
      protocol: this.one(['oidc', 'jwt']),
      issuer: this.one(['https://one.example.com', 'https://other.example.com']),
      claims: DEFAULT_CLAIM_NAMES,
      updatedAt: this.#time(),
    } as object as IdentityProvider
  }

  loginSessions(): LoginSession {
    const { id, tenantId, createdAt } = this.#basis()
    return {
      id,
      tenantId,
      createdAt,
      userId: this.#own(this.one(USERS)),
      tokenHash: id,
      opened: { by: 'key', keyId: 'k' },
      claims: {},
      seenAt: createdAt,
      expiresAt: this.#time(),
    } as object as LoginSession
  }

  keys(): ApiKey {
    const { id, tenantId, createdAt, name: description } = this.#basis()
    const times = { expiresAt: this.one([undefined, this.#time()]), revokedAt: this.one([undefined, 1]) }
    const people = { userId: this.#own(this.one(USERS)), createdBy: this.#own(this.one(USERS)) }
    return { id, tenantId, createdAt, description, tokenHash: id, ...people, ...defined(times) } as ApiKey
  }

  spaces(): Space {
    const basis = this.#basis()
    return {
      ...basis,
      name: `${basis.name} ${this.#made}`,
      description: '',
      type: this.one(SPACE_TYPES),
      createdBy: this.#own(this.one(USERS)),
      updatedAt: START_MS,
    } as object as Space
  }

  assignments(): SpaceAssignment {
    const { id, tenantId, createdAt } = this.#basis()
    const row = {
      id,
      tenantId,
      createdAt,
      createdBy: this.#own(this.one(USERS)),
      updatedAt: START_MS,
      roles: ['consumer'],
    }
    return {
      ...row,
      spaceId: this.#own(this.one(SPACES)),
      type: 'group',
      assigneeId: id,
    } as object as SpaceAssignment
  }

  dataFiles(): DataFile {
    const { id, tenantId, createdAt, ownerId, name } = this.#basis()
    const spaceId = this.one([...SPACES.map((id) => this.#own(id)), undefined])
    return {
      ...{ id, tenantId, createdAt, ownerId, ...defined({ spaceId }) },
      name: `${this.one(FOLDERS)}${name}${this.#made}${this.one(['.csv', '/', '.QVD'])}`,
      bytes: this.one([0, 7, 1_000_000]),
      modifiedAt: this.#time(),
    } as object as DataFile
  }

  subscriptions(): Subscription {
    return aSubscription({
      ...(this.#basis() as object),
      ...defined({ channel: this.one([undefined, undefined, 'nats' as const]) }),
      url: `https://${this.one(['a', 'B'])}.example.com/${this.one(['', 'x'])}`,
      eventTypes: this.one([['a'], ['a', 'b'], ['b', 'c'], []]),
      origin: this.one(['api', 'management-console']),
      level: this.one(['tenant', 'user']),
      enabled: this.one([true, false]),
      createdBy: this.#own(this.one(USERS)),
      updatedBy: this.#own(this.one(USERS)),
      updatedAt: this.#time(),
    })
  }

  tasks(): Task {
    const { ownerId, ...basis } = this.#basis()
    const ofTrigger = this.one<Triggers>([
      {},
      { data: { partial: true } },
      { schedule: {} as never, data: { partial: false } },
      { ends: { join: 'any', events: [] }, data: { partial: false } },
    ])
    const state = { completed: false, failuresInRow: 0, joined: {} }
    return aTask({
      ...basis,
      ownerId,
      appId: this.#own(this.one(APPS)),
      generation: this.one(GENERATIONS),
      partial: this.one([true, false]),
      enabled: this.one([true, false]),
      triggers: ofTrigger,
      updatedBy: this.#own(this.one(USERS)),
      updatedAt: this.#time(),
      state: { ...state, ...defined({ lastRun: this.one([undefined, this.#lastRun()]) }) },
    })
  }

  #lastRun(): LastRun {
    return {
      id: 'run' as RunId,
      status: this.one(['running', ...RUN_ENDS]),
      startedAt: this.#time(),
      ...defined({ endedAt: this.one([undefined, this.#time()]) }),
      triggeredBy: this.one(TEXTS),
      executedAs: this.#own(this.one(USERS)),
    }
  }

  taskRuns(): TaskRun {
    const { id, createdAt } = this.#basis()
    const task = aTask({
      tenantId: this.#tenantId,
      id: this.#own(this.one(TASKS)),
      appId: this.#own(this.one(APPS)),
    })
    const run = { ...runOf(task, id, id, { kind: 'hand', userId: task.ownerId }, createdAt) }
    const state = this.one(['waiting', 'running', 'failed', 'succeeded', 'skipped', 'missed'] as const)
    const started = { startedAt: this.#time(), reloadId: `reload of ${id}` as ReloadId }
    if (state === 'waiting') return run
    if (state === 'running') return { ...run, ...started, state }
    const endedAt = this.#time()
    const hasRun = state === 'succeeded' || (state === 'failed' && this.one([true, false]))
    return { ...run, ...(hasRun ? started : {}), state, endedAt }
  }

  automations(): Automation {
    const state = this.one(RUN_STATES)
    const ended = { id: 'r', state, startedAt: this.#time(), endedAt: this.#time() }
    return anAutomation({
      ...(this.#basis() as object),
      ...defined({
        spaceId: this.one([...SPACES.map((id) => this.#own(id)), undefined]),
        lastRun: this.one([undefined, { id: 'r', state: 'running' }, ended]),
      } as object),
      enabled: this.one([true, false]),
      document: {
        version: 1,
        trigger: this.one([
          { kind: 'manual' },
          { kind: 'webhook' },
          { kind: 'event', eventTypes: ['a'] },
        ] as const),
        steps: [],
      },
      maxConcurrentRuns: this.one([1, 3]),
      updatedAt: this.#time(),
    })
  }

  automationRuns(): AutomationRunHead {
    const { id, tenantId, createdAt } = this.#basis()
    const ended = this.one([true, false])
    return headOf(
      anAutomationRun({
        id,
        tenantId,
        createdAt,
        key: id,
        automationId: this.#own(this.one(AUTOMATIONS)),
        state: ended ? 'finished' : this.one(['queued', 'running']),
        cause: this.one([{ kind: 'webhook' }, { kind: 'hand', userId: USERS[0]! }] as const),
        ...defined({
          startedAt: this.one([undefined, this.#time()]),
          endedAt: ended ? this.#time() : undefined,
        }),
      }),
    )
  }

  #time(): number {
    return START_MS + this.one([0, 1, 2, 3])
  }

  #basis() {
    const made = String(++this.#made).padStart(4, '0')
    const id = `${this.#tenantId.slice(0, 4)}${this.one(['a', 'Z', 'f', '0'])}${made}`
    return {
      id: id as never,
      tenantId: this.#tenantId,
      createdAt: this.#time(),
      name: this.one(TEXTS),
      ownerId: this.#own(this.one(USERS)),
    }
  }
}
