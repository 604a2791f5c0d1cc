/** Which peers of a connection are proxies of the operator's, whose word about a request is believed. */
import ipaddr from 'ipaddr.js'

/** @param trusted addresses and CIDRs */
export function proxiesOf(trusted: readonly string[]): (address: string | undefined) => boolean {
  const networks = trusted.map((text) =>
    ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : hostNetwork(ipaddr.process(text)),
  )
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false
    const peer = ipaddr.process(address)
    return networks.some((network) => peer.kind() === network[0].kind() && peer.match(network))
  }
}

type Network = ReturnType<typeof ipaddr.parseCIDR>

function hostNetwork(address: ReturnType<typeof ipaddr.process>): Network {
  return ipaddr.parseCIDR(`${address.toString()}/${address.kind() === 'ipv4' ? 32 : 128}`)
}
