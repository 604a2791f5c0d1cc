/** Waiting for observable facts of the machine, instead of for a time. */
import { readdirSync, readFileSync } from 'node:fs'

/** Resolves when `holds` does; rejects, naming what was waited for, after `withinMs`. */
export async function until(what: string, holds: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Stops a process, and resolves when each of its threads stands: a busy machine takes a while. */
export async function stopProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  const states = () =>
    readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .charAt(0),
    )
  if (process.platform === 'linux') {
    await until('the process stands', () => states().every((state) => state === 'T'))
  }
}

/** False for a process that is gone or has ended and only waits to be read by its parent. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    // The state follows the name in parentheses, which may itself hold any character.
    return !readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .startsWith('Z')
  } catch {
    return process.platform !== 'linux'
  }
}
