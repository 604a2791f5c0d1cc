/**
 * Every seed that ever failed, with the reason; the test runs them all. A seed gives the same history only as
 * long as the simulation draws the same things in the same order: an old seed is a history like any other by
 * then, and the reason tells what to look for when the fault comes back.
 */
export const REGRESSION_SEEDS: readonly { readonly seed: number; readonly reason: string }[] = [
  // The simulator's own faults, so far.
  { seed: 10, reason: 'two processes of one machine had wall clocks of their own' },
  {
    seed: 23,
    reason: 'a process started beside one that still drained, in an installation that one process may open',
  },
  { seed: 231, reason: 'calm was declared before what a clock far ahead had stamped was over' },
  {
    seed: 541,
    reason: 'a delivery given up while its webhook was deleted counted as lost when the webhook came back',
  },
  { seed: 531, reason: 'memory of an attempt that its worker had given up counted as held' },
  {
    seed: 588,
    reason:
      'a clock that was wrong between two sweeps, and right again, was not seen: leases stamped in it ran out',
  },
  { seed: 214, reason: 'tenants that began to contend after a rollback were not made equal' },
  { seed: 1322, reason: 'the model let in beforehand what came to wait after its clock was set right' },
  { seed: 1300, reason: 'a process started before its clock was set: it could not see the leap' },
  {
    seed: 2240,
    reason: 'a reload was stamped by a clock that was ahead between two looks at it, and waited for good',
  },
  {
    seed: 1794,
    reason:
      'a clock that leapt now and then made waits of a delivery short, and its last one was taken for ever',
  },
  {
    seed: 2846,
    reason:
      'a claim that was under way while its clock was set back let in what the audit held to wait still',
  },
  {
    seed: 1535,
    reason: 'an attempt counted as held for a renewal whose answer had not reached its worker',
  },
  {
    seed: 1289,
    reason:
      'a machine whose clock was a minute behind when it started cut a lease that another held and renewed',
  },
]
