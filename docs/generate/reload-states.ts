/**
 * The state machine as a table: what each command does to a reload in each state. It is asked of `decide`
 * itself, row by row, so that the page docs/reference/states.md cannot say anything else than the machine
 * does.
 */
import type { Attempt, AttemptEnd } from '../../src/core/attempt.ts'
import type { DataVersion, Id, LeaseToken, WorkerId } from '../../src/core/ids.ts'
import { ACTIVE_STATES, type ActiveState, OUTCOMES, type ReloadState } from '../../src/core/outcome.ts'
import { decide, isRefusal, type Reload, type ReloadCommand } from '../../src/core/reload.ts'
import type { Policy } from '../../src/core/verdict.ts'

export interface StateRow {
  readonly command: string
  /**
   * What becomes of a reload in each active state: the next state, with what is counted or marked, or the
   * refusal.
   */
  readonly becomes: Readonly<Record<ActiveState, string>>
}

interface Probe {
  readonly label: string
  readonly command: ReloadCommand
  readonly change?: Partial<Reload>
}

const POLICY: Policy = { errorRequeuesMax: 3, largestSizeIndex: 1, jitter: 0.5 }
const NOW_MS = 1_000_000
const LEASE = 'lease' as LeaseToken
const WORKER = 'worker' as WorkerId
const DATA = { version: 'data' as DataVersion, engineTime: NOW_MS, fileBytes: 1 }
const FAULT = { engineErrorCode: 11002, message: 'Unknown statement', line: 1, statement: '' }

const CLAIM: ReloadCommand = { kind: 'claim', lease: LEASE, workerId: WORKER, leaseExpiresAt: NOW_MS }
const SPENT: Partial<Reload> = { faultRequeues: POLICY.errorRequeuesMax }

const PROBES: readonly Probe[] = [
  { label: 'claim', command: CLAIM },
  { label: 'claim before its back-off is over', command: CLAIM, change: { notBefore: NOW_MS + 1 } },
  { label: 'cancel', command: { kind: 'cancel' } },
  { label: 'queue limit reached', command: { kind: 'queue-time-exceeded', limitMs: 1 } },
  { label: 'queue limit not reached', command: { kind: 'queue-time-exceeded', limitMs: NOW_MS * 2 } },
  ending('completed', { kind: 'completed', data: DATA }),
  ending('script error', { kind: 'script-error', fault: FAULT }),
  ending('out of memory, a larger size exists', { kind: 'out-of-memory' }),
  ending('out of memory on the largest size', { kind: 'out-of-memory' }, { sizeIndex: 1 }),
  ending('session refused because of the mark', { kind: 'refused' }),
  ending('crashed, within the budget', { kind: 'crashed', message: '' }),
  ending('crashed, budget used up', { kind: 'crashed', message: '' }, SPENT),
  ending('lost, within the budget', { kind: 'lost' }),
  ending('lost, budget used up', { kind: 'lost' }, SPENT),
  ending('no session, within the budget', { kind: 'no-session', message: '' }),
  ending('no session, budget used up', { kind: 'no-session', message: '' }, SPENT),
  ending('handed back', { kind: 'handed-back' }),
  ending('timed out', { kind: 'timed-out' }),
  ending('data too large', { kind: 'data-too-large', fileBytes: 1 }),
  ending('canceled', { kind: 'canceled' }),
]

function ending(label: string, end: AttemptEnd, change: Partial<Reload> = {}): Probe {
  return { label: `attempt ends: ${label}`, command: { kind: 'end-attempt', end }, change }
}

export function reloadStates(): StateRow[] {
  return PROBES.map((probe) => ({
    command: probe.label,
    becomes: {
      QUEUED: becomes('QUEUED', probe),
      RELOADING: becomes('RELOADING', probe),
      CANCELING: becomes('CANCELING', probe),
    },
  }))
}

/** The text of docs/reference/states.md. */
export function statesPage(): string {
  const ended = OUTCOMES.flatMap((state) => PROBES.map((probe) => becomes(state, probe)))
  const ends = [...new Set(ended)].join(', ')
  const rows = reloadStates().map(
    ({ command, becomes: to }) => `| ${command} | ${ACTIVE_STATES.map((state) => to[state]).join(' | ')} |`,
  )
  return `# What each command does to a reload in each state

Generated from the state machine (\`src/core/reload.ts\`). *refused* means: nothing changes, and the asker is told why.

| command | ${ACTIVE_STATES.join(' | ')} |
|---|---|---|---|
${rows.join('\n')}

${OUTCOMES.join(', ')} are outcomes: every command is answered ${ends}. "Within the budget" means fewer than
\`errorRequeuesMax\` requeues after a crash, a loss or a missing session ([limits](limits.md)).
`
}

function becomes(state: ReloadState, { command, change }: Probe): string {
  const isRunning = state === 'RELOADING' || state === 'CANCELING'
  const before: Reload = { ...waiting(), ...change, state, ...(isRunning ? { lease: LEASE } : {}) }
  const decision = decide(before, isRunning ? openAttempt(before) : undefined, command, POLICY, NOW_MS)
  if (isRefusal(decision)) return `refused: ${decision.refused}`
  const { next } = decision
  const told = [`**${next.state}**`]
  if (next.errorCode !== undefined) told.push(`\`${next.errorCode}\``)
  if (next.requeuesWithErrors > before.requeuesWithErrors) told.push('an error requeue')
  else if (next.requeuesTotal > before.requeuesTotal) told.push('a requeue')
  if (next.notBefore > NOW_MS) told.push('after a back-off')
  if (next.sizeIndex > before.sizeIndex) told.push('on the next size')
  if (decision.markApp) told.push('marks the app')
  if (decision.opened) told.push(`opens an attempt`)
  return told.join(', ')
}

function waiting(): Reload {
  const id = <Kind extends string>(text: string) => text as Id<Kind>
  return {
    id: id('reload'),
    tenantId: id('tenant'),
    appId: id('app'),
    userId: id('user'),
    trigger: 'hub',
    weight: 1,
    partial: false,
    variables: {},
    appUsage: 'ANALYTICS',
    provenance: { authType: 'user' },
    state: 'QUEUED',
    createdAt: 0,
    queuedAt: 0,
    waitedMs: 0,
    notBefore: 0,
    attempts: 1,
    requeuesTotal: 0,
    requeuesWithErrors: 0,
    faultRequeues: 0,
    sizeIndex: 0,
    engine: {},
    sessionAsked: true,
    crashedOnMaxSizeEngine: false,
    log: '',
  }
}

function openAttempt(reload: Reload): Attempt {
  return {
    reloadId: reload.id,
    number: reload.attempts,
    leaseToken: LEASE,
    workerId: WORKER,
    leaseExpiresAt: NOW_MS,
    openedAt: 0,
    sizeIndex: reload.sizeIndex,
    session: {},
  }
}
