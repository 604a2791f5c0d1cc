/**
 * Ends what a killed service left of its sandboxes. Bubblewrap ends with its parent, but its child asks for
 * that only once the parent has let it go on: killed in between, the child waits for ever.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * To be called while nobody else may start sandboxes below this root: the data folder's lock proves that
 * whoever did is dead.
 * @param root absolute folder below which the folders of all sessions lie
 * @returns how many processes were ended
 */
export function endLeftovers(bwrap: string, root: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isLeftover(name, bwrap, root))
  return pids.filter((pid) => kill(Number(pid))).length
}

function isLeftover(pid: string, bwrap: string, root: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/exe`) !== bwrap) return false
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return args.some((arg) => arg.startsWith(join(root, 'session-')))
  } catch {
    return false
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
