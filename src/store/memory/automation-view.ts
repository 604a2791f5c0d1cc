/** What a step about an automation is shown. */
import type { AutomationRun } from '../../core/automation/run.ts'
import { defined } from '../../core/defined.ts'
import type { TenantId } from '../../core/ids.ts'
import type { AutomationSubject, AutomationView, CatalogView } from '../port/change.ts'
import { compare, own, type Tables } from './tables.ts'

export function automationView(
  tables: Tables,
  tenantId: TenantId,
  { id, ownerId: wantedOwner, runId, keys = [] }: AutomationSubject,
): Omit<AutomationView, keyof CatalogView> {
  const automation = own(tables.automations.get(id), tenantId)
  const ownerId = wantedOwner ?? automation?.ownerId
  const ofTenant = tables.automations.where((row) => row.tenantId === tenantId)
  const runs = tables.automationRuns
    .where((row) => row.tenantId === tenantId && row.automationId === id)
    .sort((left, right) => compare(left.id, right.id))
  const inState = (state: AutomationRun['state']) => runs.filter((row) => row.state === state).length
  return {
    ...defined({
      automation,
      owner: ownerId && own(tables.users.get(ownerId), tenantId),
      run: runs.find((row) => row.id === runId),
      firstHeld: runs.find(({ held }) => held),
    }),
    owned: ofTenant.filter((row) => row.ownerId === ownerId).length,
    ofTenant: ofTenant.length,
    keyed: runs.filter(({ key }) => keys.includes(key)),
    queued: inState('queued'),
    running: inState('running'),
  }
}
