/**
 * What of an event and a reload tells the person behind a user: what its issuer said of it, and from where it
 * came. Ids stay: they name nobody once the user's own record is a pseudonym.
 */
import type { Reload } from '../../core/reload.ts'
import type { StoredEvent } from '../../event/stored-event.ts'

/** Attributes of the envelope, and names in the data of an event that is about the user itself. */
const ATTRIBUTES: readonly string[] = ['authclaims', 'originip']
const OWN_DATA: readonly string[] = ['name', 'subject', 'email']

/** @returns undefined when it tells nothing */
export function erasedEvent(event: StoredEvent): StoredEvent | undefined {
  const { data, ...attributes } = event.body
  const own = event.resourceId === event.userId ? OWN_DATA : []
  const told = ATTRIBUTES.some((name) => name in attributes) || own.some((name) => name in data)
  if (!told) return undefined
  const body = { ...without(attributes, ATTRIBUTES), data: without(data, own) }
  return { ...event, body: body as StoredEvent['body'] }
}

/** @returns undefined when it tells nothing */
export function erasedReload(reload: Reload): Reload | undefined {
  const { authClaims, originIp, ...provenance } = reload.provenance
  return authClaims === undefined && originIp === undefined ? undefined : { ...reload, provenance }
}

function without(record: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}
