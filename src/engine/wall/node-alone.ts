/**
 * No second wall: Node's permission model alone bounds the process. For systems that have no other, and for
 * scripts that a user runs as himself. Inputs are seen where they are.
 */
import { spawn } from 'node:child_process'
import { defined } from '../../core/defined.ts'
import type { Wall } from './wall.ts'

/**
 * @param missing why no second wall stands, with the remedy
 * @param cause what the system said
 */
export function nodeAlone(missing: string, cause?: string): Wall {
  return {
    report: { kind: 'none', missing, ...defined({ cause }) },
    start({ folder, args, environment }) {
      const engine = spawn(process.execPath, args, {
        cwd: folder.out,
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
        // A separate process group: Ctrl-C on the terminal goes to the service, which then ends its sessions
        // in order.
        detached: true,
      })
      return {
        process: engine,
        enginePid: async () => engine.pid,
        kill: () => engine.kill('SIGKILL'),
        exit: (code, signal) => ({ code, signal }),
      }
    },
    handOver: async (_folder, inputs) => inputs.map(({ from }) => from),
    stop: async () => {},
  }
}
