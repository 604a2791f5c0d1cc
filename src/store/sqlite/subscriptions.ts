/** Subscriptions: who wants which events. */
import type { DatabaseSync } from 'node:sqlite'
import type { Subscription } from '../../event/subscription.ts'
import type { CatalogStore } from '../port/store.ts'
import { recordOf } from './row.ts'
import type { Answers } from './verbs.ts'

export function prepareSubscriptions(db: DatabaseSync): Answers<CatalogStore, 'subscription'> {
  const one = db.prepare('SELECT record FROM subscriptions WHERE id = ? AND tenant_id = ?')
  return {
    subscription: (tenantId, id) => recordOf<Subscription>(one.get(id, tenantId)),
  }
}
