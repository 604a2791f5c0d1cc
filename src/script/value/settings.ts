/**
 * The variables that control reading and formatting of values, as one record. Defaults: SEMANTICS, head of
 * the page.
 */
import { referenceDayOf } from './calendar.ts'
import { DEFAULT_LOCALE, knownLocale } from './collation.ts'

export interface Settings {
  readonly decimalSep: string
  readonly thousandSep: string
  readonly moneyDecimalSep: string
  readonly moneyThousandSep: string
  readonly moneyFormat: string
  readonly dateFormat: string
  readonly timeFormat: string
  readonly timestampFormat: string
  readonly monthNames: readonly string[]
  readonly longMonthNames: readonly string[]
  readonly dayNames: readonly string[]
  readonly longDayNames: readonly string[]
  /** 0 = Monday. */
  readonly firstWeekDay: number
  readonly brokenWeeks: boolean
  readonly referenceDay: number
  readonly firstMonthOfYear: number
  /** Whose order texts are sorted in: one of `knownLocale`. */
  readonly collationLocale: string
  /** Keep outer blanks of values that are read. */
  readonly verbatim: boolean
  /** Cell text that is read as NULL; undefined if there is none. */
  readonly nullInterpret: string | undefined
}

const MONTHS = 'January;February;March;April;May;June;July;August;September;October;November;December'
const DAYS = 'Monday;Tuesday;Wednesday;Thursday;Friday;Saturday;Sunday'

const short = (names: string) => names.split(';').map((name) => name.slice(0, 3))

export const DEFAULT_SETTINGS: Settings = {
  decimalSep: '.',
  thousandSep: ',',
  moneyDecimalSep: '.',
  moneyThousandSep: ',',
  moneyFormat: '#,##0.00',
  dateFormat: 'YYYY-MM-DD',
  timeFormat: 'hh:mm:ss',
  timestampFormat: 'YYYY-MM-DD hh:mm:ss[.fff]',
  monthNames: short(MONTHS),
  longMonthNames: MONTHS.split(';'),
  dayNames: short(DAYS),
  longDayNames: DAYS.split(';'),
  firstWeekDay: 0,
  brokenWeeks: false,
  referenceDay: 4,
  firstMonthOfYear: 1,
  collationLocale: DEFAULT_LOCALE,
  verbatim: false,
  nullInterpret: undefined,
}

/** Returns the settings for these variables; an unset or invalid one leaves the default. */
export function settingsFrom(variable: (name: string) => string | undefined): Settings {
  const d = DEFAULT_SETTINGS
  const text = (name: string, otherwise: string) => variable(name) ?? otherwise
  const whole = (name: string, otherwise: number) => {
    const given = variable(name)
    const number = given === undefined || given.trim() === '' ? Number.NaN : Number(given)
    return Number.isInteger(number) ? number : otherwise
  }
  const names = (name: string, otherwise: readonly string[]) => {
    const list = variable(name)?.split(';') ?? []
    return list.length === otherwise.length ? list : otherwise
  }
  return {
    decimalSep: text('DecimalSep', d.decimalSep),
    thousandSep: text('ThousandSep', d.thousandSep),
    moneyDecimalSep: text('MoneyDecimalSep', d.moneyDecimalSep),
    moneyThousandSep: text('MoneyThousandSep', d.moneyThousandSep),
    moneyFormat: text('MoneyFormat', d.moneyFormat),
    dateFormat: text('DateFormat', d.dateFormat),
    timeFormat: text('TimeFormat', d.timeFormat),
    timestampFormat: text('TimestampFormat', d.timestampFormat),
    monthNames: names('MonthNames', d.monthNames),
    longMonthNames: names('LongMonthNames', d.longMonthNames),
    dayNames: names('DayNames', d.dayNames),
    longDayNames: names('LongDayNames', d.longDayNames),
    firstWeekDay: whole('FirstWeekDay', d.firstWeekDay),
    brokenWeeks: whole('BrokenWeeks', 0) !== 0,
    referenceDay: referenceDayOf(whole('ReferenceDay', d.referenceDay)),
    firstMonthOfYear: whole('FirstMonthOfYear', d.firstMonthOfYear),
    collationLocale: knownLocale(text('CollationLocale', '')) ?? d.collationLocale,
    verbatim: whole('Verbatim', 0) !== 0,
    nullInterpret: variable('NullInterpret'),
  }
}
