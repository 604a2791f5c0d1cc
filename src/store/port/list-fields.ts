/**
 * What the lists of each kind of record are filtered and sorted by: the value of each field, named once for
 * every store and for the cursors of pages. Flags are 1 and 0; null stands for an absent value and is the
 * lowest; texts are in order of their code points.
 */
import { type Automation, RUN_MODES } from '../../core/automation/automation.ts'
import type { AutomationRunHead } from '../../core/automation/run.ts'
import { baseNameOf, isFolderName, parentOf } from '../../core/file-name.ts'
import type { Group } from '../../core/group.ts'
import { itemIdOf } from '../../core/item-id.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { LoginSession } from '../../core/people/login-session.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
import type { ApiKey, App, DataFile, Space, SpaceAssignment, User } from '../../core/records.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { FieldValue } from './condition.ts'

type Fields<Row> = Readonly<Record<string, (row: Row) => FieldValue | readonly string[]>>

export const LIST_FIELDS = {
  apps: {
    id: (app) => app.id,
    itemId: (app) => itemIdOf(app.id),
    name: (app) => app.name,
    description: (app) => app.description,
    usage: (app) => app.usage,
    ownerId: (app) => app.ownerId,
    spaceId: (app) => app.spaceId ?? null,
    createdAt: (app) => app.createdAt,
    /** Of the record or the data, whichever changed last. */
    updatedAt: (app) => Math.max(app.modifiedAt, app.data?.engineTime ?? 0),
    fileBytes: (app) => app.data?.fileBytes ?? 0,
    originAppId: (app) => app.publication?.originAppId ?? null,
  } satisfies Fields<App>,
  users: {
    id: (user) => user.id,
    subject: (user) => user.subject,
    name: (user) => user.name,
    email: (user) => user.email ?? null,
    status: (user) => user.status,
    clientId: (user) => user.clientId ?? null,
    erasing: (user) => (user.erasing === true ? 1 : 0),
    roles: (user) => user.roles,
    groupIds: (user) => (user.groups ?? []).map(({ id }) => id),
    /** Through its groups. */
    groupRoles: (user) => [...new Set((user.groups ?? []).flatMap(({ roles }) => roles))],
    createdAt: (user) => user.createdAt,
    updatedAt: (user) => user.updatedAt,
  } satisfies Fields<User>,
  groups: {
    id: (group) => group.id,
    name: (group) => group.name,
    provider: (group) => group.provider,
    roles: (group) => group.roles,
    createdAt: (group) => group.createdAt,
    updatedAt: (group) => group.updatedAt,
  } satisfies Fields<Group>,
  oauthClients: {
    id: (client) => client.id,
    name: (client) => client.name,
    createdAt: (client) => client.createdAt,
    updatedAt: (client) => client.updatedAt,
  } satisfies Fields<OAuthClient>,
  identityProviders: {
    id: (provider) => provider.id,
    name: (provider) => provider.name,
    protocol: (provider) => provider.protocol,
    enabled: (provider) => (provider.enabled ? 1 : 0),
    createdAt: (provider) => provider.createdAt,
  } satisfies Fields<IdentityProvider>,
  loginSessions: {
    id: (session) => session.id,
    userId: (session) => session.userId,
    createdAt: (session) => session.createdAt,
    expiresAt: (session) => session.expiresAt,
  } satisfies Fields<LoginSession>,
  keys: {
    id: (key) => key.id,
    userId: (key) => key.userId,
    description: (key) => key.description,
    createdBy: (key) => key.createdBy,
    createdAt: (key) => key.createdAt,
    expiresAt: (key) => key.expiresAt ?? null,
    revokedAt: (key) => key.revokedAt ?? null,
  } satisfies Fields<ApiKey>,
  spaces: {
    id: (space) => space.id,
    name: (space) => space.name,
    type: (space) => space.type,
    ownerId: (space) => space.ownerId,
    createdAt: (space) => space.createdAt,
  } satisfies Fields<Space>,
  assignments: {
    id: (assignment) => assignment.id,
    spaceId: (assignment) => assignment.spaceId,
    type: (assignment) => assignment.type,
    assigneeId: (assignment) => assignment.assigneeId,
    createdAt: (assignment) => assignment.createdAt,
  } satisfies Fields<SpaceAssignment>,
  dataFiles: {
    id: (file) => file.id,
    spaceId: (file) => file.spaceId ?? null,
    ownerId: (file) => file.ownerId,
    name: (file) => file.name,
    baseName: (file) => baseNameOf(file.name),
    /** Name of the folder that it lies in, with its closing "/"; "" at the top. */
    parent: (file) => parentOf(file.name),
    folder: (file) => (isFolderName(file.name) ? 1 : 0),
    bytes: (file) => file.bytes,
    createdAt: (file) => file.createdAt,
    modifiedAt: (file) => file.modifiedAt,
  } satisfies Fields<DataFile>,
  subscriptions: {
    id: (subscription) => subscription.id,
    name: (subscription) => subscription.name,
    url: (subscription) => subscription.url,
    channel: (subscription) => subscription.channel ?? null,
    eventTypes: (subscription) => subscription.eventTypes,
    origin: (subscription) => subscription.origin,
    level: (subscription) => subscription.level,
    enabled: (subscription) => (subscription.enabled ? 1 : 0),
    ownerId: (subscription) => subscription.ownerId,
    createdBy: (subscription) => subscription.createdBy,
    updatedBy: (subscription) => subscription.updatedBy,
    createdAt: (subscription) => subscription.createdAt,
    updatedAt: (subscription) => subscription.updatedAt,
  } satisfies Fields<Subscription>,
  tasks: {
    id: (task) => task.id,
    generation: (task) => task.generation,
    name: (task) => task.name,
    enabled: (task) => (task.enabled ? 1 : 0),
    partial: (task) => (task.partial ? 1 : 0),
    appId: (task) => task.appId,
    appOwnerId: (task) => task.appOwnerId,
    spaceId: (task) => task.spaceId ?? null,
    ownerId: (task) => task.ownerId,
    updatedBy: (task) => task.updatedBy,
    createdAt: (task) => task.createdAt,
    updatedAt: (task) => task.updatedAt,
    lastStatus: (task) => task.state.lastRun?.status ?? null,
    lastTriggeredBy: (task) => task.state.lastRun?.triggeredBy ?? null,
    lastStartedAt: (task) => task.state.lastRun?.startedAt ?? null,
    lastEndedAt: (task) => task.state.lastRun?.endedAt ?? null,
    lastExecutedAs: (task) => task.state.lastRun?.executedAs ?? null,
    triggerType: triggerTypeOf,
  } satisfies Fields<Task>,
  taskRuns: {
    id: (run) => run.id,
    taskId: (run) => run.taskId,
    appId: (run) => run.appId,
    reloadId: (run) => run.reloadId ?? null,
    state: (run) => run.state,
    createdAt: (run) => run.createdAt,
    startedAt: (run) => run.startedAt ?? null,
    endedAt: (run) => run.endedAt ?? null,
  } satisfies Fields<TaskRun>,
  automations: {
    id: (automation) => automation.id,
    itemId: (automation) => itemIdOf(automation.id),
    name: (automation) => automation.name,
    description: (automation) => automation.description,
    runMode: (automation) => RUN_MODES[automation.document.trigger.kind],
    enabled: (automation) => (automation.enabled ? 1 : 0),
    ownerId: (automation) => automation.ownerId,
    spaceId: (automation) => automation.spaceId ?? null,
    maxConcurrentRuns: (automation) => automation.maxConcurrentRuns,
    lastRunState: (automation) => automation.lastRun?.state ?? null,
    lastRunAt: (automation) => automation.lastRun?.endedAt ?? null,
    createdAt: (automation) => automation.createdAt,
    updatedAt: (automation) => automation.updatedAt,
  } satisfies Fields<Automation>,
  automationRuns: {
    id: (run) => run.id,
    automationId: (run) => run.automationId,
    state: (run) => run.state,
    cause: (run) => run.cause.kind,
    createdAt: (run) => run.createdAt,
    startedAt: (run) => run.startedAt ?? null,
    endedAt: (run) => run.endedAt ?? null,
  } satisfies Fields<AutomationRunHead>,
}

function triggerTypeOf({ triggers }: Task): 'time' | 'event' | 'data' | 'none' {
  if (triggers.schedule !== undefined) return 'time'
  if (triggers.ends !== undefined) return 'event'
  return triggers.data === undefined ? 'none' : 'data'
}

export type ListKind = keyof typeof LIST_FIELDS

export type FieldOf<Kind extends ListKind> = Extract<keyof (typeof LIST_FIELDS)[Kind], string>

export interface ListedRecords {
  readonly apps: App
  readonly users: User
  readonly groups: Group
  readonly oauthClients: OAuthClient
  readonly identityProviders: IdentityProvider
  readonly loginSessions: LoginSession
  readonly keys: ApiKey
  readonly spaces: Space
  readonly assignments: SpaceAssignment
  readonly dataFiles: DataFile
  readonly subscriptions: Subscription
  readonly tasks: Task
  readonly taskRuns: TaskRun
  readonly automations: Automation
  readonly automationRuns: AutomationRunHead
}
