import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { TICKET_LIFE_MS, Tickets } from './tickets.ts'

const asked = { method: 'POST', headers: { authorization: 'Bearer x' }, hostname: 'a' }

function scene() {
  let now = 0
  const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)), uniform: () => 0 }
  const tickets = new Tickets({ clock: { monotonic: () => now }, random })
  return {
    tickets,
    advance: (ms: number) => {
      now += ms
    },
  }
}

it('a ticket opens once, as the one who asked for it', () => {
  const { tickets } = scene()
  const ticket = tickets.issue(asked)
  expect(tickets.redeem(`${ticket}x`)).toBeUndefined()
  expect(tickets.redeem(ticket)).toBe(asked)
  expect(tickets.redeem(ticket)).toBeUndefined()
})

it('a ticket is good for a minute', () => {
  const { tickets, advance } = scene()
  const [one, two] = [tickets.issue(asked), tickets.issue(asked)]
  advance(TICKET_LIFE_MS - 1)
  expect(tickets.redeem(one)).toBe(asked)
  advance(1)
  expect(tickets.redeem(two)).toBeUndefined()
})

it('the oldest of very many are void', () => {
  const { tickets } = scene()
  const first = tickets.issue(asked)
  for (let n = 0; n < 10_000; n++) tickets.issue(asked)
  expect(tickets.redeem(first)).toBeUndefined()
})
