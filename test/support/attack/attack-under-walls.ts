/**
 * Runs native code of an attacker (attacks.c) in an engine process behind different walls: the product's own,
 * each half of it alone, and none.
 */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSessionFolder, removeSessionFolder } from '../../../src/engine/pool/session-folder.ts'
import { codeFolders, sandboxEnvironment, sandboxFlags } from '../../../src/engine/pool/session-sandbox.ts'
import { Bubblewrap } from '../../../src/engine/wall/bubblewrap.ts'
import { nodeAlone } from '../../../src/engine/wall/node-alone.ts'
import { programPath } from '../../../src/engine/wall/programs.ts'
import type { Architecture } from '../../../src/engine/wall/system-calls.ts'
import type { Wall } from '../../../src/engine/wall/wall.ts'

const SOURCE = join(import.meta.dirname, 'attacks.c')
/** Loads the attacker's code once its inputs are there. Node complains of a module that is none. */
const VICTIM_CODE = `import { Socket } from 'node:net'
const channel = new Socket({ fd: 3 })
channel.once('data', () => {
  try { process.dlopen({ exports: {} }, process.argv[2]) } catch (error) { console.error(error.message) }
  process.exit()
})
channel.write('up')
`

export const WALLS = ['none', 'seccomp alone', 'bubblewrap alone', 'bubblewrap + seccomp'] as const
export type WallName = (typeof WALLS)[number]
/** "reached", or the error of the system, by the attack's name in attacks.c. */
export type Attacked = ReadonlyMap<string, string>

/** Why attacks cannot be made on this machine; undefined if they can. */
export async function attackObstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the second wall is for Linux'
  if ((await programPath('bwrap')) === undefined) return 'bubblewrap is not installed'
  const built = spawnSync('cc', ['-shared', '-fPIC', '-o', '/dev/null', '-xc', '-'], { input: 'int a;' })
  return built.status === 0 ? undefined : 'there is no C compiler'
}

