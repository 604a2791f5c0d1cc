/**
 * `npm run packed`: the package as a user has it. Packs what `npm run build` made, installs the tarball into
 * an empty project, and runs it there: the command, its demo, a check, an import of every export; and with
 * `--old-node PATH` an outdated Node, which must be refused in plain words. Exit code 1 when a step fails.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { nodeFault } from '../../src/cli/node-version.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({ options: { 'old-node': { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'reprise-packed-'))
const project = join(folder, 'project')
let failed = 0

try {
  runIn(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{"name":"user","private":true}')
  runIn(project, 'npm', 'install', '--no-audit', '--no-fund', join(folder, tarball))
  const packed = JSON.parse(readFileSync(join(project, 'node_modules/reprise/package.json'), 'utf8'))
  const main = join(project, 'node_modules/.bin/reprise')

  step('reprise --version', () => says(node(main, '--version'), packed.version))
  step('reprise demo --json', () => {
    const faults = finishedEventFaults(JSON.parse(node(main, 'demo', '--json')))
    if (faults.length > 0) throw new Error(faults.join('; '))
  })
  writeFileSync(join(project, 's.qvs'), 'T: LOAD 1 AS a AUTOGENERATE 1;\n')
  step('reprise check', () => node(main, 'check', 's.qvs'))
  for (const name of Object.keys(packed.exports).filter((name) => name !== './package.json')) {
    const specifier = `reprise${name.slice(1)}`
    step(`import ${specifier}`, () => node('--input-type=module', '--eval', `await import('${specifier}')`))
  }
  const old = values['old-node'] ?? systemNode()
  if (old === undefined) console.log('skip an old Node is refused: this machine has none; --old-node PATH')
  else step('an old Node is refused in plain words', () => refused(old, main))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1

/** Runs a step and tells how it went. */
function step(name: string, work: () => void): void {
  const start = performance.now()
  try {
    work()
    console.log(`ok   ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}: ${(error as Error).message}`)
  }
}

/** Its standard output; throws with what it wrote to standard error when it fails. */
function runIn(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0)
    throw new Error(`${command} ${args[0]} ended with ${status}: ${stderr.trim().slice(-400)}`)
  return stdout
}

function node(...args: string[]): string {
  return runIn(project, process.execPath, ...args)
}

function says(text: string, wanted: string): void {
  if (text.trim() !== wanted) throw new Error(`says ${text.trim()}, not ${wanted}`)
}

function refused(old: string, main: string): void {
  const { status, stderr } = spawnSync(old, [main, '--version'], { encoding: 'utf8' })
  if (status === 0) throw new Error('it ran')
  if (!/needs Node\.js [\d.]+ or later/.test(stderr)) throw new Error(stderr.trim().slice(0, 200))
}

/** A Node on the PATH other than the one that runs this and older than the floor of the package. */
function systemNode(): string | undefined {
  return process.env
    .PATH!.split(':')
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path) && dirname(path) !== dirname(process.execPath))
    .find((path) => {
      const [, version] = /^v([\d.]+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout) ?? []
      return version !== undefined && nodeFault(version) !== undefined
    })
}
