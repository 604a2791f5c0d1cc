/**
 * The bench of many webhooks, small: forty healthy targets and ten sick ones, the sending process killed in
 * the middle. What is asserted is what arrived; how long it took is the bench's business.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const BENCH = fileURLToPath(new URL('../../bench/fan-out.ts', import.meta.url))

it('every healthy webhook gets every event, with the same body each time', { timeout: 300_000 }, async () => {
  const args = [BENCH, '--events', '100', '--rounds', '1', '--kill', '--json']
  const bench = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed, [code]] = await Promise.all([text(bench.stdout), once(bench, 'exit')])
  expect(code).toBe(0)
  const { well, withSick } = JSON.parse(printed)
  for (const [round] of [well, withSick]) expect(round).toMatchObject({ arrived: 4000, changed: 0 })
})
