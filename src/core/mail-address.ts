/** To whom mails are sent: plain addresses, a few of them. */

export const RECIPIENTS_MAX = 10
const ADDRESS_MAX_CHARACTERS = 254
/** One plain address of ASCII (RFC 5321, section 4.1.2, without quoted parts): nothing that ends a header. */
const MAIL_ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/

/** Why no mail is sent at all. */
export const NO_MAIL = 'this service sends no mail: its operator sets REPRISE_SMTP_URL'

/** What is wrong with a list of recipients; `at`: with which of them. */
export function recipientsFault(
  to: readonly unknown[],
): { readonly at?: number; readonly detail: string } | undefined {
  if (to.length === 0 || to.length > RECIPIENTS_MAX) {
    return { detail: `to must be 1 to ${RECIPIENTS_MAX} mail addresses` }
  }
  const at = to.findIndex((one) => !isMailAddress(one))
  return at === -1 ? undefined : { at, detail: 'must be a plain mail address such as ops@example.com' }
}

export function isMailAddress(value: unknown): value is string {
  return typeof value === 'string' && value.length <= ADDRESS_MAX_CHARACTERS && MAIL_ADDRESS.test(value)
}
