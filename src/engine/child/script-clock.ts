/** The clock of a script: days since 1899-12-30, in the local time of the process or in UTC. */
import type { ScriptClock } from '../../script/host.ts'
import { localSerial, utcSerial } from '../source/local-time.ts'

/**
 * @param startedAt epoch ms at which this run started
 * @param lastReloadAt epoch ms at which the last successful reload finished, for ReloadTime() (SEMANTICS L21)
 */
export function scriptClock(startedAt: number, lastReloadAt: number | undefined): ScriptClock {
  return {
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: () => localSerial(Date.now()),
    utc: () => utcSerial(Date.now()),
    reloadStart: localSerial(startedAt),
    lastReload: lastReloadAt === undefined ? undefined : localSerial(lastReloadAt),
  }
}
