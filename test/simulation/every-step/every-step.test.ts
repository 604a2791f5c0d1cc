/** One fault at each of many steps, and at each write, of a history in which nothing else goes wrong. */
import { describe, expect, test } from 'vitest'
import { runLength } from '../../support/run-length.ts'
import { CANARIES } from '../canary/canaries.ts'
import type { Canary } from '../canary/canary.ts'
import { atEveryStep, atEveryWrite, type Tried } from './every-step.ts'
import { STEP_FAULTS, type StepFault, WRITE_FAULTS, type WriteFault } from './faults.ts'

const SEED = 2
/** A night tries every step: `npm run explore`. */
const STRIDE = runLength(19, 7)
const LONG = { timeout: 120_000 }

describe('every promise is kept when', () => {
  test.each(STEP_FAULTS)('$name, at each step', LONG, async (fault) => {
    const { histories, broken } = await atEveryStep(SEED, fault, { stride: STRIDE })
    expect(broken).toBeUndefined()
    expect(histories).toBeGreaterThan(20)
  })

  test.each(WRITE_FAULTS)('$name, at each write', LONG, async (fault) => {
    const { histories, broken } = await atEveryWrite(SEED, fault)
    expect(broken).toBeUndefined()
    expect(histories).toBeGreaterThan(20)
  })
})

describe('a planted bug is found', () => {
  const all = [
    ...STEP_FAULTS.flatMap((fault) =>
      fault.finds.map((name) => ({ fault: fault.name, name, run: runs(fault) })),
    ),
    ...WRITE_FAULTS.flatMap((fault) =>
      fault.finds.map((name) => ({ fault: fault.name, name, run: writes(fault) })),
    ),
  ]
  test.each(all)('when $fault: $name', LONG, async ({ name, run }) => {
    const canary = CANARIES.find((one) => one.name === name)!
    const { broken } = await run(canary)
    const audit = /^\d+ ([a-z-]+):/.exec(broken?.rule ?? '')?.[1]
    expect([...canary.foundBy, 'all-ends']).toContain(audit)
  })
})

function runs(fault: StepFault): (canary: Canary) => Promise<Tried> {
  return (canary) => atEveryStep(SEED, fault, { canary })
}

function writes(fault: WriteFault): (canary: Canary) => Promise<Tried> {
  return (canary) => atEveryWrite(SEED, fault, { canary })
}
