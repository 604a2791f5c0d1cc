/**
 * Which wall a service gets: the best that its machine can build, found by building it around a process that
 * tries what it should not be able to do. Says why there is no more, with the remedy.
 */
import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Log } from '../../core/ports.ts'
import { Bubblewrap } from './bubblewrap.ts'
import { endLeftovers } from './leftovers.ts'
import { nodeAlone } from './node-alone.ts'
import { type FindProgram, programPath } from './programs.ts'
import type { Architecture } from './system-calls.ts'
import type { SessionFolder, Wall } from './wall.ts'

const PROBE_TIMEOUT_MS = 15_000

/**
 * @param root absolute folder below which the folders of all sessions lie; created if missing
 * @param findProgram tests pass their own
 */
export async function raiseWall(
  root: string,
  log: Log,
  findProgram: FindProgram = programPath,
): Promise<Wall> {
  if (process.platform !== 'linux') {
    return nodeAlone('there is a second wall for engine processes on Linux only')
  }
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    return nodeAlone(`there is no second wall for engine processes on ${process.arch}, only on x64 and arm64`)
  }
  const [bwrap, nsenter] = await Promise.all([findProgram('bwrap'), findProgram('nsenter')])
  if (bwrap === undefined) {
    return nodeAlone('bubblewrap is not installed: install it (apt-get install bubblewrap) and start again')
  }
  if (nsenter === undefined) {
    return nodeAlone('nsenter is not installed: install util-linux and start again')
  }
  await mkdir(root, { recursive: true })
  const ended = endLeftovers(realpathSync(bwrap), root)
  if (ended > 0) log.info('ended sandboxes that a killed service left', { processes: ended })
  try {
    return await proved({ bwrap, nsenter }, process.arch, root, log)
  } catch (error) {
    return nodeAlone(`the system refuses sandboxes: ${REMEDY}`, shortened(error))
  }
}

/** The reasons that we know of why bubblewrap is there and cannot work. */
const REMEDY =
  'allow user namespaces (docs/guides/engine-wall.md names the setting of each system) and start again'

function shortened(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s+/g, ' ').trim().slice(0, 200)
}

/** @throws Error if the wall cannot be built or does not hold */
async function proved(
  programs: { bwrap: string; nsenter: string },
  architecture: Architecture,
  root: string,
  log: Log,
): Promise<Wall> {
  const wall = await Bubblewrap.open({ programs, architecture, root, log })
  const path = await mkdtemp(join(root, `session-${process.pid}-probe-`))
  try {
    const fault = await probe(wall, { path, in: join(path, 'in'), out: join(path, 'out') })
    if (fault !== undefined) throw new Error(fault)
    return wall
  } catch (error) {
    await wall.stop()
    throw error
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

interface Findings {
  readonly read: string
  readonly changed: string
  readonly outside: string
  readonly connected: string
}

/** @returns what is wrong with the wall; undefined if it holds and lets through what it must */
async function probe(wall: Wall, folder: SessionFolder): Promise<string | undefined> {
  const input = join(folder.path, 'input')
  for (const each of [folder.in, folder.out, input]) await mkdir(each, { mode: 0o700 })
  const said = randomUUID()
  await writeFile(join(input, 'file'), said)
  const code = `(${PROBE})(${JSON.stringify(join(folder.in, 'input', 'file'))}, ${JSON.stringify(input)})`
  const args = ['-e', code]
  const engine = wall.start({ folder, args, code: [], roots: [], environment: {} })
  const limit = setTimeout(() => engine.kill(), PROBE_TIMEOUT_MS)
  const channel = engine.process.stdio[3] as Socket | null | undefined
  let stderr = ''
  engine.process.stderr?.on('data', (text: Buffer) => {
    stderr = (stderr + text).slice(-1000)
  })
  const ended = new Promise<string>((resolve) => {
    engine.process.once('error', (error) => resolve(error.message))
    engine.process.once('close', () => resolve(stderr || 'the process in it ended'))
  })
  try {
    if (channel === null || channel === undefined) return await ended
    channel.on('error', () => {})
    const first = await nextText(channel, ended)
    if (first !== 'up') return first
    if ((await engine.enginePid()) === undefined) return 'the process in it cannot be found'
    await wall.handOver(folder, [{ from: input, at: 'input', kind: 'folder' }])
    channel.write('look')
    return faultOf(await nextText(channel, ended), said)
  } finally {
    clearTimeout(limit)
    engine.kill()
    await ended
  }
}

function nextText(channel: Socket, ended: Promise<string>): Promise<string> {
  const heard = new Promise<string>((resolve) => channel.once('data', (data: Buffer) => resolve(`${data}`)))
  return Promise.race([heard, ended])
}

function faultOf(answer: string, said: string): string | undefined {
  let found: Findings
  try {
    found = JSON.parse(answer) as Findings
  } catch {
    return answer
  }
  if (found.read !== said) return `a file that is handed over cannot be read: ${found.read}`
  if (found.changed === 'done') return 'a file that is handed over can be changed'
  if (found.outside !== 'ENOENT') return `files outside can be reached: ${found.outside}`
  if (found.connected !== 'ENOSYS') return `sockets can be made: ${found.connected}`
  return undefined
}

/** Runs in the sandbox; as text, because nothing of it belongs to this process. */
const PROBE = `(file, outside) => {
  const fs = require('node:fs')
  const attempt = (work) => { try { return work() ?? 'done' } catch (error) { return error.code } }
  const channel = new (require('node:net').Socket)({ fd: 3 })
  channel.on('close', () => process.exit())
  channel.once('data', () => {
    const found = {
      read: attempt(() => fs.readFileSync(file, 'utf8')),
      changed: attempt(() => fs.appendFileSync(file, 'x')),
      outside: attempt(() => fs.readdirSync(outside).join()),
    }
    require('node:net').connect(1, '127.0.0.1').on('error', (error) => {
      channel.write(JSON.stringify({ ...found, connected: error.code }))
    })
  })
  channel.write('up')
}`
