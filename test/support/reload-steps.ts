/**
 * What workers do to reloads, step by step, for tests that have no workers: claim the next one, end its
 * attempt.
 */

import type { AttemptEnd } from '../../src/core/attempt.ts'
import { defined } from '../../src/core/defined.ts'
import { newUuid } from '../../src/core/ids.ts'
import type { World } from '../../src/core/ports.ts'
import type { App, PlacedName, User } from '../../src/core/records.ts'
import { decide, isRefusal } from '../../src/core/reload.ts'
import { type SettleRules, settling } from '../../src/outcome/settle.ts'
import type { Claimed } from '../../src/store/port/queue.ts'
import type { Store } from '../../src/store/port/store.ts'
import { put } from './catalog.ts'

interface Parts {
  readonly store: Store
  readonly world: World
  readonly settleRules: SettleRules
}

/** A personal app of the user, added to the store. */
export async function addApp(
  { store, world }: Pick<Parts, 'store' | 'world'>,
  owner: User,
  more: Partial<App> = {},
): Promise<App> {
  const now = world.clock.now()
  const app: App = {
    id: newUuid(world.random),
    tenantId: owner.tenantId,
    name: 'Sales',
    description: '',
    ownerId: owner.id,
    usage: 'ANALYTICS',
    createdAt: now,
    modifiedAt: now,
    crashedOnMaxSize: { full: false, partial: false },
    ...more,
  }
  await put(store, { apps: [app] })
  return app
}

export async function claimNext({ store, world, settleRules }: Parts): Promise<Claimed> {
  const now = world.clock.now()
  const policy = { ...settleRules, jitter: 0 }
  const claim = {
    kind: 'claim' as const,
    lease: newUuid<'lease'>(world.random),
    workerId: newUuid<'worker'>(world.random),
    leaseExpiresAt: now + 60_000,
  }
  const [claimed] = await store.claim({
    now,
    max: 1,
    concurrentReloadsPerTenant: 30,
    step: ({ reload }) => {
      const decision = decide(reload, undefined, claim, policy, now)
      return isRefusal(decision) ? decision : { reload: decision.next, attempt: decision.opened! }
    },
  })
  if (claimed === undefined) throw new Error('nothing to claim')
  return claimed
}

export async function endAttempt(
  { store, settleRules }: Parts,
  { reload, attempt }: Claimed,
  end: AttemptEnd,
  log?: string,
  reads?: readonly PlacedName[],
): Promise<void> {
  const ended = {
    end,
    durationMs: 1500,
    session: { sessionAcquiredAt: attempt.openedAt, engineStartedAt: attempt.openedAt },
    ...defined({ log, reads }),
  }
  const [answer] = await store.transition([settling(settleRules, reload.id, attempt.leaseToken, ended)])
  if (answer?.kind !== 'saved') throw new Error(`the attempt was not settled: ${answer?.kind}`)
}

/** Claims the next reload and ends it as succeeded, with new data. */
export async function succeedNext(
  parts: Parts,
  log?: string,
  reads?: readonly PlacedName[],
): Promise<Claimed> {
  const claimed = await claimNext(parts)
  const version = newUuid<'data-version'>(parts.world.random)
  const data = { version, engineTime: parts.world.clock.now(), fileBytes: 1024 }
  await endAttempt(parts, claimed, { kind: 'completed', data }, log, reads)
  return claimed
}
