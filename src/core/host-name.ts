/** Host names by which a tenant is known: DNS names as RFC 1123, section 2.1, allows them, and addresses. */

/** The longest name of DNS (RFC 1035, section 2.3.4). */
export const HOST_NAME_MAX = 253

/** With the underscore, which names within a network have now and then. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/
const IPV6 = /^[0-9a-f.]*:[0-9a-f.:]*$/

/**
 * The name without port and final dot, in small letters; an address of IPv6 without its brackets.
 * @param host as the Host of a request or the authority of an address names it
 */
export function hostNameOf(host: string): string {
  const name = host.startsWith('[') ? host.slice(1).split(']')[0]! : host.split(':')[0]!
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}

/** @param name in small letters */
export function isHostName(name: string): boolean {
  if (name.length > HOST_NAME_MAX) return false
  return IPV6.test(name) || name.split('.').every((label) => LABEL.test(label))
}
