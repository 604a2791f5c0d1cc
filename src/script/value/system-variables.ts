/**
 * The variables of the system (LANGUAGE, section 10), as they are told: they may be written in any case,
 * while names of other variables have theirs.
 */
const SYSTEM_VARIABLES: readonly string[] = [
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

/** The one name of a variable, however it is written. */
export function variableName(written: string): string {
  return BY_LOWER_CASE.get(written.toLowerCase()) ?? written
}
