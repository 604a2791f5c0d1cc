/**
 * Acts of people: what somebody did to what, from where, with the names of what changed and never a value
 * (contract 01, section 9; 05, section 6). They stand among the events and are read as audits; neither
 * webhooks nor the stream tell them.
 */
import type { Caller, Credential } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { newTimeUuid, type SpaceId, type TenantId, type UserId } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import { cloudEvent } from './cloud-event.ts'
import type { EventDraft } from './stored-event.ts'

export const AUDIT_SOURCE = 'com.reprise/audits'

/** Things that are acted upon, and the names of their types. */
const THINGS = {
  tenant: 'com.qlik.v1.tenant',
  user: 'com.qlik.v1.user',
  group: 'com.qlik.v1.group',
  key: 'com.qlik.v1.api-key',
  'oauth-client': 'com.qlik.v1.oauth-client',
  'identity-provider': 'com.qlik.v1.identity-provider',
  'login-session': 'com.qlik.v1.user-session',
  space: 'com.qlik.v1.space',
  assignment: 'com.qlik.v1.space.assignment',
  app: 'com.qlik.v1.app',
  script: 'com.qlik.v1.app.script',
  'data-file': 'com.qlik.v1.data-file',
  webhook: 'com.qlik.v1.webhook',
  alert: 'com.reprise.v1.alert',
  task: 'com.reprise.v1.task',
  automation: 'com.qlik.v1.automation',
} as const
export type Thing = keyof typeof THINGS
export type Deed = 'created' | 'updated' | 'deleted'

/** What is done to a reload or to the run of an automation or a task. */
export const ASKED_TYPES = {
  accepted: 'com.qlik.v1.reload.accepted',
  cancel: 'com.qlik.v1.reload.cancel.requested',
  'automation-run': 'com.qlik.v1.automation.run.requested',
  'task-run': 'com.reprise.v1.task.run.requested',
} as const

export function auditType(thing: Thing, deed: Deed): string {
  return `${THINGS[thing]}.${deed}`
}

export const AUDIT_TYPES: readonly string[] = [
  ...(Object.keys(THINGS) as Thing[]).flatMap((thing) =>
    (['created', 'updated', 'deleted'] as const).map((deed) => auditType(thing, deed)),
  ),
  ...Object.values(ASKED_TYPES),
]

const KNOWN = new Set(AUDIT_TYPES)

export function isAuditType(type: string): boolean {
  return KNOWN.has(type)
}

/** Who acts in a request; nobody is known yet where somebody signs in, and the operator is nobody's user. */
export interface Acting {
  readonly caller?: Caller
  readonly originIp?: string
}

/** Stands where the id of a user would, for what the operator of the installation does. */
export const OPERATOR = 'operator' as UserId

export interface Act {
  readonly type: string
  readonly tenantId: TenantId
  readonly resourceId: string
  readonly topLevelResourceId: string
  readonly spaceId?: SpaceId
  readonly ownerId?: UserId
  /** Who acted, where no caller is known. */
  readonly userId: UserId
  readonly data: Readonly<Record<string, unknown>>
}

export function auditEvent(act: Act, { caller, originIp }: Acting, random: Random, now: number): EventDraft {
  const { type, tenantId, resourceId, topLevelResourceId, spaceId, ownerId } = act
  const id = newTimeUuid<'event'>(random, now)
  const userId = caller?.user.id ?? act.userId
  return {
    id,
    tenantId,
    type,
    time: now,
    userId,
    resourceId,
    topLevelResourceId,
    ...defined({ spaceId }),
    uniqueKey: id,
    body: cloudEvent({
      id,
      type,
      source: AUDIT_SOURCE,
      time: now,
      tenantId,
      attributes: {
        userid: userId,
        ownerid: ownerId,
        spaceid: spaceId,
        toplevelresourceid: topLevelResourceId,
        originip: originIp,
        ...actorOf(caller?.credential),
      },
      data: act.data,
    }),
  }
}

/** A program that acts as its user. */
function actorOf(credential: Credential | undefined): Record<string, string> {
  switch (credential?.kind) {
    case 'client':
      return { clientid: credential.clientId, actor: credential.clientId }
    case 'session':
      return { sessionid: credential.sessionId }
    default:
      return {}
  }
}
