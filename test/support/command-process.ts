/** A command of `reprise` as its user runs it, beside a service. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ADMIN_KEY, type ServiceProcess } from './service-process.ts'

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

const children: ChildProcess[] = []

export const commandEnvironment = ({ url }: Pick<ServiceProcess, 'url'>) => ({
  PATH: process.env.PATH,
  REPRISE_URL: url,
  REPRISE_KEY: ADMIN_KEY,
})

/** Runs a command; `line` waits for a line of either output that satisfies the condition. */
export function startCommand(env: NodeJS.ProcessEnv, args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const printed: string[] = []
  const heard = [child.stdout, child.stderr].map((input) => createInterface({ input }))
  for (const lines of heard) lines.on('line', (line) => printed.push(line))
  const line = async (condition: (line: string) => boolean): Promise<string> => {
    for (;;) {
      const found = printed.find(condition)
      if (found !== undefined) return found
      await Promise.race(heard.map((lines) => once(lines, 'line')))
    }
  }
  /** Exit code, or the signal that ended it, once all is printed. */
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  return { child, printed, line, ended }
}

/** For afterAll. */
export function endCommands(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL')
}
