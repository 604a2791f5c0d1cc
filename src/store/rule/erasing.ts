/**
 * What of an event and a reload tells the person behind a user: what its issuer said of it, and from where it
 * came. Ids stay: they name nobody once the user's own record is a pseudonym.
 */
import type { Reload } from '../../core/reload.ts'
import type { StoredEvent } from '../../event/stored-event.ts'

/** Of the envelope. */
const ATTRIBUTES: readonly string[] = ['authclaims', 'originip']

/** @returns undefined when it tells nothing */
export function erasedEvent(event: StoredEvent): StoredEvent | undefined {
  if (!ATTRIBUTES.some((name) => name in event.body)) return undefined
  const kept = Object.entries(event.body).filter(([name]) => !ATTRIBUTES.includes(name))
  return { ...event, body: Object.fromEntries(kept) as StoredEvent['body'] }
}

/** @returns undefined when it tells nothing */
export function erasedReload(reload: Reload): Reload | undefined {
  const { authClaims, originIp, ...provenance } = reload.provenance
  return authClaims === undefined && originIp === undefined ? undefined : { ...reload, provenance }
}
