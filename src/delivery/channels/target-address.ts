/**
 * Which addresses a webhook may reach (contract 04, section 3; contract 06, section 7). Checked twice: the
 * URL when a webhook is saved, and the resolved addresses at each connect. Never opens a connection.
 */
import ipaddr from 'ipaddr.js'

/** Private hosts and networks that the operator allows, also over http. */
export interface TargetAllowance {
  readonly hosts: ReadonlySet<string>
  readonly networks: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[]
}

export const NOTHING_ALLOWED: TargetAllowance = { hosts: new Set(), networks: [] }

/**
 * @param text comma list of host names, addresses and CIDR networks
 * @throws Error that names an invalid part
 */
export function parseAllowance(text: string): TargetAllowance {
  const hosts = new Set<string>()
  const networks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = []
  for (const part of text.split(',').map((entry) => entry.trim())) {
    if (part === '') continue
    if (ipaddr.isValidCIDR(part)) networks.push(ipaddr.parseCIDR(part))
    else if (ipaddr.isValid(part)) networks.push(singleAddress(part))
    else if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(part)) hosts.add(part.toLowerCase())
    else throw new Error(`"${part}" is neither a host name nor an address nor a network such as 10.0.0.0/8`)
  }
  return { hosts, networks }
}

function singleAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** Returns true if the address is public unicast or inside an allowed network. */
export function isAllowedAddress(text: string, allowance: TargetAllowance): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (isInAllowedNetwork(address, allowance)) return true
  if (address.range() !== 'unicast') return false
  return !(address.kind() === 'ipv6' && EXTRA_DENIED.some((network) => address.match(network)))
}

/** Reserved networks that ipaddr.js counts as unicast. */
const EXTRA_DENIED = ['::/96', '3fff::/20', '5f00::/16', 'fec0::/10'].map((cidr) => ipaddr.parseCIDR(cidr))

function isInAllowedNetwork(address: ipaddr.IPv4 | ipaddr.IPv6, allowance: TargetAllowance): boolean {
  const plain =
    address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()
      ? (address as ipaddr.IPv6).toIPv4Address()
      : address
  return allowance.networks.some(
    ([network, bits]) => network.kind() === plain.kind() && plain.match(network, bits),
  )
}

/** Returns the host of a URL without brackets and trailing dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

/** Returns true if the operator allowed this host by name, or as an address inside an allowed network. */
export function isAllowedHost(host: string, allowance: TargetAllowance): boolean {
  if (allowance.hosts.has(host.toLowerCase())) return true
  return ipaddr.isValid(host) && isInAllowedNetwork(ipaddr.parse(host), allowance)
}

/**
 * Returns the reason why a webhook may not be sent to this address, as a sentence for the user; undefined if
 * it may.
 * @param setting in which the operator allows more
 */
export function targetProblem(
  text: string,
  allowance: TargetAllowance,
  setting = 'REPRISE_WEBHOOK_ALLOW',
): string | undefined {
  if (!URL.canParse(text)) return 'the url is not a valid absolute URL'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'the url must not carry user information'
  if (url.hash !== '') return 'the url must not carry a fragment'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the url must use https'
  const host = hostOf(url)
  if (isAllowedHost(host, allowance)) return undefined
  if (url.protocol === 'http:') return `the url must use https (http is only for hosts in ${setting})`
  if (ipaddr.isValid(host)) return 'the url must name a host, not an IP address'
  if (isLocalName(host)) return 'the url names a host of the local network'
  if (!host.includes('.')) return 'the url must name a fully qualified host'
  return undefined
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || /\.(localhost|local|internal)$/.test(host)
}
