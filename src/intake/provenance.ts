/**
 * What the event must tell, maybe hours later, of the request that asked for a reload, and what that request
 * triggers: one place for every way in (contract 01, sections 2, 2.2 and 3.1). Never a token.
 */
import type { Caller, Claims, EventClaim } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import type { Provenance } from '../core/reload.ts'
import type { AuthType, ResourceType, Trigger } from '../core/trigger.ts'

/** An attribute of an event is a header of a message: what would make it longer is left out. */
const CLAIMS_MAX_CHARACTERS = 4096

/** Of the request, beside who asks. */
export type AskedFrom = Pick<Provenance, 'originIp' | 'traceparent' | 'tracestate'>

/** @param allowed claims that events may tell, in their order */
export function provenanceOf(
  { credential, claims }: Pick<Caller, 'credential' | 'claims'>,
  from: AskedFrom,
  allowed: readonly EventClaim[],
): Provenance {
  return {
    ...from,
    authType: authTypeOf(credential.kind, claims),
    ...(credential.kind === 'client' ? { clientId: credential.clientId } : {}),
    ...(credential.kind === 'session' ? { sessionId: credential.sessionId } : {}),
    ...defined({ authClaims: claimsText(claims, allowed) }),
  }
}

/** Kept apart by the way in: in the hub people ask, and they come with a session. */
export function triggerOf(
  { sessionId }: Pick<Provenance, 'sessionId'>,
  resourceType: ResourceType | undefined,
): Trigger {
  if (resourceType === 'automate') return 'automations'
  return sessionId === undefined ? 'external' : 'hub'
}

/** A bearer token is a person's when it says so, or tells a mail address; else its kind is unknown. */
function authTypeOf(kind: Caller['credential']['kind'], { subType, email }: Claims): AuthType {
  switch (kind) {
    case 'key':
      return 'api_key'
    case 'session':
      return 'user'
    case 'client':
      return 'service_account'
    case 'jwt':
      return subType === 'user' || (subType === undefined && email !== undefined) ? 'user' : 'token'
  }
}

/** Undefined when there is nothing to tell. */
function claimsText(claims: Claims, allowed: readonly EventClaim[]): string | undefined {
  const told: [EventClaim, Claims[string]][] = []
  let characters = 0
  for (const name of allowed) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    if (value === undefined) continue
    const length = JSON.stringify({ [name]: value }).length
    if (characters + length > CLAIMS_MAX_CHARACTERS) continue
    characters += length
    told.push([name, value])
  }
  return told.length === 0 ? undefined : JSON.stringify(Object.fromEntries(told))
}
