/** Which loops each write concerns: what a store notes in the transaction and tells after its commit. */
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { CatalogSaving } from '../port/change.ts'
import type { Offering, Reopening, SendRecord } from '../port/deliveries.ts'
import type { PulledBack } from '../port/queue.ts'
import type { Saving } from '../port/reloads.ts'
import type { CommitNotice } from '../port/store.ts'
import type { SubscriptionSaving } from '../port/subscriptions.ts'

type Told = Partial<CommitNotice>

export const noticeOf = {
  /**
   * Told as soon as it is asked, whatever will be answered: a worker with a free slot may then claim in the
   * same commit. Told again after the commit, for those who looked before it.
   */
  accepting: (): Told => ({ queued: true }),
  accepted: (): Told => ({ queued: true }),
  /** A reload waits, or a slot became free for another one. */
  saving: (
    before: Reload,
    { reload, events = [], deliveries = [], tasks, taskRuns = [], stores }: Saving,
  ): Told => ({
    queued: reload.state === 'QUEUED' || (before.lease !== undefined && reload.lease === undefined),
    canceling: reload.state === 'CANCELING',
    events: events.length > 0,
    deliveries: deliveries.length > 0,
    tasks: concernsTasks(tasks, [...taskRuns, ...(stores?.taskRuns ?? [])]),
    ended: isOutcome(reload.state) && !isOutcome(before.state),
  }),
  subscriptionStep: ({ events = [], deliveries = [] }: SubscriptionSaving): Told => ({
    events: events.length > 0,
    deliveries: deliveries.length > 0,
  }),
  /** They free places of their subscriptions, and may be due again. */
  recordingSends: (batch: readonly SendRecord[]): Told => ({ deliveries: batch.length > 0 }),
  reopening: (count: number, { dryRun }: Reopening): Told => ({ deliveries: count > 0 && !dryRun }),
  offering: (count: number, { dryRun }: Offering): Told => ({ deliveries: count > 0 && !dryRun }),
  endingLeases: (): Told => ({ deliveries: true }),
  pullingBack: ({ reloads, deliveries, taskRuns }: PulledBack): Told => ({
    queued: reloads > 0,
    deliveries: deliveries > 0,
    tasks: taskRuns > 0,
  }),
  /** With the limits of a tenant changes what may be claimed. */
  changingCatalog: ({ put = {}, remove = {}, events = [], deliveries = [] }: CatalogSaving): Told => ({
    queued: put.tenants !== undefined,
    events: events.length > 0,
    deliveries: deliveries.length > 0,
    tasks: concernsTasks(put.tasks, put.taskRuns),
    automations: (put.automations ?? put.automationRuns ?? remove.automations) !== undefined,
  }),
}

function concernsTasks(tasks: readonly Task[] = [], runs: readonly TaskRun[] = []): boolean {
  return tasks.length > 0 || runs.some(({ state }) => state === 'waiting')
}
