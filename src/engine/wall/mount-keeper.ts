/**
 * The mount keeper: a process that holds a mount namespace in which all sandboxes are started, so that
 * folders can be shown to a sandbox that is already running. The `in` folder of each sandbox follows what
 * is mounted below the sessions' root in this namespace; nothing of it is seen outside.
 *
 * It is a shell that the service speaks to by lines: no privilege of its own beyond its namespace, in which
 * an ordinary user may mount. It ends with the service, whose end closes its input.
 *
 * Promises: requests are served in order; each resolves or rejects, also when the keeper ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { initPid } from './init-pid.ts'
import type { Programs } from './programs.ts'

const OK = 'ok'
const TABLE = 'mounts'
const STAGE = 'stage-'

/**
 * Reads paths of folders with a table of mounts, each of which is made in one go, and with stages that are
 * taken away again. `bind,ro` is two calls of the system, which mount makes and others may not: the probe of
 * raise-wall.ts finds a mount that does not.
 */
const SCRIPT = `
say() { printf '%s\\n' "$(printf '%s' "$1" | tr '\\n' ' ')"; }
fault=$( { mount --bind "$1" "$1" && mount --make-shared "$1"; } 2>&1 ) || { say "$fault"; exit 1; }
echo ok
while IFS= read -r folder; do
  if fault=$( { mount --all --fstab "$folder/${TABLE}" && umount "$folder/${STAGE}"*; } 2>&1 )
  then echo ok; else say "$fault"; fi
done`

/** Where mount and umount are, whatever the environment of the service says. */
const PROGRAM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

export interface Showing {
  readonly from: string
  readonly kind: 'file' | 'folder'
  /** Where it appears, below the root. */
  readonly to: string
}

export class MountKeeper {
  /** Process id of a process in the namespace. */
  readonly pid: number
  /** Resolves when it is gone. */
  readonly gone: Promise<void>
  readonly #process: ChildProcess
  readonly #answers: ((answer: string) => void)[]

  private constructor(keeper: ChildProcess, pid: number, answers: ((answer: string) => void)[]) {
    this.#process = keeper
    this.pid = pid
    this.#answers = answers
    this.gone = new Promise((resolve) => keeper.once('close', () => resolve()))
  }

  /**
   * @param root folder below which all is shown
   * @throws Error with what the system says, if it refuses namespaces or mounts
   */
  static async open({ bwrap }: Programs, root: string): Promise<MountKeeper> {
    const args = ['--unshare-user', '--uid', '0', '--gid', '0', '--dev-bind', '/', '/']
    const keeper = spawn(
      bwrap,
      [...args, '--cap-add', 'CAP_SYS_ADMIN', '--die-with-parent', '--info-fd', '3', '--'].concat(
        '/bin/sh',
        '-c',
        SCRIPT,
        'sh',
        root,
      ),
      { env: { PATH: PROGRAM_PATH }, stdio: ['pipe', 'pipe', 'pipe', 'pipe'], detached: true },
    )
    const answers: ((answer: string) => void)[] = []
    let stderr = ''
    keeper.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-1000)
    })
    keeper.stdin!.on('error', () => {})
    createInterface(keeper.stdout!).on('line', (line) => answers.shift()?.(line))
    const ended = new Promise<string>((resolve) => {
      keeper.once('error', (error) => resolve(error.message))
      keeper.once('close', () => resolve(stderr.trim() || 'the mount keeper ended'))
    })
    void ended.then((fault) => {
      for (const answer of answers.splice(0)) answer(fault)
    })
    const started = new Promise<string>((resolve) => answers.push(resolve))
    const [answer, pid] = await Promise.all([
      started,
      Promise.race([initPid(keeper.stdio[3] as Readable), ended.then(() => undefined)]),
    ])
    if (answer === OK && pid !== undefined) return new MountKeeper(keeper, pid, answers)
    keeper.kill('SIGKILL')
    throw new Error(answer)
  }

  /**
   * @param folder of the service's own, below the root: for a table and for stages, once
   * @throws Error with what the system says
   */
  async show(folder: string, showings: readonly Showing[]): Promise<void> {
    if (showings.length === 0) return
    if (folder.includes('\n')) throw new Error('the path of the sessions must not have a line end')
    const table: string[] = []
    for (const [index, { from, kind, to }] of showings.entries()) {
      // Made read-only before it is shown: a change of flags afterwards would not reach the sandbox.
      const stage = join(folder, `${STAGE}${index}`)
      for (const place of [stage, to]) await makeEmpty(place, kind)
      table.push(line(from, stage, 'bind,ro,nosuid,nodev,noexec'))
      table.push(line(stage, to, 'bind'))
    }
    await writeFile(join(folder, TABLE), table.join(''), { flag: 'wx', mode: 0o600 })
    const answer = await new Promise<string>((resolve) => {
      if (!this.#process.stdin!.writable) return resolve('the mount keeper ended')
      this.#answers.push(resolve)
      this.#process.stdin!.write(`${folder}\n`)
    })
    if (answer !== OK) throw new Error(answer)
  }

  /** Ends it; idempotent. */
  async close(): Promise<void> {
    this.#process.stdin!.end()
    await this.gone
  }
}

/** A line of a table of mounts (man 5 fstab). */
function line(from: string, to: string, options: string): string {
  const escaped = (path: string) =>
    path.replace(/[\s\\]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `${escaped(from)} ${escaped(to)} none ${options} 0 0\n`
}

async function makeEmpty(place: string, kind: Showing['kind']): Promise<void> {
  await mkdir(kind === 'folder' ? place : dirname(place), { recursive: true, mode: 0o700 })
  if (kind === 'file') await (await open(place, 'wx', 0o600)).close()
}
