/**
 * Cancels a reload (contract 02, section 1.4). A waiting one ends at once, with its finished event in the
 * same transaction; a running one becomes CANCELING, and the commit notice wakes the worker that runs it.
 * Asking again is harmless.
 */
import { changeOne } from '../catalog/deps.ts'
import type { AppId, ReloadId, TenantId } from '../core/ids.ts'
import { isOutcome } from '../core/outcome.ts'
import type { Log } from '../core/ports.ts'
import type { App } from '../core/records.ts'
import type { Refusal } from '../core/reload.ts'
import type { AppData } from '../engine/engine-session.ts'
import { type SettleRules, settleStep } from '../outcome/settle.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { ReloadStore } from '../store/port/reloads.ts'

export type Cancellation = 'canceled' | 'canceling' | 'already-ended' | 'unknown'

export interface CancelDeps extends SettleRules {
  readonly store: Pick<ReloadStore, 'transition'>
}

export interface DeleteDeps extends SettleRules {
  readonly store: Pick<ReloadStore, 'transition' | 'activeReloadOf'> & ChangeStore
  readonly appData: AppData
  readonly log: Log
}

/** Another tenant's reload is unknown. */
export async function cancelReload(
  deps: CancelDeps,
  tenantId: TenantId,
  reloadId: ReloadId,
): Promise<Cancellation> {
  const cancel = settleStep(deps, { kind: 'cancel' })
  const [answer] = await deps.store.transition<Refusal | 'foreign'>([
    { reloadId, step: (view) => (view.reload.tenantId === tenantId ? cancel(view) : 'foreign') },
  ])
  switch (answer?.kind) {
    case 'saved':
      return isOutcome(answer.reload.state) ? 'canceled' : 'canceling'
    case 'refused':
      return answer.refusal === 'foreign' ? 'unknown' : 'already-ended'
    default:
      return 'unknown'
  }
}

/**
 * Deletes an app and cancels its active reload (contract 02, section 11). Asked for before and after the
 * deletion: before, so that the event still sees the app; after, for a reload accepted in between. The app's
 * data goes with it; a data file that cannot be deleted, or that a reload saves in this very moment, goes at
 * the next start.
 *
 * @returns false when there is no such app
 */
export async function deleteApp(deps: DeleteDeps, tenantId: TenantId, appId: AppId): Promise<boolean> {
  await cancelActive(deps, tenantId, appId)
  const app = await changeOne<App | undefined>(deps.store, {
    kind: 'app',
    tenantId,
    id: appId,
    step: ({ app }) => (app === undefined ? { answer: app } : { answer: app, remove: { apps: [appId] } }),
  })
  await cancelActive(deps, tenantId, appId)
  if (app?.data !== undefined) {
    await deps.appData.discard(app.data.version).catch((error: unknown) => {
      deps.log.warn('discarding the data of a deleted app failed', { appId, error: String(error) })
    })
  }
  return app !== undefined
}

async function cancelActive(deps: DeleteDeps, tenantId: TenantId, appId: AppId): Promise<void> {
  const active = await deps.store.activeReloadOf(tenantId, appId)
  if (active !== undefined) await cancelReload(deps, tenantId, active)
}
