/**
 * What must hold of every saving, whatever the step was: asserted by each store before it writes. A violation
 * is our own mistake, never a refusal: it throws, and nothing of the call is saved. The SQLite schema holds
 * the same rules a second time with constraints and unique indexes (ARCHITECTURE.md section 1, invariants 1
 * to 5).
 */
import type { Attempt } from '../../core/attempt.ts'
import type { ReloadId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import type { Acceptance, Saving } from '../port/reloads.ts'
import { assertCatalogSaving } from './changing.ts'
import { assertRunOf } from './task-runs.ts'

/** Tells a saving from a refusal: only a saving has a reload. */
export function isSaving(result: unknown): result is Saving {
  return typeof result === 'object' && result !== null && 'reload' in result
}

/**
 * @param before the reload as it is stored
 * @param open its open attempt
 */
export function assertSaving(before: Reload, open: Attempt | undefined, saving: Saving): void {
  const after = saving.reload
  must(after.id === before.id, before, 'a step saved another reload than the one it was shown')
  must(
    after.tenantId === before.tenantId && after.appId === before.appId && after.userId === before.userId,
    before,
    'a step changed the tenant, app or user',
  )
  must(!isOutcome(before.state) || after.state === before.state, before, 'an outcome never changes')
  must(
    isOutcome(after.state) === (after.endedAt !== undefined),
    before,
    'endedAt is set exactly at an outcome',
  )
  must(
    (after.state === 'RELOADING' || after.state === 'CANCELING') === (after.lease !== undefined),
    before,
    'a lease is held exactly while RELOADING or CANCELING',
  )
  if (saving.attempt !== undefined) assertAttempt(before, open, saving.attempt)
  must(
    after.lease === openAfter(open, saving.attempt)?.leaseToken,
    before,
    'the lease is that of the open attempt',
  )
  must(
    saving.stores === undefined || (after.state === 'SUCCEEDED' && !isOutcome(before.state)),
    before,
    'what an attempt stored is published with its success alone',
  )
  const opened = saving.attempt !== undefined && saving.attempt.number !== open?.number
  must(after.attempts === before.attempts + (opened ? 1 : 0), before, 'attempts counts the attempts opened')
  const { tasks = [], taskRuns = [] } = saving
  const runs = [...taskRuns, ...(saving.stores?.taskRuns ?? [])]
  assertCatalogSaving(before.tenantId, { put: { tasks, taskRuns: runs } })
  assertRunOf(after, taskRuns)
  for (const event of saving.events ?? []) {
    must(isKeyOf(before.id, event), before, 'the unique key of its event begins with its id')
  }
}

/** See `EventDraft.uniqueKey`. */
function isKeyOf(id: ReloadId, { reloadId, uniqueKey }: EventDraft): boolean {
  return reloadId === undefined || (reloadId === id && (uniqueKey === id || uniqueKey.startsWith(`${id}:`)))
}

/** A reload enters the store QUEUED, without attempts. */
export function assertAcceptance({ reload }: Acceptance): void {
  must(reload.state === 'QUEUED', reload, 'a reload is accepted as QUEUED')
  must(reload.attempts === 0 && reload.lease === undefined, reload, 'a reload is accepted without attempts')
  must(reload.endedAt === undefined, reload, 'a reload is accepted without an end')
}

function assertAttempt(before: Reload, open: Attempt | undefined, attempt: Attempt): void {
  must(attempt.reloadId === before.id, before, 'a step saved the attempt of another reload')
  if (open === undefined) {
    must(attempt.number === before.attempts + 1, before, 'attempt numbers have no gaps')
  } else {
    must(attempt.number === open.number, before, 'at most one attempt is open')
    must(attempt.leaseToken === open.leaseToken, before, 'an attempt keeps its lease token')
  }
}

/** The open attempt after a saving, given the one before it and the one saved. */
export function openAfter(open: Attempt | undefined, saved: Attempt | undefined): Attempt | undefined {
  const latest = saved ?? open
  return latest?.closed === undefined ? latest : undefined
}

function must(holds: boolean, reload: Reload, rule: string): void {
  if (!holds) throw new Error(`broken invariant of reload ${reload.id}: ${rule}`)
}
