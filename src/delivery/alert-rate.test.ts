import { expect, test } from 'vitest'
import { DeliveryBench } from '../../test/support/delivery-bench.ts'
import { aSubscription } from '../../test/support/records.ts'
import type { SubscriptionId } from '../core/ids.ts'
import { ALERTS_PER_TENANT_AND_MINUTE } from '../core/limits.ts'

test('alerts of a tenant go at its rate, however many alerts they are of; what is too much waits and comes', async () => {
  const alerts = Array.from({ length: 9 }, (_, n) =>
    aSubscription({
      id: `00000000-0000-4000-9000-00000000000${n}` as SubscriptionId,
      channel: 'chat',
      alert: { on: ['failure'], format: 'slack' },
    }),
  )
  const b = await new DeliveryBench().furnish(...alerts)
  for (let app = 1; app <= 3; app++) await b.failure(app)
  b.start()
  expect(await b.ended(10 * 60_000)).toHaveLength(27)
  const at = b.receiver.got.map((got) => got.at).sort((left, right) => left - right)
  expect(at).toHaveLength(27)
  expect(at[ALERTS_PER_TENANT_AND_MINUTE]! - at[0]!).toBeGreaterThanOrEqual(60_000)
})
