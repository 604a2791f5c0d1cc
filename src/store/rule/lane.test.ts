import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TenantId } from '../../core/ids.ts'
import { compareStandings } from '../../core/order.ts'
import { type InLane, Lane } from './lane.ts'

interface Seat extends InLane {
  usedMs: number
  asOf: number
}

function seatOf(number: number, usedMs: number, turn: number): Seat {
  return {
    tenantId: `tenant-${number}` as TenantId,
    share: 2,
    running: 3,
    usedMs,
    asOf: 0,
    turn,
    position: 0,
  }
}

it('the first of a lane is the one that goes first, whoever comes and leaves and whenever it was brought up', () => {
  const steps = fc.array(
    fc.record({ kind: fc.constantFrom('add', 'add', 'remove', 'bring up'), of: fc.nat(30) }),
    {
      maxLength: 200,
    },
  )
  fc.assert(
    fc.property(steps, (drawn) => {
      const lane = new Lane<Seat>('3/2')
      const seats: Seat[] = []
      drawn.forEach(({ kind, of }, now) => {
        if (kind === 'add') {
          const seat = seatOf(now, of % 7, of % 3)
          seat.asOf = now
          seat.usedMs += seat.running * now
          seats.push(seat)
          lane.add(seat)
        }
        const [seat] = seats.slice(of % (seats.length || 1))
        if (seat !== undefined && kind === 'bring up') {
          seat.usedMs += seat.running * (now - seat.asOf)
          seat.asOf = now
        }
        if (seat !== undefined && kind === 'remove') lane.remove(seats.splice(seats.indexOf(seat), 1)[0]!)
        const moment = { now: now + 5, usualRunMs: 1000 }
        expect(lane.first).toBe(seats.toSorted((left, right) => compareStandings(left, right, moment))[0])
      })
    }),
  )
})
