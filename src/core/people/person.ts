/** Who somebody is, as an identity provider tells it in the claims of a token. */
import type { Claims } from '../caller.ts'
import { defined } from '../defined.ts'
import { isMailAddress } from '../mail-address.ts'
import { oneLine } from '../plain-text.ts'
import { DEFAULT_CLAIM_NAMES, type IdentityProvider, invitedByMail } from './identity-provider.ts'

export interface Person {
  readonly subject: string
  /** Absent: not told. */
  readonly name?: string
  readonly email?: string
  /** Names of groups, each once; absent: not told, so that nothing changes. */
  readonly groups?: readonly string[]
  /** The address is so surely its own that it may take the place of whom was invited with it. */
  readonly ownsEmail?: true
}

/** What a provider is asked for about persons. */
export type PersonRules = Pick<IdentityProvider, 'protocol' | 'claims' | 'invitedByMail'>

const SUBJECT_CHARACTERS_MAX = 255
const CLAIM_CHARACTERS_MAX = 255
const GROUPS_TOLD_MAX = 500

/** Claims of a token that was verified. @returns a person, or why it is none, in words */
export function personIn(payload: Readonly<Record<string, unknown>>, rules: PersonRules): Person | string {
  const { claims: names } = rules
  const subject = own(payload, names.subject)
  if (typeof subject !== 'string' || subject === '') return `the claim "${names.subject}" names nobody`
  if (subject.length > SUBJECT_CHARACTERS_MAX || oneLine(subject) !== subject) {
    return `the claim "${names.subject}" is no plain text of at most ${SUBJECT_CHARACTERS_MAX} characters`
  }
  const groups = groupNames(own(payload, names.groups))
  if (typeof groups === 'string') return `the claim "${names.groups}" ${groups}`
  const verified = saidVerified(payload)
  if (verified === false && [names.email, DEFAULT_CLAIM_NAMES.email].includes(names.subject)) {
    return `the claim "${names.subject}" is a mail address that nobody has verified`
  }
  const email = verified === false ? undefined : text(own(payload, names.email))
  return {
    subject,
    ...defined({ name: text(own(payload, names.name)), email, groups }),
    ...(ownsEmail(rules, email, verified) ? { ownsEmail: true } : {}),
  }
}

/**
 * OpenID Connect Core 1.0, section 5.1: without it an address is what anybody may have written. Some
 * providers send texts. Undefined: the provider does not say.
 */
function saidVerified(payload: Readonly<Record<string, unknown>>): boolean | undefined {
  const said = own(payload, 'email_verified')
  if (said === undefined || said === null) return undefined
  return said === true || said === 'true'
}

/** `email_verified` speaks of `email` alone, not of another claim that is taken for the address. */
function ownsEmail(rules: PersonRules, email: string | undefined, verified: boolean | undefined): boolean {
  if (!isMailAddress(email)) return false
  const how = invitedByMail(rules)
  if (how === 'always') return true
  return how === 'verified' && verified === true && rules.claims.email === DEFAULT_CLAIM_NAMES.email
}

/** What events may tell of the person: `iss`, `sub`, `subType`, `name`, `email`, `groups`. */
export function claimsOf(payload: Readonly<Record<string, unknown>>, person: Person): Claims {
  const { subject: sub, name, email, groups } = person
  return defined({
    iss: text(own(payload, 'iss')),
    sub,
    subType: text(own(payload, 'subType')),
    name,
    email,
    groups,
  })
}

/** Never what stands on the prototype. */
function own(payload: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const line = oneLine(value)
  return line === '' || line.length > CLAIM_CHARACTERS_MAX ? undefined : line
}

/** One name or a list. */
function groupNames(value: unknown): readonly string[] | undefined | string {
  if (value === undefined || value === null) return undefined
  const told: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (told.length > GROUPS_TOLD_MAX) return `names more than ${GROUPS_TOLD_MAX} groups`
  const names = told.map(text)
  if (names.some((name) => name === undefined)) return 'is no list of names'
  return [...new Set(names.filter((name) => name !== undefined))].sort()
}
