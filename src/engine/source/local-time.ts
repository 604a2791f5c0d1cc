/** Times of the system as the language counts them: days since 1899-12-30, in local time or in UTC. */
import { MINUTE } from '../../core/units.ts'
import { DAY_MS, UNIX_EPOCH_DAY } from '../../script/value/calendar.ts'

export const utcSerial = (epochMs: number): number => epochMs / DAY_MS + UNIX_EPOCH_DAY

export const localSerial = (epochMs: number): number =>
  utcSerial(epochMs - new Date(epochMs).getTimezoneOffset() * MINUTE)
