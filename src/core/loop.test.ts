import { describe, expect, test } from 'vitest'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { retryWaitMs, startLoop } from './loop.ts'

function started(round: (n: number) => number) {
  const machine = virtualMachine()
  const rounds: number[] = []
  const loop = startLoop(machine.ports, 'testing', async () => {
    rounds.push(machine.elapsed())
    return round(rounds.length)
  })
  return { machine, rounds, loop }
}

describe('a loop', () => {
  test('goes round when its wait is over', async () => {
    const { machine, rounds } = started(() => 1000)
    await machine.pass(2500)
    expect(rounds).toEqual([0, 1000, 2000])
  })

  test('goes round at once when it is woken while it waits', async () => {
    const { machine, rounds, loop } = started(() => 1000)
    await machine.pass(300)
    loop.wake()
    await machine.pass(100)
    expect(rounds).toEqual([0, 300])
  })

  test('waits longer after each failure, and a wake-up does not shorten that', async () => {
    const { machine, rounds, loop } = started((n) => {
      if (n <= 3) throw new Error('the store is away')
      return 60_000
    })
    await machine.pass(50)
    loop.wake()
    await machine.pass(5000)
    expect(rounds).toEqual([0, 100, 300, 700])
  })

  test('stops in the middle of a wait, and may be stopped twice', async () => {
    const { machine, rounds, loop } = started(() => 1000)
    await machine.pass(10)
    await Promise.all([loop.stop(), loop.stop()])
    loop.wake()
    await machine.pass(5000)
    expect(rounds).toEqual([0])
  })
})

test('waits between tries grow from 100 ms to 5 s', () => {
  expect([1, 2, 3, 6, 7, 99].map(retryWaitMs)).toEqual([100, 200, 400, 3200, 5000, 5000])
})
