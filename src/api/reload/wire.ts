/**
 * Our records as the JSON of the contract (02, section 1.3). Only the fields documented there leave the
 * house: a reload's variables stay with it, because people put secrets there.
 */

import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import { WAITS_FOR } from '../../core/order.ts'
import { ACTIVE_STATES, OUTCOMES } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import { timeText } from '../../core/time-text.ts'
import { RESOURCE_TYPES, TRIGGERS } from '../../core/trigger.ts'
import { AHEAD_COUNTED_MAX, type QueuePosition } from '../../store/port/queue.ts'
import { SelfLink } from '../http/page.ts'

export const STATUSES = [...ACTIVE_STATES, ...OUTCOMES] as const

const Time = (description: string) => Type.String({ format: 'date-time', description })

/** An extension of ours, beside the contract: where a waiting reload stands, and why it waits. */
export const QueueRecord = Type.Object(
  {
    position: Type.Integer({
      minimum: 1,
      description: 'Its place among the waiting reloads of its tenant, in the order in which they are taken',
    }),
    positionIsExact: Type.Boolean({
      description: `false: at least ${AHEAD_COUNTED_MAX} go first, no more are counted`,
    }),
    waitsFor: Type.Enum(WAITS_FOR),
    reason: Type.String({ description: 'waitsFor in words' }),
    since: Time('When it began to wait, the latest time it was queued'),
    until: Type.Optional(Time('Of a back-off: when it is over')),
  },
  {
    title: 'QueuePlace',
    description:
      'Only while QUEUED, and only for a single reload; not part of Qlik’s API. A busy app is never the reason: a second reload of an app is refused',
  },
)

export const ReloadRecord = Type.Object(
  {
    id: Type.String({ description: '24 hex digits' }),
    appId: Type.String(),
    tenantId: Type.String(),
    userId: Type.String({ description: 'The user who asked for the reload' }),
    type: Type.Enum(TRIGGERS, { description: 'What initiated the reload' }),
    status: Type.Enum(STATUSES),
    creationTime: Time('When the reload was accepted'),
    partial: Type.Boolean(),
    weight: Type.Integer({ minimum: 1, maximum: 10 }),
    startTime: Type.Optional(Time('When the reload was first taken off the queue')),
    endTime: Type.Optional(Time('When the reload reached its outcome')),
    engineTime: Type.Optional(Time('The engine’s time of the new data; of succeeded reloads only')),
    errorCode: Type.Optional(Type.String()),
    errorMessage: Type.Optional(Type.String()),
    resourceId: Type.Optional(Type.String()),
    resourceType: Type.Optional(Type.Enum(RESOURCE_TYPES)),
    log: Type.Optional(Type.String({ description: 'Progress text of the latest attempt' })),
    queue: Type.Optional(QueueRecord),
    links: SelfLink,
  },
  { title: 'Reload' },
)

export function queueRecord(reload: Reload, position: QueuePosition): Static<typeof QueueRecord> {
  const { ahead, waitsFor } = position
  return {
    position: ahead + 1,
    positionIsExact: ahead < AHEAD_COUNTED_MAX,
    waitsFor,
    reason: reasonText(reload, position),
    since: timeText(reload.queuedAt),
    ...(waitsFor === 'back-off' ? { until: timeText(reload.notBefore) } : {}),
  }
}

function reasonText(reload: Reload, { ahead, waitsFor, running }: QueuePosition): string {
  const count = `${ahead < AHEAD_COUNTED_MAX ? '' : 'at least '}${ahead}`
  switch (waitsFor) {
    case 'back-off':
      return `its last attempt failed; it is tried again after ${timeText(reload.notBefore)}`
    case 'tenant-limit':
      return `its tenant runs ${running} reloads, as many as it may at once`
    case 'earlier-reloads':
      return `${count} of its tenant ${ahead === 1 ? 'goes' : 'go'} first: heavier ones, and older ones of its weight`
    case 'engine-size':
      return 'it is the first of its tenant, and no worker has free memory for an engine of its size'
    case 'other-tenants':
      return 'it is the first of its tenant, and the next free slot goes to a tenant that used less of its share'
    case 'free-slot':
      return 'it is next, and every slot is taken'
  }
}

/**
 * @param selfHref absolute address of the record
 * @param withLog the record's `log` is part of the answer
 */
export function reloadRecord(
  reload: Reload,
  selfHref: string,
  withLog: boolean,
): Static<typeof ReloadRecord> {
  return {
    id: reload.id,
    appId: reload.appId,
    tenantId: reload.tenantId,
    userId: reload.userId,
    type: reload.trigger,
    status: reload.state,
    creationTime: timeText(reload.createdAt),
    partial: reload.partial,
    weight: reload.weight,
    ...(reload.firstClaimedAt === undefined ? {} : { startTime: timeText(reload.firstClaimedAt) }),
    ...(reload.endedAt === undefined ? {} : { endTime: timeText(reload.endedAt) }),
    ...(reload.engineTime === undefined ? {} : { engineTime: timeText(reload.engineTime) }),
    ...defined({
      errorCode: reload.errorCode,
      errorMessage: reload.errorMessage,
      resourceId: reload.resourceId,
      resourceType: reload.resourceType,
    }),
    ...(withLog ? { log: reload.log } : {}),
    links: { self: { href: selfHref } },
  }
}
