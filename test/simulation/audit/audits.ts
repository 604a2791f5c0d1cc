/**
 * What is audited, under which name, for which invariant of ARCHITECTURE.md section 1. Every violation names
 * its audit; `npm run sim -- --help` prints this table.
 */
export const AUDITS = {
  'acceptance-kept': [1, 'a reload whose acceptance was answered is there, and never goes'],
  'history-kept': [1, 'what is over is forgotten after its time and not before, whatever clocks say'],
  'one-request-one-reload': [1, 'a request that is repeated under one idempotency key makes one reload'],
  'state-moves': [1, 'states move along the allowed moves only, and nothing changes after the outcome'],
  'success-has-data': [1, 'a reload succeeds only when its last attempt completed'],
  'cancel-holds': [1, 'a reload whose cancel was answered ends CANCELED'],
  'one-finished-event': [
    2,
    'an outcome appears together with its one finished event, and no event without it',
  ],
  'event-tells-truth': [2, 'status and order of times of a finished event; a saved event never changes'],
  'data-with-outcome': [
    2,
    'the app points at the new data from the moment of its success on, not before or after',
  ],
  'end-is-true': [
    3,
    'an attempt is said to have ended as its own engine session did, and its end never changes',
  ],
  'lost-attempt-stops': [3, 'no worker that can know runs an attempt whose lease was taken away'],
  'attempts-numbered': [4, 'attempts are 1..n without gaps, and the open one is the last'],
  'one-active-reload': [4, 'an app has at most one active reload'],
  'delivery-per-match': [
    5,
    'an event is saved with one delivery for each subscription that matches, no more later',
  ],
  'sent-as-saved': [
    6,
    'every send carries the saved event, with its one id, to a subscription that wants it',
  ],
  'stored-once': [6, 'a JetStream stream has each event once, however often it was sent'],
  'delivered-arrived': [6, 'what counts as delivered has arrived, and a delivery that ended stays so'],
  'reachable-delivered': [6, 'at the end every delivery whose target can be reached is delivered'],
  'tries-bounded': [7, 'no reload is tried again after more faults than its budget allows'],
  'due-claimed': [7, 'in calm, a due reload is claimed within the bound while a slot is free for it'],
  'memory-given': [7, 'the same where machines are short of memory and a reload needs much of it'],
  'silence-noticed': [7, 'an attempt whose engine went silent is ended within the bound'],
  'engine-answers': [7, 'no attempt is given an engine process that does not answer'],
  'run-time-kept': [7, 'an attempt runs no longer than its tenant allowed when it was claimed'],
  'cancel-reached': [7, 'in calm, CANCELING ends within the bound'],
  'lost-swept': [7, 'in calm, an attempt whose lease ran out is closed within the bound'],
  'due-sent': [7, 'in calm, a due delivery is sent within the bound'],
  'due-probed': [7, 'the same of a target that failed before, which is probed'],
  'due-in-time': [7, 'in calm, nothing is due later than its longest wait from now'],
  'all-ends': [7, 'in calm, all reloads and deliveries end within the bound'],
  'machine-stops': [7, 'a machine that is told to stop does so within the bound'],
  'heavier-first': [8, 'of two claimable reloads of a tenant the heavier goes first, of equals the older'],
  'first-slot': [8, 'no tenant is served twice while another one waits for its first slot'],
  'tenant-limit': [8, 'nothing is claimed of a tenant that runs as many reloads as it may at that moment'],
  'worker-slots': [8, 'a worker never runs more engine sessions than it has slots'],
  'process-ceiling': [8, 'there are never more engine processes than slots and ready ones'],
  'engine-memory': [8, 'the engines of a worker never hold more than its memory'],
  'memory-kept': [8, 'who was passed over for a minute has the memory that becomes free kept for it'],
  'back-off-kept': [8, 'a reload waits out the back-off after a fault before it is claimed'],
  'data-kept': [9, 'the data that an app points at is byte for byte what its last success wrote'],
  'data-before-whole': [9, 'an attempt under its lease starts from the data that its app points at'],
  'session-reach': [
    10,
    "an engine session is given its own tenant's script, data and connections, nothing else",
  ],
  'effect-once': [
    11,
    'a reload that succeeds stored exactly what its script makes of the files as the success before left them',
  ],
  'stores-with-success': [11, 'a file changes only to what a reload that succeeded stored, in their order'],
  'stores-kept': [11, 'at the end every file holds what the last reload that succeeded stored there'],
} as const satisfies Readonly<Record<string, readonly [invariant: number, holds: string]>>

export type AuditName = keyof typeof AUDITS

export function invariantOf(audit: AuditName): number {
  return AUDITS[audit][0]
}

/** How the simulation failed: broken promise, no end in time, or an error that is our own code's. */
export type Failure = 'safety' | 'liveness' | 'crash'

export function failureOf(audit: AuditName): Failure {
  return invariantOf(audit) === 7 ? 'liveness' : 'safety'
}

/** The table as text, one audit a line. */
export function auditTable(): string {
  return Object.entries(AUDITS)
    .map(([name, [invariant, holds]]) => `${String(invariant).padStart(4)}  ${name.padEnd(24)}${holds}`)
    .join('\n')
}
