/**
 * What a change was, as acts: told from the record of its subject before and after. One rule for all use
 * cases, so that none can forget it: what they save for others in passing, such as the tasks of an owner who
 * is gone, belongs to the same act.
 */
import { defined } from '../core/defined.ts'
import type { TenantId, UserId } from '../core/ids.ts'
import { type Act, ASKED_TYPES, auditType, type Deed, OPERATOR, type Thing } from '../event/audit-event.ts'
import type { AppView, CatalogKind, CatalogSaving, Change, SpaceView } from '../store/port/change.ts'

type Kind = Change<unknown>['kind']

/** Of each subject: where its record stands in the view, and where in what is saved. */
const SUBJECTS: { readonly [Each in Kind]: readonly [view: string, kind: CatalogKind] } = {
  tenant: ['tenant', 'tenants'],
  user: ['user', 'users'],
  group: ['group', 'groups'],
  key: ['key', 'keys'],
  'oauth-client': ['client', 'oauthClients'],
  'identity-provider': ['provider', 'identityProviders'],
  'login-session': ['session', 'loginSessions'],
  space: ['space', 'spaces'],
  app: ['app', 'apps'],
  'data-file': ['file', 'dataFiles'],
  subscription: ['subscription', 'subscriptions'],
  task: ['task', 'tasks'],
  automation: ['automation', 'automations'],
}

/** Change with every use, or with every other field. */
const HOUSEKEEPING = new Set(['updatedAt', 'updatedBy', 'modifiedAt', 'lastUsedAt', 'seenAt', 'erasing'])

type AnyRecord = Readonly<Record<string, unknown>> & { readonly id: string }

/** Nothing in it of an app but what comes with a script that is set. */
const WITH_A_SCRIPT = new Set(['currentScriptId', 'crashedOnMaxSize'])

/** @returns none when nothing was done that anybody has to know of; of parts one for each */
export function actsOf(change: Change<unknown>, view: object, saving: CatalogSaving): readonly Act[] {
  const { tenantId, kind } = change
  const id = 'id' in change ? change.id : tenantId
  const [field, saved] = SUBJECTS[kind]
  const before = (view as Readonly<Record<string, AnyRecord | undefined>>)[field]
  const after = rowsIn(saving.put?.[saved]).find((row) => row.id === id)
  const removed = idsIn(saving.remove, saved).includes(id)
  const subject = after ?? before
  if (subject === undefined) return []
  const about: About = { tenantId, kind, subject }
  const changed = before === undefined || after === undefined ? [] : changedFields(kind, before, after)
  const parts = partsOf(about, view, saving, before === undefined ? undefined : changed)
  if (parts.length > 0) return parts
  const deed = deedOf(before, after, removed, changed)
  // The user of a client goes with it, and never without.
  if (kind === 'user' && deed === 'deleted' && subject.clientId !== undefined) return []
  // A task tells of its own life, by the user who changed it (event/task-life-event.ts).
  if (deed === undefined || (kind === 'task' && (saving.events ?? []).length > 0)) return []
  return [actOn(about, auditType(thingOf(about), deed), deed === 'updated' ? { changed } : {})]
}

/** The record that an act is about, as it is after the act, or was before it went. */
interface About {
  readonly tenantId: TenantId
  readonly kind: Kind
  readonly subject: AnyRecord
}

function thingOf({ kind, subject }: About): Thing {
  if (kind !== 'subscription') return kind
  return subject.alert === undefined ? 'webhook' : 'alert'
}

/**
 * What belongs to the subject and has no subject of its own.
 * @param changed fields of the subject; undefined when it is a new one
 */
function partsOf(
  about: About,
  view: object,
  saving: CatalogSaving,
  changed: readonly string[] | undefined,
): readonly Act[] {
  const on = (thing: Thing, saved: CatalogKind, known: readonly string[]): readonly Act[] => [
    ...rowsIn(saving.put?.[saved]).map(({ id }) =>
      actOn(about, auditType(thing, known.includes(id) ? 'updated' : 'created'), {}, id),
    ),
    ...idsIn(saving.remove, saved).map((id) => actOn(about, auditType(thing, 'deleted'), {}, id)),
  ]
  const saves = (saved: CatalogKind) => rowsIn(saving.put?.[saved]).length > 0
  switch (about.kind) {
    case 'app':
      // A new one brings its script with it, one that is published again too, and one that goes takes its
      // scripts along.
      if (changed?.every((name) => WITH_A_SCRIPT.has(name)) !== true) return []
      if (idsIn(saving.remove, 'apps').length > 0) return []
      return on('script', 'scripts', (view as AppView).scripts)
    case 'user':
      return saves('users') ? [] : on('login-session', 'loginSessions', [])
    case 'space': {
      const known = (view as SpaceView).assignments.map(({ id }) => id)
      return on('assignment', 'assignments', known)
    }
    case 'task':
      if (!saves('taskRuns') || (saving.events ?? []).length > 0) return []
      return [actOn(about, ASKED_TYPES['task-run'])]
    case 'automation':
      if (!saves('automationRuns') || saves('automations')) return []
      return [actOn(about, ASKED_TYPES['automation-run'])]
    default:
      return []
  }
}

function deedOf(
  before: AnyRecord | undefined,
  after: AnyRecord | undefined,
  removed: boolean,
  changed: readonly string[],
): Deed | undefined {
  if (removed) return 'deleted'
  if (after === undefined) return undefined
  if (before === undefined) return 'created'
  if (changed.length === 0) return undefined
  const isGone =
    after.status === 'deleted' || (changed.includes('removedAt') && after.removedAt !== undefined)
  return isGone ? 'deleted' : 'updated'
}

function changedFields(kind: Kind, before: AnyRecord, after: AnyRecord): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names]
    .filter((name) => !HOUSEKEEPING.has(name))
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort()
  // Another content may be as long as the one before.
  const isContent = kind === 'data-file' && changed.every((name) => name === 'bytes')
  return isContent ? ['content'] : changed
}

/** @param id of the part that it is about */
function actOn(
  { tenantId, kind, subject }: About,
  type: string,
  more: Readonly<Record<string, unknown>> = {},
  id = subject.id,
): Act {
  // What names a person is told by the user's record alone.
  const name = kind === 'user' || kind === 'login-session' ? undefined : subject.name
  const text = (name: string) => (typeof subject[name] === 'string' ? (subject[name] as string) : undefined)
  const owner = text('ownerId') ?? text('userId')
  return {
    type,
    tenantId,
    resourceId: id,
    topLevelResourceId: text('appId') ?? subject.id,
    ...defined({ spaceId: text('spaceId') as Act['spaceId'], ownerId: owner as UserId | undefined }),
    userId: kind === 'tenant' ? OPERATOR : ((owner ?? subject.id) as UserId),
    data: { id, ...(typeof name === 'string' ? { name } : {}), ...more },
  }
}

function rowsIn(rows: readonly { readonly id: string }[] | undefined): readonly AnyRecord[] {
  return (rows ?? []) as readonly AnyRecord[]
}

function idsIn(remove: CatalogSaving['remove'], kind: CatalogKind): readonly string[] {
  return (remove as Readonly<Partial<Record<CatalogKind, readonly string[]>>> | undefined)?.[kind] ?? []
}
