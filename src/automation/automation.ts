/**
 * Room `automation`: steps one after the other, durably: what people do with automations, and the loop that
 * runs them. Loops and use cases enter; the rules stand in `core/automation`, the call of an address behind a
 * port.
 *
 * What is done with automations: create, replace, switch, copy, hand over, remove. An owner does all with its
 * own; a tenant admin lists, switches, hands over and removes those of others, and does not see what is in
 * them. Somebody else's is not found.
 */
import { findSpace } from '../catalog/access.ts'
import { changeOne } from '../catalog/deps.ts'
import { isRefused, type Refused, refused, refusedEach } from '../catalog/refusal.ts'
import type { SpaceReads } from '../catalog/standing.ts'
import type { Automation, AutomationDocument } from '../core/automation/automation.ts'
import { checkDocument, type SentDocument } from '../core/automation/check-document.ts'
import { NO_STEPS, OMITTED, shownChatUrl } from '../core/automation/document-record.ts'
import { CONCURRENT_RUNS_DEFAULT } from '../core/automation/limits.ts'
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { type AutomationId, newUuid, type SpaceId, type UserId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { nextAfter } from '../core/recurrence/schedule.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { checkHeaders } from '../delivery/header-rules.ts'
import type { Seal } from '../delivery/seal.ts'
import { checkSecret, parseSubscriptionFilter } from '../delivery/subscription-settings.ts'
import { EVENT_TYPES } from '../event/event-types.ts'
import type { AutomationStore } from '../store/port/automations.ts'
import type { AutomationView, ChangeStore, Decided } from '../store/port/change.ts'
import type { EventStore } from '../store/port/events.ts'
import { released } from './run-steps.ts'
import { newTriggerToken } from './trigger-token.ts'

export interface AutomationUseDeps {
  readonly store: ChangeStore &
    Pick<AutomationStore, 'automation'> &
    Pick<EventStore, 'lastSequence'> &
    SpaceReads
  readonly world: { readonly clock: Clock; readonly random: Random }
  readonly zones: ZoneOffsets
  readonly seal: Seal
  readonly limits: Pick<Limits, 'automationsPerUser' | 'automationsPerTenant'>
  /** Undefined when the address may be called, else the reason in words. */
  readonly checkWebhookUrl: (url: string) => string | undefined
  /** Whether the operator configured a mail server. */
  readonly sendsMail: boolean
  /** SHA-256, hex. */
  readonly hashOf: (token: string) => string
}

export interface AutomationWish extends SentDocument {
  readonly name?: string
  readonly description?: string
  readonly spaceId?: string
  readonly maxConcurrentRuns?: number
  readonly secret?: string
}

export interface MadeAutomation {
  readonly automation: Automation
  /** Of its trigger address: shown once and never kept. */
  readonly token?: string
}

type Answer = MadeAutomation | Refused

export async function createAutomation(
  deps: AutomationUseDeps,
  caller: Caller,
  wish: AutomationWish & { readonly name: string },
): Promise<Answer> {
  const { world } = deps
  const now = world.clock.now()
  const bare: Automation = {
    id: newUuid(world.random),
    tenantId: caller.tenantId,
    name: wish.name,
    description: '',
    ownerId: caller.user.id,
    enabled: true,
    document: NO_STEPS,
    maxConcurrentRuns: CONCURRENT_RUNS_DEFAULT,
    createdAt: now,
    createdBy: caller.user.id,
    updatedAt: now,
    updatedBy: caller.user.id,
  }
  const made = await changedBy(deps, caller, bare, wish)
  return isRefused(made) ? made : save(deps, made)
}

/** What is left out stays as it is. */
export async function replaceAutomation(
  deps: AutomationUseDeps,
  caller: Caller,
  id: string,
  wish: AutomationWish,
): Promise<Answer> {
  const found = await findAutomation(deps, caller, id, 'own')
  if (isRefused(found)) return found
  const made = await changedBy(deps, caller, found, wish)
  if (isRefused(made)) return made
  return stepOf<MadeAutomation>(deps, caller, id, 'own', (before, view) => {
    const { heardUpTo, nextInstant, ...after } = made.automation
    const { lastRun, enabled, ownerId } = before
    const tokenHash = made.token === undefined ? before.tokenHash : after.tokenHash
    const changesTrigger = JSON.stringify(after.document.trigger) !== JSON.stringify(before.document.trigger)
    const cursors = changesTrigger ? { heardUpTo, nextInstant } : before
    const automation: Automation = {
      ...after,
      enabled,
      ownerId,
      ...defined({ lastRun, tokenHash, heardUpTo: cursors.heardUpTo, nextInstant: cursors.nextInstant }),
    }
    const automationRuns = released(view, automation, view.running)
    return { answer: { ...made, automation }, put: { automations: [automation], automationRuns } }
  })
}

/** A new one with the same document, switched off: so no trigger fires twice unseen. */
export async function copyAutomation(
  deps: AutomationUseDeps,
  caller: Caller,
  id: string,
  name: string | undefined,
): Promise<Answer> {
  const found = await findAutomation(deps, caller, id, 'own')
  if (isRefused(found)) return found
  const now = deps.world.clock.now()
  const { lastRun, heardUpTo, nextInstant, tokenHash, ...rest } = found
  const automation: Automation = {
    ...rest,
    id: newUuid(deps.world.random),
    name: name ?? `${found.name} copy`,
    enabled: false,
    createdAt: now,
    createdBy: caller.user.id,
    updatedAt: now,
    updatedBy: caller.user.id,
  }
  return save(deps, withToken(deps, automation))
}

export async function switchAutomation(
  deps: AutomationUseDeps,
  caller: Caller,
  id: string,
  enabled: boolean,
): Promise<Automation | Refused> {
  const newest = await deps.store.lastSequence()
  return stepOf(deps, caller, id, 'administer', (before) => {
    if (before.enabled === enabled) return { answer: before }
    const switched = { ...before, enabled, ...updated(deps, caller) }
    const after = enabled ? armed(deps, switched, newest) : switched
    return { answer: after, put: { automations: [after] } }
  })
}

/** Hands it over: from now on its steps may what the new owner may. */
export async function moveAutomation(
  deps: AutomationUseDeps,
  caller: Caller,
  id: string,
  ownerId: string,
): Promise<Automation | Refused> {
  if (!isTenantAdmin(caller.user)) return refused('forbidden', 'handing over needs the role TenantAdmin')
  const newOwner = ownerId as UserId
  const step = (before: Automation, view: AutomationView): Decided<Automation | Refused> => {
    if (view.owner?.status !== 'active') {
      return {
        answer: refused('userNotFound', 'there is no active user with this id', { pointer: '/userId' }),
      }
    }
    if (before.ownerId === newOwner) return { answer: before }
    const full = tooMany(deps, view)
    if (full !== undefined) return { answer: full }
    const after = { ...before, ownerId: newOwner, ...updated(deps, caller) }
    return { answer: after, put: { automations: [after] } }
  }
  return stepOf(deps, caller, id, 'administer', step, newOwner)
}

/** Its runs go with it; what they began, such as a reload, goes on. */
export function removeAutomation(
  deps: Pick<AutomationUseDeps, 'store'>,
  caller: Caller,
  id: string,
): Promise<Automation | Refused> {
  return stepOf(deps, caller, id, 'administer', (before) => ({
    answer: before,
    remove: { automations: [before.id] },
  }))
}

/** The token before it opens nothing any more. */
export function rotateToken(deps: AutomationUseDeps, caller: Caller, id: string): Promise<Answer> {
  return stepOf<MadeAutomation>(deps, caller, id, 'own', (before) => {
    const made = withToken(deps, { ...before, ...updated(deps, caller) })
    if (made.token === undefined) {
      return { answer: refused('conflict', 'only an automation with the trigger webhook has a token') }
    }
    return { answer: made, put: { automations: [made.automation] } }
  })
}

/** What one does with an automation: everything, or what an admin does with those of others. */
export type AutomationRight = 'own' | 'administer'

export async function findAutomation(
  { store }: { readonly store: Pick<AutomationStore, 'automation'> },
  caller: Caller,
  id: string,
  right: AutomationRight,
): Promise<Automation | Refused> {
  return allowed(caller, await store.automation(caller.tenantId, id as AutomationId), right)
}

export function allowed(
  { user }: Caller,
  automation: Automation | undefined,
  right: AutomationRight,
): Automation | Refused {
  if (automation !== undefined && automation.ownerId === user.id) return automation
  if (automation === undefined || !isTenantAdmin(user)) {
    return refused('notFound', 'there is no automation with this id', { parameter: 'id' })
  }
  return right === 'administer' ? automation : refused('forbidden', 'only its owner may do this')
}

function stepOf<Done>(
  { store }: Pick<AutomationUseDeps, 'store'>,
  caller: Caller,
  id: string,
  right: AutomationRight,
  step: (before: Automation, view: AutomationView) => Decided<Done | Refused>,
  ownerId?: UserId,
): Promise<Done | Refused> {
  return changeOne<Done | Refused>(store, {
    kind: 'automation',
    tenantId: caller.tenantId,
    id: id as AutomationId,
    ...defined({ ownerId }),
    step: (view) => {
      const found = allowed(caller, view.automation, right)
      return isRefused(found) ? { answer: found } : step(found, view)
    },
  })
}

function save(deps: AutomationUseDeps, made: MadeAutomation): Promise<Answer> {
  const { automation } = made
  const { tenantId, id, ownerId } = automation
  return changeOne<Answer>(deps.store, {
    kind: 'automation',
    tenantId,
    id,
    ownerId,
    step: (view) => {
      const full = tooMany(deps, view)
      return full === undefined ? { answer: made, put: { automations: [automation] } } : { answer: full }
    },
  })
}

function tooMany({ limits }: AutomationUseDeps, { owned, ofTenant }: AutomationView): Refused | undefined {
  const { automationsPerUser, automationsPerTenant } = limits
  if (owned >= automationsPerUser) {
    return refused('forbidden', `a user has at most ${automationsPerUser} automations: delete one`)
  }
  if (ofTenant < automationsPerTenant) return undefined
  return refused('forbidden', `a tenant has at most ${automationsPerTenant} automations: delete one`)
}

/** The automation as somebody wants it, or all that is wrong with the wish. */
async function changedBy(
  deps: AutomationUseDeps,
  caller: Caller,
  before: Automation,
  wish: AutomationWish,
): Promise<Answer> {
  const document = wishedDocument(deps, before, wish)
  if (isRefused(document)) return document
  const secretFaults = checkSecret(wish.secret)
  if (secretFaults.length > 0) return refusedEach('badRequest', secretFaults)
  if (wish.spaceId !== undefined && wish.spaceId !== before.spaceId) {
    const space = await findSpace(deps.store, caller.user, wish.spaceId, 'see')
    if (isRefused(space)) return refused('badRequest', 'there is no such space', { pointer: '/spaceId' })
  }
  const { name = before.name, description = before.description } = wish
  const { maxConcurrentRuns = before.maxConcurrentRuns } = wish
  const sealedSecret = wish.secret === undefined ? before.sealedSecret : deps.seal.seal(wish.secret)
  const spaceId = (wish.spaceId ?? before.spaceId) as SpaceId | undefined
  const after: Automation = {
    ...before,
    name,
    description,
    maxConcurrentRuns,
    document,
    ...defined({ spaceId, sealedSecret }),
    ...updated(deps, caller),
  }
  const ready = armed(deps, after, await deps.store.lastSequence())
  return after.tokenHash === undefined ? withToken(deps, ready) : { automation: ready }
}

function wishedDocument(
  deps: AutomationUseDeps,
  before: Automation,
  wish: AutomationWish,
): AutomationDocument | Refused {
  const { workspace, schedules } = wish
  if (workspace === undefined && schedules === undefined) return before.document
  const { trigger, steps } = before.document
  const sent = {
    workspace: workspace ?? { version: 1, trigger: undefined, steps: [] },
    schedules: schedules ?? (trigger.kind === 'schedule' ? [trigger.sent] : undefined),
  }
  const checked = checkDocument(sent, {
    now: deps.world.clock.now(),
    zones: deps.zones,
    eventTypes: EVENT_TYPES.map(({ name }) => name),
    parseEventFilter: parseSubscriptionFilter,
    urlFault: deps.checkWebhookUrl,
    headerFaults: checkHeaders,
    seal: (stepId, header, value) => {
      if (value !== OMITTED) return deps.seal.seal(value)
      const kept = steps.find(({ id }) => id === stepId)
      const isKept = kept?.kind === 'call' && Object.hasOwn(kept.sealedHeaders, header)
      return isKept ? kept.sealedHeaders[header] : undefined
    },
    sendsMail: deps.sendsMail,
    sealUrl: (stepId, url) => {
      if (!url.endsWith(OMITTED)) return deps.seal.seal(url)
      const kept = steps.find(({ id }) => id === stepId)
      const isKept =
        kept?.kind === 'notify' && kept.to.channel === 'chat' && shownChatUrl(kept.to.origin) === url
      return isKept ? kept.to.sealedUrl : undefined
    },
  })
  if (checked.kind === 'faults') return refusedEach('badRequest', checked.faults)
  // Only the schedule was sent.
  return workspace === undefined ? { ...checked.document, steps } : checked.document
}

/** As it waits for its trigger from now on: for the next instant, for events that are still to come. */
function armed({ world, zones }: AutomationUseDeps, automation: Automation, newest: number): Automation {
  const { heardUpTo: _heard, nextInstant: _next, ...rest } = automation
  const { trigger } = automation.document
  switch (trigger.kind) {
    case 'schedule':
      return { ...rest, ...defined({ nextInstant: nextAfter(trigger.schedule, world.clock.now(), zones) }) }
    case 'event':
      return { ...rest, heardUpTo: newest }
    default:
      return rest
  }
}

/** With a new token when it has the trigger that asks for one. */
function withToken({ world, hashOf }: AutomationUseDeps, automation: Automation): MadeAutomation {
  if (automation.document.trigger.kind !== 'webhook') return { automation }
  const token = newTriggerToken(world.random)
  return { automation: { ...automation, tokenHash: hashOf(token) }, token }
}

function updated(
  { world }: AutomationUseDeps,
  { user }: Caller,
): Pick<Automation, 'updatedAt' | 'updatedBy'> {
  return { updatedAt: world.clock.now(), updatedBy: user.id }
}
