/**
 * What a change was, as an act: told from the record of its subject before and after. One rule for all use
 * cases, so that none can forget it: what they save for others in passing, such as the tasks of an owner who
 * is gone, belongs to the same act.
 */
import { defined } from '../core/defined.ts'
import type { TenantId, UserId } from '../core/ids.ts'
import { type Act, ASKED_TYPES, auditType, type Deed, OPERATOR, type Thing } from '../event/audit-event.ts'
import type { Subscription } from '../event/subscription.ts'
import type { CatalogKind, CatalogSaving, Change } from '../store/port/change.ts'

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

/** @returns undefined when nothing was done that anybody has to know of */
export function actOf(change: Change<unknown>, view: object, saving: CatalogSaving): Act | undefined {
  const { tenantId, kind } = change
  const id = 'id' in change ? change.id : tenantId
  const [field, saved] = SUBJECTS[kind]
  const before = (view as Readonly<Record<string, AnyRecord | undefined>>)[field]
  const after = rowsIn(saving.put?.[saved]).find((row) => row.id === id)
  const removed = idsIn(saving.remove, saved).includes(id)
  const subject = after ?? before
  const thing = thingOf(kind, subject)
  const part = partOf(kind, saving, { subject, isNew: before === undefined }, tenantId, view)
  if (part !== undefined) return part
  if (subject === undefined) return undefined
  const changed = before === undefined || after === undefined ? [] : changedFields(kind, before, after)
  const deed = deedOf(before, after, removed, changed)
  // The user of a client goes with it, and never without.
  if (kind === 'user' && deed === 'deleted' && subject.clientId !== undefined) return undefined
  // A task tells of its own life, by the user who changed it (event/task-life-event.ts).
  if (deed === undefined || (kind === 'task' && (saving.events ?? []).length > 0)) return undefined
  return actOn(tenantId, thing, deed, subject, deed === 'updated' ? { changed } : {})
}

function thingOf(kind: Kind, subject: AnyRecord | undefined): Thing {
  if (kind !== 'subscription') return kind
  return (subject as Subscription | undefined)?.alert === undefined ? 'webhook' : 'alert'
}

/** What belongs to the subject and has no subject of its own. */
function partOf(
  kind: Kind,
  saving: CatalogSaving,
  { subject, isNew }: { readonly subject: AnyRecord | undefined; readonly isNew: boolean },
  tenantId: TenantId,
  view: object,
): Act | undefined {
  if (subject === undefined) return undefined
  const on = (thing: Thing, deed: Deed, id: string) => actOn(tenantId, thing, deed, subject, {}, id)
  // A new one brings its script with it.
  if (kind === 'app' && !isNew) {
    const [script] = rowsIn(saving.put?.scripts)
    const known = 'scripts' in view ? (view.scripts as readonly string[]) : []
    if (script !== undefined)
      return on('script', known.includes(script.id) ? 'updated' : 'created', script.id)
    const [gone] = idsIn(saving.remove, 'scripts')
    if (gone !== undefined && idsIn(saving.remove, 'apps').length === 0) return on('script', 'deleted', gone)
  }
  if (kind === 'user' && rowsIn(saving.put?.users).length === 0) {
    const [opened] = rowsIn(saving.put?.loginSessions)
    if (opened !== undefined) return on('login-session', 'created', opened.id)
    const [ended] = idsIn(saving.remove, 'loginSessions')
    if (ended !== undefined) return on('login-session', 'deleted', ended)
  }
  if (kind === 'space') {
    const known = 'assignments' in view ? (view.assignments as readonly AnyRecord[]) : []
    const [given] = rowsIn(saving.put?.assignments)
    const isKnown = known.some(({ id }) => id === given?.id)
    if (given !== undefined) return on('assignment', isKnown ? 'updated' : 'created', given.id)
    const [taken] = idsIn(saving.remove, 'assignments')
    if (taken !== undefined) return on('assignment', 'deleted', taken)
  }
  if (kind === 'task' && rowsIn(saving.put?.taskRuns).length > 0) {
    if ((saving.events ?? []).length === 0) return asked('task-run', subject, tenantId)
  }
  if (kind === 'automation' && rowsIn(saving.put?.automationRuns).length > 0) {
    if (rowsIn(saving.put?.automations).length === 0) return asked('automation-run', subject, tenantId)
  }
  return undefined
}

function asked(what: 'task-run' | 'automation-run', subject: AnyRecord, tenantId: TenantId): Act {
  return { ...actOn(tenantId, 'task', 'updated', subject, {}), type: ASKED_TYPES[what] }
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
  tenantId: TenantId,
  thing: Thing,
  deed: Deed,
  subject: AnyRecord,
  more: Readonly<Record<string, unknown>>,
  id = subject.id,
): Act {
  // What names a person is told by the user's record alone.
  const name = thing === 'user' || thing === 'login-session' ? undefined : subject.name
  const text = (name: string) => (typeof subject[name] === 'string' ? (subject[name] as string) : undefined)
  const owner = text('ownerId') ?? text('userId')
  return {
    type: auditType(thing, deed),
    tenantId,
    resourceId: id,
    topLevelResourceId: text('appId') ?? subject.id,
    ...defined({ spaceId: text('spaceId') as Act['spaceId'], ownerId: owner as UserId | undefined }),
    userId: thing === 'tenant' ? OPERATOR : ((owner ?? subject.id) as UserId),
    data: { id, ...(typeof name === 'string' ? { name } : {}), ...more },
  }
}

function rowsIn(rows: readonly { readonly id: string }[] | undefined): readonly AnyRecord[] {
  return (rows ?? []) as readonly AnyRecord[]
}

function idsIn(remove: CatalogSaving['remove'], kind: CatalogKind): readonly string[] {
  return (remove as Readonly<Partial<Record<CatalogKind, readonly string[]>>> | undefined)?.[kind] ?? []
}
