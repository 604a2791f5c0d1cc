import { afterAll, expect, it } from 'vitest'
import { endAll } from '../support/service-process.ts'
import { runChaos } from './chaos/chaos.ts'
import { shortPlan } from './chaos/plans.ts'

afterAll(endAll)

/** The long run: npm run chaos. */
it('loses, doubles and tears nothing under kill -9 of server and engines', { timeout: 480_000 }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
  console.log(`chaos: CHAOS_SEED=${seed}`)
  const { history: _, ...report } = await runChaos(shortPlan(seed))
  console.log(`chaos: ${JSON.stringify(report)}`)
  expect(report.findings, `seed ${seed}`).toEqual([])
  expect(report.faults, `seed ${seed}`).toEqual([])
  expect(report.shortfalls, `seed ${seed}`).toEqual([])
})
