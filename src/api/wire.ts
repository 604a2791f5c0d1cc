/**
 * Our records as the JSON of the contract (02, section 1.3). Only the fields documented there leave the house: a
 * reload's variables stay with it, because people put secrets there.
 */
import { type Static, Type } from 'typebox'
import { ACTIVE_STATES, OUTCOMES } from '../core/outcome.ts'
import type { Reload } from '../core/reload.ts'
import { timeText } from '../core/time-text.ts'
import { RESOURCE_TYPES, TRIGGERS } from '../core/trigger.ts'

export const STATUSES = [...ACTIVE_STATES, ...OUTCOMES] as const

const Time = (description: string) => Type.String({ format: 'date-time', description })

export const ReloadRecord = Type.Object({
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
  links: Type.Object({ self: Type.Object({ href: Type.String({ format: 'uri' }) }) }),
})

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
    ...(reload.errorCode === undefined ? {} : { errorCode: reload.errorCode }),
    ...(reload.errorMessage === undefined ? {} : { errorMessage: reload.errorMessage }),
    ...(reload.resourceId === undefined ? {} : { resourceId: reload.resourceId }),
    ...(reload.resourceType === undefined ? {} : { resourceType: reload.resourceType }),
    ...(withLog ? { log: reload.log } : {}),
    links: { self: { href: selfHref } },
  }
}
