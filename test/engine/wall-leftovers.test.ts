/** A service killed while a sandbox begins leaves a process that waits for ever: the next start ends it. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { initPid } from '../../src/engine/wall/init-pid.ts'
import { programPath } from '../../src/engine/wall/programs.ts'
import { raiseWall } from '../../src/engine/wall/raise-wall.ts'
import { isRunning, until } from '../support/observe.ts'

const root = mkdtempSync(join(tmpdir(), 'reprise-leftovers-'))
const other = mkdtempSync(join(tmpdir(), 'reprise-leftovers-'))
afterAll(() => {
  for (const folder of [root, other]) rmSync(folder, { recursive: true })
})

/** The pid of a sandbox whose monitor was killed before it let the sandbox go on. */
async function orphanBelow(bwrap: string, folder: string): Promise<number> {
  const session = join(folder, 'session-1-a')
  mkdirSync(session)
  const args = [
    '--unshare-all',
    '--unshare-user',
    '--die-with-parent',
    '--ro-bind',
    '/',
    '/',
    '--bind',
    session,
    session,
  ]
  const monitor = spawn(bwrap, [...args, '--info-fd', '3', '--userns-block-fd', '4', '--', 'true'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const pid = await initPid(monitor.stdio[3] as Readable)
  monitor.kill('SIGKILL')
  await until('the monitor is gone', () => monitor.signalCode !== null)
  return pid!
}

test('a sandbox that a killed service left is ended, and no other one', async ({ skip }) => {
  const bwrap = await programPath('bwrap')
  if (bwrap === undefined) return skip('bubblewrap is not installed')
  const [left, elsewhere] = [await orphanBelow(bwrap, root), await orphanBelow(bwrap, other)]
  expect([left, elsewhere].map(isRunning)).toEqual([true, true])
  const logged: string[] = []
  const write = (message: string, fields?: object) => logged.push(`${message} ${JSON.stringify(fields)}`)
  const wall = await raiseWall(root, { info: write, warn: write, error: write })
  try {
    await until('it is gone', () => !isRunning(left))
    expect(isRunning(elsewhere)).toBe(true)
    expect(logged).toEqual(['ended sandboxes that a killed service left {"processes":1}'])
  } finally {
    await wall.stop()
    process.kill(elsewhere, 'SIGKILL')
  }
})
