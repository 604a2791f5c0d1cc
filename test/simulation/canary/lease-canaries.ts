/** Planted bugs of leases and attempts. */
import { type Canary, overriding, seeing } from './canary.ts'

export const LEASE_CANARIES: readonly Canary[] = [
  {
    name: 'no-fence',
    plants: 'the store does not compare lease tokens: a stalled worker settles over another attempt',
    foundBy: ['effect-once', 'end-is-true'],
    withinSeeds: 150,
    store: (store) =>
      overriding(store, {
        transition: (batch) => store.transition(batch.map(({ fence: _ignored, ...rest }) => rest)),
      }),
  },
  {
    name: 'lease-trusted-too-long',
    plants: 'a worker trusts its lease longer than the store honours it',
    foundBy: ['lost-attempt-stops'],
    withinSeeds: 35,
    limits: { leaseTrustMs: 60_000 },
  },
  {
    name: 'renewed-after-loss',
    plants: 'the store answers that a lease is held which it has taken away',
    foundBy: ['lost-attempt-stops'],
    withinSeeds: 20,
    // Short leases are lost more often.
    limits: { leaseDurationMs: 5000, leaseTrustMs: 4500, leaseRenewMs: 2000 },
    store: (store) =>
      overriding(store, {
        renewLeases: async (batch) =>
          (await store.renewLeases(batch)).map((answer) => (answer === 'lost' ? 'held' : answer)),
      }),
  },
  {
    name: 'swept-too-early',
    plants: 'the sweeper declares attempts lost 8 s before their lease ends, while workers still trust it',
    foundBy: ['lost-attempt-stops', 'end-is-true'],
    withinSeeds: 30,
    store: (store) =>
      overriding(
        seeing(store, (view) =>
          view.attempt === undefined
            ? view
            : { ...view, attempt: { ...view.attempt, leaseExpiresAt: view.attempt.leaseExpiresAt - 8000 } },
        ),
        { expiredLeases: (now, max) => store.expiredLeases(now + 8000, max) },
      ),
  },
  {
    name: 'never-swept',
    plants: 'attempts of dead workers are not found',
    foundBy: ['lost-swept', 'cancel-reached'],
    withinSeeds: 10,
    store: (store) => overriding(store, { expiredLeases: async () => [] }),
  },
  {
    name: 'number-reused',
    plants: 'a requeued reload gives its next attempt the number of the one before',
    foundBy: ['attempts-numbered'],
    withinSeeds: 5,
    store: (store) =>
      overriding(store, {
        transition: async (batch) => {
          const answers = await store.transition(batch)
          for (const answer of answers) {
            if (answer.kind !== 'saved' || answer.reload.state !== 'QUEUED') continue
            const { reload } = answer
            store.contents.reloads.put(reload.id, { ...reload, attempts: reload.attempts - 1 })
          }
          return answers
        },
      }),
  },
]
