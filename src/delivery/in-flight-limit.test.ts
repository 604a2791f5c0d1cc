/**
 * On the real store, whose group commits save records and claims together: never more sends in flight than
 * there are places.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aReload, aSubscription, aTenant } from '../../test/support/records.ts'
import type { AppId, ReloadId } from '../core/ids.ts'
import { realWorld } from '../main/world.ts'
import { settleStep } from '../outcome/settle.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { SENDS_IN_FLIGHT_MAX } from './after-send.ts'
import type { Channel } from './channel.ts'
import { startDelivering } from './deliver.ts'
import { SendRates } from './send-rates.ts'

const EVENTS = 120

test('a webhook has four sends in flight, however their answers and records fall together', async () => {
  const world = realWorld({ info() {}, warn() {}, error() {} })
  const folder = mkdtempSync(join(tmpdir(), 'reprise-places-'))
  const store = SqliteStore.open(join(folder, 'places.db'))
  await put(store, { tenants: [aTenant()] })
  await put(store, { subscriptions: [aSubscription()] })
  const now = Date.now()
  const reloads = Array.from({ length: EVENTS }, (_, n) => {
    const id = n.toString(16).padStart(24, '0') as ReloadId
    return aReload({ id, appId: `app-${n}` as AppId, createdAt: now, queuedAt: now, notBefore: now })
  })
  for (const { appId } of reloads) await put(store, { apps: [anApp({ id: appId })] })
  await store.accept(reloads.map((reload) => ({ reload, reloadsPerAppAndDay: 0 })))
  const step = settleStep(
    { ...world, errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 },
    { kind: 'cancel' },
  )
  await store.transition(reloads.map(({ id }) => ({ reloadId: id, step })))

  let inFlight = 0
  let most = 0
  let sends = 0
  const channel: Channel = {
    async send() {
      inFlight += 1
      most = Math.max(most, inFlight)
      sends += 1
      // Answers that take one to seven turns of the event loop meet the commits in every order.
      for (let turns = 1 + (sends % 7); turns > 0; turns--) await nextTurn()
      inFlight -= 1
      return { ok: true }
    },
  }
  const loop = startDelivering({ ...world, store, channel, rates: new SendRates() })
  while (Number((await store.counts()).pendingDeliveries) > 0) await nextTurn()
  await loop.stop()
  await store.close()
  rmSync(folder, { recursive: true })
  expect({ sends, most }).toEqual({ sends: EVENTS, most: SENDS_IN_FLIGHT_MAX })
})
