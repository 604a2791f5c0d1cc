/**
 * ISO 8601 durations (`P1Y2M10DT2H30M`, `P3W`, `PT24H`), as API keys give their life time in (contract 05,
 * section 5). Years and months are calendar steps in UTC from a given time; a day that the target month lacks
 * becomes its last day.
 */
import { DAY, HOUR, MINUTE, SECOND } from './units.ts'

const DURATION =
  /^P(?!$)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/

/**
 * @param fromMs epoch milliseconds
 * @returns epoch milliseconds after the duration; undefined when the text is no duration or the time out of
 * range
 */
export function addDuration(text: string, fromMs: number): number | undefined {
  const parts = DURATION.exec(text)
  if (parts === null) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  const to =
    addMonths(fromMs, years! * 12 + months!) +
    (weeks! * 7 + days!) * DAY +
    hours! * HOUR +
    minutes! * MINUTE +
    seconds! * SECOND
  return Number.isNaN(new Date(to).getTime()) ? undefined : to
}

function addMonths(fromMs: number, months: number): number {
  if (months === 0) return fromMs
  const from = new Date(fromMs)
  const to = new Date(fromMs)
  to.setUTCDate(1)
  to.setUTCMonth(from.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay))
  return to.getTime()
}
