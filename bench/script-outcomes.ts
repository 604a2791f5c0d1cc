/**
 * Runs the scripts of the suite and counts them by outcome: how many run to their end, and how many are
 * refused with which code. A script that ends in two ways, as over other files, counts under both.
 *
 * node bench/script-outcomes.ts [--json] [--keep: write bench/results/script-outcomes.txt] [TEST FILES]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TALLY_FILE, type Tallied } from '../test/support/script-tally.ts'

const options = process.argv.slice(2)
const files = options.filter((each) => !each.startsWith('--'))
const folder = mkdtempSync(path.join(tmpdir(), 'reprise-outcomes-'))
const tallied = path.join(folder, 'tallied')
writeFileSync(tallied, '')
try {
  const tests = files.length === 0 ? ['test/script'] : files
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', '--silent=true', ...tests],
    { env: { ...process.env, [TALLY_FILE]: tallied }, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const scripts = new Map<string, Set<string>>()
  for (const line of readFileSync(tallied, 'utf8').split('\n').filter(Boolean)) {
    const { script, outcome } = JSON.parse(line) as Tallied
    scripts.set(outcome, (scripts.get(outcome) ?? new Set()).add(script))
  }
  const counts = [...scripts].map(([outcome, { size }]) => ({ outcome, scripts: size }))
  counts.sort((a, b) => b.scripts - a.scripts || a.outcome.localeCompare(b.outcome))
  const all = new Set([...scripts.values()].flatMap((each) => [...each])).size
  const lines = [
    `${all} different scripts of the suite, by outcome`,
    ...counts.map(({ outcome, scripts: count }) => `${String(count).padStart(6)}  ${outcome}`),
  ]
  console.log(options.includes('--json') ? JSON.stringify({ all, counts }, null, 2) : lines.join('\n'))
  if (options.includes('--keep')) writeFileSync('bench/results/script-outcomes.txt', `${lines.join('\n')}\n`)
  if (status !== 0) console.error('some of the tests failed')
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
