/**
 * Lines into outputs that nobody reads, in processes of their own: this one must not be the one that hangs.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const MODULE = new URL('./unwaited-lines.ts', import.meta.url).href
const LINES = 30_000
const SCRIPT = '/usr/bin/script'

/** Writes more than any pipe or terminal holds, tells it on descriptor 3, and goes on. */
const WRITER = `
  import { writeSync } from 'node:fs'
  const { UnwaitedLines } = await import('${MODULE}')
  const lines = new UnwaitedLines(2, (count) => lines.write('lost ' + count + '\\n'))
  for (let n = 0; n < ${LINES}; n++) lines.write(n + ' ' + 'x'.repeat(100) + '\\n')
  process.on('SIGTERM', () => process.exit(7))
  setInterval(() => lines.write('later\\n'), 20)
  writeSync(3, 'written')
`

let child: ChildProcess | undefined
afterEach(() => {
  child?.kill('SIGKILL')
  child = undefined
})

const written = (from: ChildProcess) => once(from.stdio[3]!, 'data')

describe('lines that nobody waits for', () => {
  it('come to an end, at a pipe that nobody reads, and tell what was lost once somebody does', async () => {
    child = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    child.stderr!.pause()
    await written(child)
    let text = ''
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    child.stderr!.resume()
    await expect.poll(() => text, { timeout: 50_000 }).toMatch(/^lost \d+$/m)
    const lost = Number(/^lost (\d+)$/m.exec(text)![1])
    const shown = text.split('\n').filter((line) => /^\d+ x+$/.test(line))
    expect(lost).toBeGreaterThan(0)
    expect(shown.length).toBeGreaterThan(0)
    // Each line is whole, in order, and either shown or counted; later ones may be lost too.
    expect(shown.map((line) => Number.parseInt(line, 10))).toEqual(shown.map((_, n) => n))
    expect(shown.length + lost).toBeGreaterThanOrEqual(LINES)
  })

  it('go on when the reader of the pipe has gone', async () => {
    child = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    child.stderr!.destroy()
    await written(child)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([7, null])
  })

  it.skipIf(!existsSync(SCRIPT))('go on at a terminal that takes nothing (needs script)', async () => {
    // Its own output is a pipe that nobody reads: so it stops reading its terminal.
    const file = fileURLToPath(new URL('./unwaited-lines.ts', import.meta.url))
    const run = `exec '${process.execPath}' --input-type=module -e "$WRITER" 3>&4`
    child = spawn(SCRIPT, ['-qefc', run, '/dev/null'], {
      env: { ...process.env, WRITER, FILE: file },
      stdio: ['ignore', 'pipe', 'ignore', 'ignore', 'pipe'],
    })
    child.stdout!.pause()
    await once(child.stdio[4]!, 'data')
  })
})
