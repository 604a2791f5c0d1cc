/** How a generator of the interpreter puts a request to the host and gets its typed answer. */
import { ScriptFaultError } from './fault/fault.ts'
import type { Asking, HostRequest, ResultOf } from './host.ts'

/** Throws the host's fault as ScriptFaultError. */
export function* ask<Request extends HostRequest>(request: Request): Asking<ResultOf<Request['kind']>> {
  const answer = yield request
  if (answer.kind === 'fault') throw new ScriptFaultError(answer.fault)
  return answer.result as ResultOf<Request['kind']>
}
