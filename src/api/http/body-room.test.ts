import { expect, it } from 'vitest'
import type { TenantId } from '../../core/ids.ts'
import { BodyRoom } from './body-room.ts'

const tenant = (name: string) => name as TenantId

it('a tenant has room for two of the largest, gets it back, and takes none from others', () => {
  const room = new BodyRoom(100)
  const back = room.take(tenant('a'), 100)
  room.take(tenant('a'), 60)
  expect(() => room.take(tenant('a'), 41)).toThrow('of your tenant under way have at most 200 bytes together')
  room.take(tenant('b'), 200)
  back()
  room.take(tenant('a'), 140)
})

it('all tenants together have room for eight', () => {
  const room = new BodyRoom(100)
  for (const name of ['a', 'b', 'c', 'd']) room.take(tenant(name), 200)
  expect(() => room.take(tenant('e'), 1)).toThrow('too many large bodies')
})
