/**
 * A store in whose commits stands who did what: each change that somebody asked for is saved with an audit of
 * it, in the same transaction and as part of the same batch; of an acceptance the record of the reload is it.
 * Whoever asks for nothing, such as a loop, leaves none.
 */
import { defined } from '../core/defined.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { Reload } from '../core/reload.ts'
import { type Act, type Acting, ASKED_TYPES, auditEvent } from '../event/audit-event.ts'
import type { EventDraft } from '../event/stored-event.ts'
import type { Change, Decided } from '../store/port/change.ts'
import type { Transition } from '../store/port/reloads.ts'
import type { Store } from '../store/port/store.ts'
import { actsOf } from './act-of.ts'

/** @param actingNow who acts in the request that asks just now; undefined: nobody */
export function auditedStore<Kind extends Store>(
  store: Kind,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  actingNow: () => Acting | undefined,
): Kind {
  const event = (act: Act, acting: Acting) => auditEvent(act, acting, random, clock.now())
  // Batches are saved later, by whoever saves then: who acts is asked when they are handed over.
  const verbs: Partial<Store> = {
    change: (batch) => {
      const acting = actingNow()
      return store.change(acting === undefined ? batch : batch.map((one) => auditing(one, acting, event)))
    },
    accept: (batch) => {
      if (actingNow() === undefined) return store.accept(batch)
      return store.accept(batch.map((one) => ({ ...one, isAudited: true })))
    },
    transition: (batch) => {
      const acting = actingNow()
      if (acting === undefined) return store.transition(batch)
      return store.transition(batch.map((one) => canceling(one, acting, event)))
    },
  }
  return new Proxy(store, {
    get(target, name) {
      const verb = verbs[name as keyof Store] ?? target[name as keyof Kind]
      return typeof verb === 'function' ? verb.bind(target) : verb
    },
  })
}

type MakeEvent = (act: Act, acting: Acting) => EventDraft

function auditing<Answer>(change: Change<Answer>, acting: Acting, event: MakeEvent): Change<Answer> {
  const step = change.step as (view: object) => Decided<Answer>
  const audited = (view: object): Decided<Answer> => {
    const decided = step(view)
    const acts = actsOf(change as Change<unknown>, view, decided)
    if (acts.length === 0) return decided
    return { ...decided, events: [...(decided.events ?? []), ...acts.map((act) => event(act, acting))] }
  }
  return { ...change, step: audited } as Change<Answer>
}

/** Of the steps that requests ask for only a cancellation moves a reload. */
function canceling<Refused>(
  transition: Transition<Refused>,
  acting: Acting,
  event: MakeEvent,
): Transition<Refused> {
  return {
    ...transition,
    step: (view) => {
      const result = transition.step(view)
      if (typeof result !== 'object' || result === null || !('reload' in result)) return result
      const { reload, events = [] } = result
      if (reload.state === view.reload.state) return result
      return { ...result, events: [...events, event(cancelOf(reload), acting)] }
    },
  }
}

function cancelOf({ id, tenantId, appId, userId, provenance }: Reload): Act {
  return {
    type: ASKED_TYPES.cancel,
    tenantId,
    resourceId: id,
    topLevelResourceId: appId,
    ...defined({ spaceId: provenance.appSpaceId, ownerId: provenance.appOwnerId }),
    userId,
    data: { id, appId },
  }
}
