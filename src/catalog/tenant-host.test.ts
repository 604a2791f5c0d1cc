import { describe, expect, it } from 'vitest'
import { aTenant } from '../../test/support/records.ts'
import type { Tenant } from '../core/records.ts'
import { tenantOfHost } from './tenant-host.ts'

const one = aTenant({ hostnames: ['one.example.com', 'first.example.com'] })
const two = aTenant({ id: 'two' as never, hostnames: ['two.example.com'] })
const found = async (host: string, ...tenants: Tenant[]) =>
  (await tenantOfHost({ tenants: async () => tenants }, host))?.id

describe('the tenant of a host', () => {
  it('is the one that has its name, in any case and at any port', async () => {
    expect(await found('First.example.com:4600', one, two)).toBe(one.id)
    expect(await found('two.example.com', one, two)).toBe(two.id)
  })

  it('is nobody when several are there and none has the name', async () => {
    expect(await found('localhost:4600', one, two)).toBeUndefined()
    expect(await found('one.example.com')).toBeUndefined()
  })

  it('is the only one whatever the host', async () => {
    expect(await found('localhost:4600', one)).toBe(one.id)
  })

  it('is not a removed one, nor another instead of it', async () => {
    const removed = { ...two, removedAt: 1 }
    expect(await found('two.example.com', one, removed)).toBeUndefined()
    expect(await found('localhost', one, removed)).toBe(one.id)
    expect(await found('localhost', removed)).toBeUndefined()
  })
})
