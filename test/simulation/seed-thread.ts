/** A thread that runs simulations: one seed after the other of each range it is sent, told as they end. */
import { parentPort } from 'node:worker_threads'
import { CANARIES } from './canary/canaries.ts'
import type { SeedRange } from './run-seeds.ts'
import { simulate } from './simulation.ts'

parentPort?.on('message', async ({ from, count, canaryName }: SeedRange) => {
  const canary = CANARIES.find(({ name }) => name === canaryName)
  for (let seed = from; seed < from + count; seed++) {
    const report = await simulate(seed, canary === undefined ? {} : { canary })
    const failed = report.verdict !== 'clean'
    parentPort?.postMessage(failed ? report : { ...report, trace: [] })
    if (failed) break
  }
  parentPort?.postMessage('done')
})
