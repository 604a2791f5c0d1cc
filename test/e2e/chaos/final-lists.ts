/**
 * What the service itself tells at the end, over its public API: every reload, and the events of their ends.
 */
import { everything } from '../../support/everything.ts'
import type { Diary } from './diary.ts'
import { type Installation, TENANTS } from './installation.ts'

interface ListedReload {
  readonly id: string
  readonly status: string
  readonly endTime?: string
}

interface Audit {
  readonly eventId: string
  readonly eventTime: string
  readonly data: {
    readonly status: string
    /** Of the end of a reload. */
    readonly id?: string
    /** Of an attempt; the counters are of the end of a reload. */
    readonly reloadId?: string
    readonly duration?: number
    readonly requeueCounters?: { readonly requeuesWithErrors: number }
  }
}

const TYPES = { reload: 'com.qlik.v1.reload.finished', attempt: 'com.qlik.v1.app.reload.finished' } as const

export async function writeFinalLists(installation: Installation, diary: Diary): Promise<void> {
  for (const tenant of TENANTS) {
    const client = installation.client(tenant)
    for (const { id, status, endTime } of await everything<ListedReload>(client, '/api/v1/reloads')) {
      const endedAt = endTime === undefined ? 0 : Date.parse(endTime)
      diary.write({ kind: 'listed', reload: id, status, endedAt })
    }
    for (const kind of ['reload', 'attempt'] as const) {
      for (const audit of await everything<Audit>(client, `/api/v1/audits?eventType=${TYPES[kind]}`)) {
        const { id, reloadId, status, duration = 0, requeueCounters } = audit.data
        diary.write({
          kind: 'audited',
          at: Date.parse(audit.eventTime),
          of: kind,
          event: audit.eventId,
          reload: (kind === 'reload' ? id : reloadId)!,
          status,
          durationMs: duration,
          requeues: requeueCounters?.requeuesWithErrors ?? 0,
        })
      }
    }
  }
}
