/**
 * Against requests that another site makes a browser send (CSRF): whatever changes something and comes with
 * a session's cookie needs the session's own token in a header, which no other site can read. It follows
 * from the cookie's secret, so nothing is kept of it.
 */
import { boundText, isSameText } from './session-token.ts'

/** As clients of Qlik Cloud send it, and as `GET /api/v1/csrf-token` tells it. */
export const CSRF_HEADER = 'qlik-csrf-token'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** @param sessionToken of the cookie */
export function csrfTokenOf(sessionToken: string): string {
  return boundText(sessionToken, 'csrf token')
}

export function isCsrfTokenOf(sessionToken: string, sent: string): boolean {
  return isSameText(csrfTokenOf(sessionToken), sent)
}

/** Whether a method only reads (RFC 9110, section 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.includes(method)
}
