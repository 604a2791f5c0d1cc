/**
 * The variables of the system (LANGUAGE, section 10), as they are told: they may be written in any case,
 * while names of other variables have theirs.
 */
import { DEFAULT_LOCALE, knownLocale } from './collation.ts'
import type { Value } from './value.ts'

export const SYSTEM_VARIABLES: readonly string[] = [
  'ThousandSep',
  'DecimalSep',
  'MoneyThousandSep',
  'MoneyDecimalSep',
  'MoneyFormat',
  'TimeFormat',
  'DateFormat',
  'TimestampFormat',
  'MonthNames',
  'LongMonthNames',
  'DayNames',
  'LongDayNames',
  'FirstWeekDay',
  'BrokenWeeks',
  'ReferenceDay',
  'FirstMonthOfYear',
  'CollationLocale',
  'NumericalAbbreviation',
  'ErrorMode',
  'CreateSearchIndexOnReload',
  'HidePrefix',
  'HideSuffix',
  'Verbatim',
  'NullInterpret',
  'NullDisplay',
  'NullValue',
  'OtherSymbol',
  'StripComments',
  'OpenUrlTimeout',
  'ScriptError',
  'ScriptErrorCount',
  'ScriptErrorList',
  'QvPath',
  'QvRoot',
  'QvWorkPath',
  'QvWorkRoot',
  'WinPath',
  'WinRoot',
  'CD',
  'Floppy',
]

const BY_LOWER_CASE: ReadonlyMap<string, string> = new Map(
  SYSTEM_VARIABLES.map((name) => [name.toLowerCase(), name]),
)

/** Those that would change which values match: what cannot be done is refused, not passed over. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['OtherSymbol'])

/** The one name of a variable, however it is written. */
export function variableName(written: string): string {
  return BY_LOWER_CASE.get(written.toLowerCase()) ?? written
}

/** Whether a value of this variable asks for what is not done here. */
export const isUnsupported = (written: string, value: Value): boolean =>
  UNSUPPORTED.has(variableName(written)) && value !== null && value !== ''

/** What a run warns of when this variable gets a value that it cannot follow; undefined if it can. */
export function warningOf(written: string, value: Value): string | undefined {
  if (variableName(written) !== 'CollationLocale' || value === null || value === '') return undefined
  const locale = typeof value === 'object' ? value.text : String(value)
  if (knownLocale(locale) !== undefined) return undefined
  return `The order of texts in the locale '${locale}' is not known: they are sorted as in ${DEFAULT_LOCALE}`
}
