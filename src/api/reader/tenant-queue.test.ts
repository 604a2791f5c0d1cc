import { expect, it } from 'vitest'
import type { TenantId } from '../../core/ids.ts'
import { TenantQueue } from './tenant-queue.ts'

const A = 'a' as TenantId
const B = 'b' as TenantId
const C = 'c' as TenantId

it('gives each tenant one job at a time, and the turn to whose last one was longest ago', () => {
  const queue = new TenantQueue<string>(5)
  for (const job of ['a1', 'a2', 'a3']) queue.add(A, job)
  queue.add(B, 'b1')
  expect([queue.take(), queue.take(), queue.take()]).toEqual(['a1', 'b1', undefined])
  queue.add(C, 'c1')
  queue.done(A)
  expect(queue.take()).toBe('a2')
  expect(queue.take()).toBe('c1')
  queue.done(A)
  queue.add(B, 'b2')
  queue.done(B)
  expect([queue.take(), queue.take()]).toEqual(['b2', 'a3'])
})

it('takes a bounded number of one tenant, whatever others have', () => {
  const queue = new TenantQueue<number>(2)
  expect([1, 2, 3].map((job) => queue.add(A, job))).toEqual([true, true, false])
  expect(queue.add(B, 1)).toBe(true)
  expect(queue.take()).toBe(1)
  expect(queue.add(A, 4)).toBe(true)
})

it('a job that waits no more is not given out', () => {
  const queue = new TenantQueue<number>(2)
  queue.add(A, 1)
  queue.add(A, 2)
  queue.remove(A, 1)
  expect(queue.take()).toBe(2)
  queue.remove(A, 2)
  queue.done(A)
  expect(queue.take()).toBe(undefined)
})
