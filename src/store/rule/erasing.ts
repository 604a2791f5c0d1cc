/**
 * What of an event and a reload tells the person behind a user: what its issuer said of it, and from where it
 * came. Ids stay: they name nobody once the user's own record is a pseudonym.
 */
import type { Reload } from '../../core/reload.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import type { Erase, Erased } from '../port/history.ts'

/** Of the envelope. */
const ATTRIBUTES: readonly string[] = ['authclaims', 'originip']

export interface Erasing {
  /** To be saved in the place of those that there are. */
  readonly events: readonly StoredEvent[]
  readonly reloads: readonly Reload[]
  readonly erased: Erased
}

/**
 * One window of a request.
 * @param events of the tenant, and `reloads` of all, each the first `max` behind those that are done
 */
export function erasing(
  { tenantId, userId, eventsUpTo, reloadsUpTo, max }: Erase,
  events: readonly StoredEvent[],
  reloads: readonly Reload[],
): Erasing {
  const told = events.filter((event) => event.userId === userId).flatMap((one) => erasedEvent(one) ?? [])
  const own = reloads.filter((reload) => reload.tenantId === tenantId && reload.userId === userId)
  const asked = own.flatMap((one) => erasedReload(one) ?? [])
  return {
    events: told,
    reloads: asked,
    erased: {
      events: told.length,
      reloads: asked.length,
      eventsUpTo: events.at(-1)?.sequence ?? eventsUpTo,
      reloadsUpTo: reloads.at(-1)?.id ?? reloadsUpTo,
      isDone: events.length < max && reloads.length < max,
    },
  }
}

/** @returns undefined when it tells nothing */
function erasedEvent(event: StoredEvent): StoredEvent | undefined {
  if (!ATTRIBUTES.some((name) => name in event.body)) return undefined
  const kept = Object.entries(event.body).filter(([name]) => !ATTRIBUTES.includes(name))
  return { ...event, body: Object.fromEntries(kept) as StoredEvent['body'] }
}

/** @returns undefined when it tells nothing */
function erasedReload(reload: Reload): Reload | undefined {
  const { authClaims, originIp, ...provenance } = reload.provenance
  return authClaims === undefined && originIp === undefined ? undefined : { ...reload, provenance }
}
