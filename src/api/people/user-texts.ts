/** Texts of a user, and how long and of what form each may be. */
import { isMailAddress } from '../../core/mail-address.ts'
import type { ZoneOffsets } from '../../core/recurrence/local-clock.ts'

export interface Limited {
  /** Characters. */
  readonly most: number
  readonly expected: string
  readonly fits: (text: string, zones: ZoneOffsets) => boolean
}

export const NAME: Limited = {
  most: 256,
  expected: 'a text of 1 to 256 characters',
  fits: (text) => text.trim() !== '',
}

export const EMAIL: Limited = {
  most: 254,
  expected: 'a plain mail address such as ops@example.com',
  fits: isMailAddress,
}

export const PICTURE: Limited = {
  most: 2048,
  expected: 'an http or https address of at most 2048 characters',
  fits: (text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''),
}

/** Language tags with hyphens (BCP 47), or with underscores as clients send them. */
export const LOCALE: Limited = {
  most: 35,
  expected: 'a language tag such as en or de-CH',
  fits: (text) => /^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*$/.test(text),
}

export const ZONE: Limited = {
  most: 64,
  expected: 'an IANA time zone such as Europe/Zurich',
  fits: (text, zones) => zones.knows(text),
}

/** What is wrong with a value, in words. */
export function textFault(
  { most, expected, fits }: Limited,
  value: unknown,
  zones: ZoneOffsets,
): string | undefined {
  const isFine = typeof value === 'string' && value.length <= most && fits(value, zones)
  return isFine ? undefined : `the value must be ${expected}`
}
