import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { runLength } from '../support/run-length.ts'
import { AUDITS, type AuditName } from './audit/audits.ts'
import { CANARIES } from './canary/canaries.ts'
import type { Canary } from './canary/canary.ts'
import { REGRESSION_SEEDS } from './regression-seeds.ts'
import { runSeeds, type SeedsRun } from './run-seeds.ts'
import { type Report, simulate } from './simulation.ts'

const KNOWN_SEEDS = runLength(5, 200)
const FRESH_SEEDS_MS = runLength(3_000, 60_000)
const LONG = { timeout: 240_000 }
/** The first of each audit; a night tries them all. */
const PLANTED = CANARIES.filter(
  ({ foundBy: [audit] }, index) =>
    runLength(0, 1) === 1 || CANARIES.findIndex(({ foundBy: [other] }) => other === audit) === index,
)

afterEach(() => vi.restoreAllMocks())

describe('the loops under crashes, stalls, skewed clocks and a failing store', () => {
  test(
    `keep every promise for ${KNOWN_SEEDS} seeds, and all that is accepted comes to its end`,
    LONG,
    async () => {
      const outcomes = new Set<string>()
      for (let seed = 1; seed <= KNOWN_SEEDS; seed++) {
        for (const outcome of Object.keys((await clean(seed)).outcomes)) outcomes.add(outcome)
      }
      expect([...outcomes].sort()).toEqual(['CANCELED', 'EXCEEDED_LIMIT', 'FAILED', 'SUCCEEDED'])
    },
  )

  test('keep every promise for every seed that ever failed', LONG, async () => {
    for (const { seed } of REGRESSION_SEEDS) await clean(seed)
  })

  test(`keep every promise for ${FRESH_SEEDS_MS / 1000} s of fresh seeds`, LONG, async () => {
    const from = Math.floor(Date.now() / 1000) % 1_000_000_000
    const stopAt = performance.now() + FRESH_SEEDS_MS
    let seed = from
    for (; performance.now() < stopAt; seed++) await clean(seed)
    console.log(`fresh seeds: ${from} to ${seed - 1}`)
  })
})

describe('a seed', () => {
  test('gives one history, whenever it is run', async () => {
    const first = await history(7)
    expect(await history(7)).toEqual(first)
    expect(await history(8)).not.toEqual(first)
  })

  test('gives it without the clock and the chance of this machine', async () => {
    const { fingerprint } = await clean(9)
    const ambient = () => {
      throw new Error('asked this machine for time or chance')
    }
    vi.spyOn(Date, 'now').mockImplementation(ambient)
    vi.spyOn(Math, 'random').mockImplementation(ambient)
    vi.spyOn(performance, 'now').mockImplementation(ambient)
    const report = await simulate(9)
    vi.restoreAllMocks()
    expect(report).toMatchObject({ verdict: 'clean', fingerprint })
  })

  test('gives it on any number of threads', async () => {
    const range = { from: 20, count: 12 }
    const alone = await runSeeds(range, 1)
    expect(alone).toMatchObject({ seeds: 12 })
    expect(await runSeeds(range, 3)).toEqual(alone)
  })
})

describe('a planted bug is found by its audit within its bound', () => {
  test.each(PLANTED.map((canary) => [canary.name, canary.plants, canary] as const))(
    '%s: %s',
    LONG,
    async (_name, _plants, canary) => {
      const { failed } = await search(canary)
      if (failed === undefined) expect.fail(`not found in ${canary.withinSeeds} seeds`)
      expect(canary.foundBy, told(failed)).toContain(failed.audit)
    },
  )

  test('and every invariant has a planted bug', () => {
    const found = new Set(
      CANARIES.flatMap(({ foundBy }) => foundBy.map((audit: AuditName) => AUDITS[audit][0])),
    )
    expect([...found].sort((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })
})

describe('npm run sim', () => {
  test.each([
    ['a clean run ends with 0', ['--seeds', '2'], 0, /^2 seeds, .* steps\/s/m],
    ['bad usage ends with 1', ['--seeds', 'many'], 1, /--seeds must be a whole number/],
    ['an unknown option ends with 1', ['--sedes', '2'], 1, /--sedes/],
    ['a canary that lives ends with 5', ['--canary', 'no-fence', '--seeds', '1'], 5, /NOT FOUND/],
    [
      'a canary that is found ends with 0',
      ['--canary', 'event-apart'],
      0,
      /event-apart found .* seed \d+: 2 /,
    ],
  ])('%s', (_title, given, code, printed) => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const ran = spawnSync(process.execPath, [main, ...given], { encoding: 'utf8' })
    expect(ran.stdout + ran.stderr).toMatch(printed)
    expect(ran.status).toBe(code)
  })
})

/** A long search goes on two threads, which cost more to start than a short one takes. */
async function search(canary: Canary): Promise<Pick<SeedsRun, 'failed'>> {
  if (canary.withinSeeds > 50) {
    return runSeeds({ from: 1, count: canary.withinSeeds, canaryName: canary.name }, 2)
  }
  for (let seed = 1; seed <= canary.withinSeeds; seed++) {
    const report = await simulate(seed, { canary })
    if (report.verdict !== 'clean') return { failed: report }
  }
  return {}
}

async function clean(seed: number): Promise<Report> {
  const report = await simulate(seed)
  expect(report.verdict, told(report)).toBe('clean')
  return report
}

async function history(seed: number): Promise<string[]> {
  const lines: string[] = []
  await simulate(seed, { print: (line) => lines.push(line) })
  return lines
}

function told(report: Report): string {
  return `seed ${report.seed}: ${report.rule ?? ''}\n${report.trace.slice(-20).join('\n')}`
}
