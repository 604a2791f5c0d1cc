/** What must hold of every saving of the catalog, asserted by each store before it writes. */
import type { TenantId } from '../../core/ids.ts'
import type { CatalogKind, CatalogSaving, Change } from '../port/change.ts'
import { assertRun } from './task-runs.ts'

/** Records are put in this order, so that what one refers to is there already. */
export const PUT_ORDER: readonly CatalogKind[] = [
  'tenants',
  'groups',
  'users',
  'keys',
  'oauthClients',
  'identityProviders',
  'loginSessions',
  'spaces',
  'assignments',
  'apps',
  'scripts',
  'dataFiles',
  'subscriptions',
  'tasks',
  'taskRuns',
  'automations',
  'automationRuns',
]

/** @throws when a record is of another tenant than the subject, or a run cannot be: our own mistake */
export function assertCatalogSaving(
  tenantId: TenantId,
  { put = {}, events, deliveries }: CatalogSaving,
): void {
  for (const tenant of put.tenants ?? []) must(tenant.id === tenantId, tenant.id)
  for (const kind of PUT_ORDER) {
    if (kind === 'tenants') continue
    for (const record of put[kind] ?? []) must(record.tenantId === tenantId, record.id)
  }
  for (const run of put.taskRuns ?? []) assertRun(run)
  for (const fact of [...(events ?? []), ...(deliveries ?? [])]) must(fact.tenantId === tenantId, fact.id)
}

function must(holds: boolean, id: string): void {
  if (!holds) throw new Error(`a step about one tenant saved ${id} of another tenant`)
}

/** Subjects that are about people and what they come in with. */
const ABOUT_PEOPLE = ['user', 'group', 'key', 'oauth-client', 'identity-provider', 'login-session'] as const
export type AboutPeople<Answer> = Extract<Change<Answer>, { readonly kind: (typeof ABOUT_PEOPLE)[number] }>

export function isAboutPeople<Answer>(change: Change<Answer>): change is AboutPeople<Answer> {
  return (ABOUT_PEOPLE as readonly string[]).includes(change.kind)
}
