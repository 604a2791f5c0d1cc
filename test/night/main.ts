/**
 * `npm run night`: all that takes long. Runs every part, whatever became of the one before, prints the
 * seconds of each and its last lines, and keeps the text (see --keep). Exit code 1 when a part failed.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { NODE_FLOOR } from '../../src/cli/node-version.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Part {
  readonly name: string
  /** Run by a shell in the root of the project; `$FOLDER` is an empty folder of this night. */
  readonly command: string
  /** So many last lines of its output are kept. */
  readonly tail: number
}

const PARTS: readonly Part[] = [
  { name: 'seeds', command: 'npm run --silent sim -- --seeds 5000', tail: 6 },
  { name: 'canaries', command: 'npm run --silent sim -- --canary all', tail: 60 },
  { name: 'explore', command: 'npm run --silent explore', tail: 30 },
  { name: 'schedules', command: 'npm run --silent schedules -- --seeds 3', tail: 10 },
  {
    name: 'long-tests',
    command: `REPRISE_LONG_TESTS=1 node node_modules/vitest/vitest.mjs run --reporter=dot --silent=true \
      test/e2e/drain.test.ts test/e2e/schedules-killed.test.ts test/simulation/simulation.test.ts \
      test/simulation/every-step test/script/act-or-refuse`,
    tail: 8,
  },
  { name: 'chaos', command: 'npm run --silent chaos -- --minutes 10', tail: 30 },
  { name: 'chaos-canary', command: 'npm run --silent chaos -- --minutes 2 --immediate', tail: 5 },
  {
    name: 'oldest-node',
    command: `npm install --silent --no-audit --no-fund --prefix $FOLDER node@${NODE_FLOOR} &&
      $FOLDER/node_modules/.bin/node --version && PATH=$FOLDER/node_modules/.bin:$PATH \
      node node_modules/vitest/vitest.mjs run --reporter=dot --silent=true src test/contract test/engine test/script test/api`,
    tail: 8,
  },
  ...[
    'script',
    'qvd-read',
    'store-lives',
    'accept',
    'queue-depth',
    'price-of-fairness',
    'fairness-error',
    'engine-sessions',
    'reload-latency',
    'delivery',
    'fan-out',
    'start',
    'recurrence',
    'schedules',
    'items',
  ].map((bench) => ({
    name: `bench-${bench}`,
    command: `node --disable-warning=ExperimentalWarning bench/${bench}.ts`,
    tail: 25,
  })),
]

const USAGE = `npm run night -- [options]

  --only NAMES  these parts alone, with commas between them
  --keep FILE   writes what is printed into this file too
  --help

Parts: ${PARTS.map(({ name }) => name).join(', ')}`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(USAGE)
else process.exitCode = await night(chosen())

/** Throws for a part that does not exist. */
function chosen(): readonly Part[] {
  if (values.only === undefined) return PARTS
  return values.only.split(',').map((name) => {
    const part = PARTS.find((part) => part.name === name)
    if (part === undefined) throw new Error(`There is no part ${name}. ${USAGE}`)
    return part
  })
}

async function night(parts: readonly Part[]): Promise<number> {
  const told: string[] = []
  const tell = (line: string) => {
    console.log(line)
    told.push(line)
    if (values.keep !== undefined) writeFileSync(values.keep, `${told.join('\n')}\n`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'reprise-night-'))
  const failures: string[] = []
  try {
    for (const { name, command, tail } of parts) {
      const load = loadavg()[0]!.toFixed(1)
      const start = performance.now()
      const { status, output } = await run(command, folder)
      const seconds = ((performance.now() - start) / 1000).toFixed(0)
      const how = status === 0 ? 'passed' : `FAILED with ${status}`
      if (status !== 0) failures.push(name)
      tell(`== ${name}: ${how} in ${seconds} s, load before ${load}`)
      for (const line of output.trimEnd().split('\n').slice(-tail)) tell(`   ${line}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const ok = parts.length - failures.length
  tell(`${ok} parts passed, ${failures.length} failed${failures.map((name) => ` ${name}`).join(',')}`)
  return failures.length === 0 ? 0 : 1
}

function run(command: string, folder: string): Promise<{ status: number | string; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn('sh', ['-c', command], {
      cwd: ROOT,
      env: { ...process.env, FOLDER: folder, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', fail)
    child.on('close', (code, signal) => done({ status: code ?? signal ?? 'no code', output }))
  })
}
