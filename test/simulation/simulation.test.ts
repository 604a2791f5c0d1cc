import { describe, expect, test } from 'vitest'
import { CANARIES } from './canaries.ts'
import { type Report, simulate } from './simulation.ts'

const CLEAN_SEEDS = 100
const CANARY_SEEDS = 150
const LONG = { timeout: 240_000 }

describe('the loops under crashes, stalls, skewed clocks and a failing store', () => {
  test(
    `keep every promise for ${CLEAN_SEEDS} seeds, and all that is accepted comes to its end`,
    LONG,
    async () => {
      const outcomes = new Set<string>()
      for (let seed = 1; seed <= CLEAN_SEEDS; seed++) {
        const report = await simulate(seed)
        expect(report.verdict, told(report)).toBe('clean')
        for (const outcome of Object.keys(report.outcomes)) outcomes.add(outcome)
      }
      expect([...outcomes].sort()).toEqual(['CANCELED', 'EXCEEDED_LIMIT', 'FAILED', 'SUCCEEDED'])
    },
  )

  test('go the same way whenever the seed is the same', async () => {
    const histories = await Promise.all([history(7), history(7), history(8)])
    expect(histories[1]).toEqual(histories[0])
    expect(histories[2]).not.toEqual(histories[0])
  })
})

describe('a planted bug is found', () => {
  test.each(CANARIES.map((canary) => [canary.plants, canary] as const))(
    '%s',
    LONG,
    async (_plants, canary) => {
      let found: Report | undefined
      for (let seed = 1; seed <= CANARY_SEEDS && found === undefined; seed++) {
        const report = await simulate(seed, { canary })
        expect(report.verdict, told(report)).not.toBe('crash')
        if (report.verdict !== 'clean') found = report
      }
      expect(found?.rule, `not found in ${CANARY_SEEDS} seeds`).toBeDefined()
    },
  )
})

async function history(seed: number): Promise<string[]> {
  const lines: string[] = []
  await simulate(seed, { print: (line) => lines.push(line) })
  return lines
}

function told(report: Report): string {
  return `seed ${report.seed}: ${report.rule ?? ''}\n${report.trace.slice(-20).join('\n')}`
}
