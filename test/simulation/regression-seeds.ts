/**
 * Every seed that ever failed, with the reason; the test runs them all. A seed gives the same history only as long as the
 * simulation draws the same things in the same order: an old seed is a history like any other by then, and the reason tells
 * what to look for when the fault comes back.
 */
export const REGRESSION_SEEDS: readonly { readonly seed: number; readonly reason: string }[] = []
