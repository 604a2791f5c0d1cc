/** The memory store's whole state, and the order of its rows. */

import type { Attempt } from '../../core/attempt.ts'
import type { Automation } from '../../core/automation/automation.ts'
import { type AutomationRun, headOf } from '../../core/automation/run.ts'
import { type Group, withMemberships } from '../../core/group.ts'
import type { TenantId } from '../../core/ids.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { LoginSession } from '../../core/people/login-session.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
import type { Publication } from '../../core/publication.ts'
import type {
  ApiKey,
  App,
  DataFile,
  ScriptVersion,
  Space,
  SpaceAssignment,
  Tenant,
  User,
} from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Delivery, Send } from '../../event/delivery.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Installation } from '../port/installation.ts'
import type { ListedRecords, ListKind } from '../port/list-fields.ts'
import type { ScriptLog } from '../port/reloads.ts'
import { Journal, Table } from './table.ts'

/** Users are read as their groups are now. */
class UserTable extends Table<User> {
  readonly #groups: Table<Group>

  constructor(journal: Journal, groups: Table<Group>) {
    super(journal)
    this.#groups = groups
  }

  override get(id: string): User | undefined {
    const user = super.get(id)
    return user && this.#asNow(user)
  }

  override rows(): User[] {
    return super.rows().map((user) => this.#asNow(user))
  }

  override find(test: (row: User) => boolean): User | undefined {
    return this.rows().find(test)
  }

  #asNow(user: User): User {
    return withMemberships(user, (id) => own(this.#groups.get(id), user.tenantId))
  }
}

export class Tables {
  readonly journal = new Journal()
  readonly tenants = new Table<Tenant>(this.journal)
  readonly groups = new Table<Group>(this.journal)
  readonly users = new UserTable(this.journal, this.groups)
  readonly oauthClients = new Table<OAuthClient>(this.journal)
  readonly identityProviders = new Table<IdentityProvider>(this.journal)
  readonly loginSessions = new Table<LoginSession>(this.journal)
  readonly keys = new Table<ApiKey>(this.journal)
  readonly apps = new Table<App>(this.journal)
  readonly scripts = new Table<ScriptVersion>(this.journal)
  readonly spaces = new Table<Space>(this.journal)
  readonly assignments = new Table<SpaceAssignment>(this.journal)
  readonly dataFiles = new Table<DataFile>(this.journal)
  readonly subscriptions = new Table<Subscription>(this.journal)
  readonly tasks = new Table<Task>(this.journal)
  readonly taskRuns = new Table<TaskRun>(this.journal)
  readonly automations = new Table<Automation>(this.journal)
  readonly automationRuns = new Table<AutomationRun>(this.journal)
  readonly reloads = new Table<Reload>(this.journal)
  /** By reload: the place among the events of the audit that it was accepted. */
  readonly auditSequences = new Table<number>(this.journal)
  /** By `<tenant>/<user>/<key>`: the latest reload accepted under the idempotency key, for what, and when. */
  readonly acceptedKeys = new Table<{
    readonly reloadId: string
    readonly at: number
    readonly payload?: string
  }>(this.journal)
  /** By `<reload id>/<number>`. */
  readonly attempts = new Table<Attempt>(this.journal)
  readonly scriptLogs = new Table<{
    readonly reloadId: string
    readonly attempt: number
    readonly log: ScriptLog
  }>(this.journal)
  readonly events = new Table<StoredEvent>(this.journal)
  readonly deliveries = new Table<Delivery>(this.journal)
  readonly sends = new Table<Send>(this.journal)
  readonly publications = new Table<Publication>(this.journal)
  readonly installation = new Table<Installation>(this.journal)
  /**
   * `sequence`: of the latest event; `forgotten`: of the newest one that was removed; `letInAt`: what was due
   * then was let in by a claim, epoch ms; `seenAt`: the time that was seen when history was forgotten last.
   */
  readonly counters = new Table<number>(this.journal)

  listed<Kind extends ListKind>(kind: Kind, tenantId: TenantId): readonly ListedRecords[Kind][] {
    if (kind === 'automationRuns')
      return this.automationRuns
        .where((row) => row.tenantId === tenantId)
        .map(headOf) as readonly object[] as never
    const table: Table<ListedRecords[Kind]> = this[kind] as Table<ListedRecords[ListKind]> as never
    return table.where((row) => row.tenantId === tenantId)
  }

  nextSequence(): number {
    const value = (this.counters.get('sequence') ?? 0) + 1
    this.counters.put('sequence', value)
    return value
  }

  requireTenant(id: TenantId): Tenant {
    const tenant = this.tenants.get(id)
    if (tenant === undefined) throw new Error(`there is no tenant ${id}`)
    return tenant
  }
}

/** Adds a new row; a second row of the same id is our own mistake. */
export function insert<Row>(table: Table<Row>, id: string, row: Row): void {
  if (table.get(id) !== undefined) throw new Error(`there is already a row ${id}`)
  table.put(id, row)
}

/** Ids are ASCII: code unit order is the order of every store. */
export function compare(left: string | number, right: string | number): number {
  return left < right ? -1 : left > right ? 1 : 0
}

export function byAge<Row extends { readonly createdAt: number; readonly id: string }>(rows: Row[]): Row[] {
  return rows.sort((left, right) => left.createdAt - right.createdAt || compare(left.id, right.id))
}

/** A row of a tenant. */
export interface OwnedRow {
  readonly id: string
  readonly tenantId: TenantId
}

/** The row when it belongs to the tenant: other tenants' rows are as if they were not there. */
export function own<Row extends OwnedRow>(row: Row | undefined, tenantId: TenantId): Row | undefined {
  return row?.tenantId === tenantId ? row : undefined
}
