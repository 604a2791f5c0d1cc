/**
 * The end of the process. `process.exit` waits for the calls that the system is still at, such as looking up
 * a name or opening a file of a dead network folder, and these may last for minutes.
 */

/** Kinds of calls whose threads the end of the process waits for, as Node names them. */
const CALL_OF_THE_SYSTEM = /^(FSReq|GetAddrInfoReq|GetNameInfoReq)/
const LOOK_AT_CALLS_MS = 10
/** Calls that are still under way after this time count as hanging. */
const CALLS_MAX_MS = 500

/**
 * Ends the process if nothing keeps it from ending with this code; else it ends by itself when that is over.
 */
export function endProcess(code: number): void {
  process.exitCode = code
  if (!process.getActiveResourcesInfo().some((kind) => CALL_OF_THE_SYSTEM.test(kind))) process.exit()
}

/** Ends the process at once: with this code, or where something hangs as if killed (137). */
export function endProcessAtOnce(code: number): void {
  endProcess(code)
  setInterval(() => endProcess(code), LOOK_AT_CALLS_MS)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), CALLS_MAX_MS)
}

/** Ends the process as the signal does where nobody listens: the shell sees which one it was. */
export function dieOf(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