export class AttackedInstallation {
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-attack-'))
  readonly #code = join(this.folder, 'attacks.so')
  readonly #sessions = join(this.folder, 'tmp')
  /** In the place of the service: it may be looked at and signalled, and stays alive. */
  readonly #victim = spawn(process.execPath, ['-e', "process.on('SIGUSR1',()=>{});setInterval(()=>{},1e6)"], {
    stdio: 'ignore',
    env: { SECRET: 'of the service' },
  })
  readonly #servers: Server[] = []

  async prepare(): Promise<void> {
    for (const folder of ['tmp', 'apps', 'files', 'files/own', 'files/other', 'tmp/session-other']) {
      mkdirSync(join(this.folder, folder))
    }
    for (const file of ['secret.key', 'apps/other.duckdb', 'files/other/a.csv', 'tmp/session-other/a']) {
      writeFileSync(join(this.folder, file), 'secret')
    }
    const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', this.#code, SOURCE], { encoding: 'utf8' })
    if (built.status !== 0) throw new Error(built.stderr)
    await this.#listen({ host: '127.0.0.1', port: 0 })
    await this.#listen({ path: `\0${this.#abstract}` })
    await this.#listen({ path: join(this.folder, 'socket') })
  }

  async attackedBehind(name: WallName): Promise<Attacked> {
    const wall = await this.#wall(name)
    try {
      return await this.#attacked(wall, name === 'seccomp alone')
    } finally {
      await wall.stop()
    }
  }

  close(): void {
    this.#victim.kill('SIGKILL')
    for (const server of this.#servers) server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #abstract(): string {
    return `reprise-attack-${process.pid}`
  }

  async #listen(at: { host?: string; port?: number; path?: string }): Promise<void> {
    const server = createServer((socket) => socket.on('error', () => {}).destroy())
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen(at, resolve))
  }

  /** Half a wall is the whole one, started by a program that takes the other half out of the arguments. */
  async #wall(name: WallName): Promise<Wall> {
    if (name === 'none') return nodeAlone('a test')
    const [bwrap, nsenter] = [(await programPath('bwrap'))!, (await programPath('nsenter'))!]
    const halved = name === 'bubblewrap alone' ? withoutFilter(nsenter) : filterAlone(bwrap)
    const shell = join(this.folder, 'halved')
    writeFileSync(shell, halved, { mode: 0o700 })
    return Bubblewrap.open({
      programs: { bwrap, nsenter: name === 'bubblewrap + seccomp' ? nsenter : shell },
      architecture: process.arch as Architecture,
      root: this.#sessions,
      log: { info() {}, warn() {}, error() {} },
    })
  }

  async #attacked(wall: Wall, seesAll: boolean): Promise<Attacked> {
    const session = makeSessionFolder(join(this.#sessions, 'session-'))
    const files = join(this.folder, 'files', 'own')
    writeFileSync(join(files, 'a.csv'), 'a,b\n')
    const native = join(session.out, 'brought.so')
    copyFileSync(this.#code, native)
    writeFileSync(join(session.out, 'attack.mjs'), VICTIM_CODE)
    const flags = sandboxFlags({ folders: [], roots: [], folder: session, heapBytes: 2 ** 28 })
    const engine = wall.start({
      folder: session,
      args: [...flags, join(session.out, 'attack.mjs'), native],
      code: codeFolders(),
      roots: [],
      environment: sandboxEnvironment(),
    })
    let told = ''
    engine.process.stderr!.on('data', (text: Buffer) => {
      told += text
    })
    const ended = new Promise((resolve) => engine.process.once('close', resolve))
    const channel = engine.process.stdio[3] as Socket
    channel.on('error', () => {})
    const up = new Promise((resolve) => channel.once('data', resolve))
    await Promise.race([up, ended])
    const input = { from: files, at: 'own', kind: 'folder' } as const
    const [seen] = await wall.handOver(session, [input])
    writeFileSync(join(session.out, 'plan'), this.#plan(session.out, seesAll ? files : seen!))
    channel.write('attack')
    await ended
    await removeSessionFolder(session.path)
    if (!told.includes('\nover\n')) throw new Error(`the attacker did not come to its end: ${told}`)
    return new Map([...told.matchAll(/^attack (\S+) (\S+)$/gm)].map(([, attack, what]) => [attack!, what!]))
  }

  #plan(out: string, files: string): string {
    const { port } = this.#servers[0]!.address() as { port: number }
    const victim = this.#victim.pid
    const plan = {
      out,
      input: join(files, 'a.csv'),
      secret: join(this.folder, 'secret.key'),
      environment: `/proc/${victim}/environ`,
      tenant: join(this.folder, 'files/other/a.csv'),
      app: join(this.folder, 'apps/other.duckdb'),
      session: join(this.folder, 'tmp/session-other/a'),
      socket: join(this.folder, 'socket'),
      abstract: this.#abstract,
      port,
      victim,
    }
    return Object.entries(plan)
      .map(([name, value]) => `${name} ${value}\n`)
      .join('')
  }
}

/** Starts what it is told to without `--seccomp 5`. */
const withoutFilter = (nsenter: string) => `#!/bin/sh
left=$#
while [ $left -gt 0 ]; do
  word=$1; shift; left=$((left - 1))
  if [ "$word" = --seccomp ]; then shift; left=$((left - 1)); else set -- "$@" "$word"; fi
done
exec ${nsenter} "$@"
`

/** Starts the engine of its command line with the filter, and sees all that the user sees. */
const filterAlone = (bwrap: string) => `#!/bin/sh
while [ "$1" != -- ]; do
  if [ "$1" = --chdir ]; then folder=$2; fi
  shift
done
exec ${bwrap} --dev-bind / / --chdir "$folder" --seccomp 5 --info-fd 6 "$@"
`
