/** Subscriptions: who wants which events. */
import type { DatabaseSync } from 'node:sqlite'
import type { Subscription } from '../../event/subscription.ts'
import type { CatalogStore } from '../port/store.ts'
import { mustSave } from './identity.ts'
import { recordOf } from './row.ts'
import type { Answers } from './verbs.ts'

type SubscriptionVerb = 'saveSubscription' | 'removeSubscription' | 'subscription'

/** @param changed called when what the steps are shown has to be read again */
export function prepareSubscriptions(
  db: DatabaseSync,
  changed: () => void,
): Answers<CatalogStore, SubscriptionVerb> {
  const save = db.prepare(`
    INSERT INTO subscriptions (id, tenant_id, created_at, record) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at, record = excluded.record
      WHERE tenant_id = excluded.tenant_id`)
  const remove = db.prepare('DELETE FROM subscriptions WHERE id = ? AND tenant_id = ?')
  const one = db.prepare('SELECT record FROM subscriptions WHERE id = ? AND tenant_id = ?')
  return {
    saveSubscription: (subscription) => {
      const { id, tenantId, createdAt } = subscription
      mustSave(save.run(id, tenantId, createdAt, JSON.stringify(subscription)), id)
      changed()
    },
    removeSubscription: (tenantId, id) => {
      const removed = remove.run(id, tenantId).changes === 1
      if (removed) changed()
      return removed
    },
    subscription: (tenantId, id) => recordOf<Subscription>(one.get(id, tenantId)),
  }
}
