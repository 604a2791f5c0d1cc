/** How long, how many and how often: the plan of `npm run chaos`, and the short one of the suite. */
import type { Plan } from './chaos.ts'

const MINUTE_MS = 60_000
/** A run from this length on leaves time to wait for what a long outage delays. */
const LONG_MINUTES = 6

/**
 * Targets are those of ten minutes on two cores, in proportion: 500 SUCCEEDED, of them 100 whose engine was
 * killed and 100 that ran while the server was killed.
 */
export function longPlan(seed: number, minutes: number): Plan {
  const forMs = minutes * MINUTE_MS
  return {
    seed,
    forMs,
    kills: { engine: 0, server: 0 },
    slots: 6,
    apps: { small: 8, medium: 4, large: 2 },
    stores: 'atomic',
    habits: { restMs: 4000, patienceMs: 40_000 },
    pace: { engineEvery: 1.4, serverEvery: 16, running: 5 },
    weather: {
      shortMs: 2000,
      longMs: 20_000,
      longUntilMs: minutes < LONG_MINUTES ? 0 : 0.35 * forMs,
      calmMs: 9000,
    },
    moods: { refused: 0.04, dropped: 0.03, late: 0.003 },
    least: {
      succeeded: 50 * minutes,
      engineKilled: 10 * minutes,
      serverKilled: 10 * minutes,
      longestAttemptMs: 2000,
      sizes: 3,
    },
  }
}

/** A few kills of each kind: still enough that what is lost or doubled by one shows. */
export function shortPlan(seed: number): Plan {
  return {
    ...longPlan(seed, 1),
    forMs: 4000,
    kills: { engine: 3, server: 2 },
    apps: { small: 2, medium: 1, large: 1 },
    habits: { restMs: 300, patienceMs: 8000 },
    pace: { engineEvery: 2.5, serverEvery: 5, running: 2 },
    weather: { shortMs: 1200, longMs: 0, longUntilMs: 0, calmMs: 9000 },
    moods: { refused: 0.04, dropped: 0.03, late: 0 },
    // Who is hit twice is not waited for, so of few kills it may be that none is survived.
    least: { succeeded: 8, engineKilled: 0, serverKilled: 0, longestAttemptMs: 2000, sizes: 3 },
  }
}
