/** One process serves many tenants: which of them a request is for that comes without a credential. */
import { hostNameOf } from '../core/host-name.ts'
import type { Tenant } from '../core/records.ts'
import type { PeopleStore } from '../store/port/people.ts'

/**
 * The tenant with that name of a host; the only tenant when nobody has the name. A removed one is not found.
 * @param host as a request names it, with a port or without
 */
export async function tenantOfHost(
  store: Pick<PeopleStore, 'tenants'>,
  host: string,
): Promise<Tenant | undefined> {
  const name = hostNameOf(host)
  const tenants = await store.tenants()
  const known = tenants.find(({ hostnames }) => hostnames.includes(name))
  const present = tenants.filter(({ removedAt }) => removedAt === undefined)
  if (known !== undefined) return present.find(({ id }) => id === known.id)
  return present.length === 1 ? present[0] : undefined
}
