import { afterAll, expect, it } from 'vitest'
import { endAll } from '../support/service-process.ts'
import { runChaos } from './chaos/chaos.ts'

/** The long run: npm run chaos. */
const KILLS = 15
const APPS_PER_TENANT = 4

afterAll(endAll)

it('loses, doubles and tears nothing under kill -9 of server and engines', { timeout: 400_000 }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
  console.log(`chaos: CHAOS_SEED=${seed}`)
  const report = await runChaos(seed, KILLS, APPS_PER_TENANT)
  console.log(`chaos: ${JSON.stringify(report)}`)
  expect(report.faults, `seed ${seed}`).toEqual([])
  expect(report.dataFilesRead).toBeGreaterThan(0)
})
