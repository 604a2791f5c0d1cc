/** The clock that a script reads: days since 1899-12-30, in local time of the process or in UTC. */
import type { ScriptClock } from '../../script/host.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** Days from 1899-12-30 to 1970-01-01. */
const EPOCH_DAYS = 25_569

export const utcSerial = (epochMs: number): number => epochMs / DAY_MS + EPOCH_DAYS

export const localSerial = (epochMs: number): number =>
  utcSerial(epochMs - new Date(epochMs).getTimezoneOffset() * MINUTE_MS)

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
