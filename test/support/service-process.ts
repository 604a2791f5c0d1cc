/**
 * A real service process for end-to-end tests: started as a user starts it, found by what it prints, killed
 * with signals. Every process a test file starts is ended by `endAll` at the latest.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from '../../src/cli/client.ts'

/** The sources; with REPRISE_BUILT=1, for benches, what `npm run build` made of them. */
const main = () =>
  fileURLToPath(
    new URL(
      process.env.REPRISE_BUILT === '1' ? '../../dist/cli/main.js' : '../../src/cli/main.ts',
      import.meta.url,
    ),
  )
export const ADMIN_KEY = 'end-to-end-admin-key'

export interface ServiceProcess {
  readonly url: string
  readonly client: Client
  readonly process: ChildProcess
  /** SIGKILL, as a power cut would do it; resolves when the process is gone. */
  killHard(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** What it printed so far, line by line. */
  readonly printed: readonly string[]
  /** Process ids of the engine processes, running and waiting ones. */
  enginePids(): number[]
}

const folders: string[] = []
const processes = new Set<ChildProcess>()

export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-e2e-'))
  folders.push(folder)
  return folder
}

export async function startServiceProcess(
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const { child, exited } = spawnService(dataDir, environment)
  const printed: string[] = []
  const url = await Promise.race([
    listening(child, printed),
    exited.then((code) => Promise.reject(new Error(`the service ended with ${code} before it listened`))),
  ])
  return {
    url,
    client: new Client(url, ADMIN_KEY),
    process: child,
    async killHard() {
      child.kill('SIGKILL')
      await exited
    },
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    printed,
    enginePids: () => childrenOf(child.pid!),
  }
}

/** Starts a service and kills it so long after, wherever it is by then. */
export async function killDuringStart(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  afterMs: number,
): Promise<void> {
  const { child, exited } = spawnService(dataDir, environment)
  child.stdout!.resume()
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await exited
}

/** The command line of a service, and its environment. */
export function serviceCommand(dataDir: string, environment: Readonly<Record<string, string>>) {
  return {
    args: [main(), 'serve', '--port', environment.REPRISE_PORT ?? '0', '--data', dataDir],
    env: {
      PATH: process.env.PATH,
      REPRISE_ADMIN_KEY: ADMIN_KEY,
      REPRISE_WEBHOOK_ALLOW: '127.0.0.1',
      REPRISE_RATE_LIMIT: 'off',
      REPRISE_LOG_LEVEL: 'warn',
      ...environment,
    },
  }
}

/** Starts a service without waiting for it. */
export function spawnService(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  stdio: StdioOptions = ['ignore', 'pipe', 'inherit'],
) {
  const { args, env } = serviceCommand(dataDir, environment)
  const child = spawn(process.execPath, args, { env, stdio })
  processes.add(child)
  const exited = once(child, 'exit').then(([code]) => {
    processes.delete(child)
    return code as number | null
  })
  return { child, exited }
}

/** Ends what still runs and removes the folders: for afterAll. */
export async function endAll(): Promise<void> {
  for (const child of processes) {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

function listening(child: ChildProcess, printed: string[]): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      printed.push(line)
      const url = /^Reprise listens on (\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}

/** All descendants of a process that run the engine's main file, from /proc. */
function childrenOf(pid: number): number[] {
  const found: number[] = []
  for (const task of childTexts(pid)) {
    const child = Number(task)
    const around = childrenOf(child)
    if (around.length > 0) found.push(...around)
    else if (isEngine(readText(`/proc/${child}/cmdline`))) found.push(child)
  }
  return found
}

/**
 * The second wall stands as two processes around an engine, with the same arguments: while it is raised there
 * is no engine in it yet.
 */
function isEngine(commandLine: string): boolean {
  const [program = '', ...more] = commandLine.split('\0')
  return basename(program) !== 'bwrap' && more.some((argument) => argument.includes('session-process'))
}

function childTexts(pid: number): string[] {
  return readText(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((text) => text !== '')
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Tests that kill engine processes find them in /proc. */
export const HAS_PROC = readText('/proc/self/stat') !== ''
