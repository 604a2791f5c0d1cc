/** Pairs of scripts for the variables of the system: set or not, and nothing else that names the variable. */
import { HELP, type Row } from './rows.ts'

const read = (text: string) => `LOAD a, IsNum(a) AS n INLINE [a\n${text}] (delimiter is '|');`
const shown = (expression: string) => `TRACE $(=${expression});`
const TWELVE = "'a;b;c;d;e;f;g;h;i;j;k;l'"
const FIELDS = 'LOAD 1 AS _a, 2 AS b_ AUTOGENERATE 1;'

/** Paths of the machine that the original product runs on, which a script cannot reach here. */
const MACHINE = 'QvPath QvRoot QvWorkPath QvWorkRoot WinPath WinRoot CD Floppy'.split(' ')

export const VARIABLE_ROWS: readonly Row[] = [
  { name: 'ThousandSep', script: `SET DecimalSep=','; «SET ThousandSep='.';» ${read('1.234.567,5')}` },
  { name: 'DecimalSep', script: `«SET DecimalSep=',';» ${read('1,5')}` },
  {
    name: 'MoneyThousandSep',
    script: `SET MoneyDecimalSep=','; «SET MoneyThousandSep='.';» SET MoneyFormat='$ #.##0,00'; ${shown('Money(1234567.5)')}`,
  },
  {
    name: 'MoneyDecimalSep',
    script: `«SET MoneyDecimalSep=',';» SET MoneyFormat='$ 0,00'; ${shown('Money(1.5)')}`,
  },
  { name: 'MoneyFormat', script: `«SET MoneyFormat='0.0 kr';» ${shown('Money(1.5)')}` },
  { name: 'TimeFormat', script: `«SET TimeFormat='hh-mm';» ${shown('Time(0.5)')}` },
  { name: 'DateFormat', script: `«SET DateFormat='DD/MM/YYYY';» ${shown('Date(45000)')}` },
  { name: 'TimestampFormat', script: `«SET TimestampFormat='DD/MM hh';» ${shown('Timestamp(45000.5)')}` },
  { name: 'MonthNames', script: `«SET MonthNames=${TWELVE};» ${shown('Month(45000)')}` },
  { name: 'LongMonthNames', script: `«SET LongMonthNames=${TWELVE};» ${shown("Date(45000, 'MMMM')")}` },
  { name: 'DayNames', script: `«SET DayNames='a;b;c;d;e;f;g';» ${shown('WeekDay(45000)')}` },
  { name: 'LongDayNames', script: `«SET LongDayNames='a;b;c;d;e;f;g';» ${shown("Date(45000, 'WWWW')")}` },
  { name: 'FirstWeekDay', script: `«SET FirstWeekDay=6;» ${shown('WeekStart(45000)')}` },
  { name: 'BrokenWeeks', script: `«SET BrokenWeeks=1;» ${shown('Week(MakeDate(2021, 1, 1))')}` },
  { name: 'ReferenceDay', script: `«SET ReferenceDay=1;» ${shown('Week(MakeDate(2021, 1, 1))')}` },
  { name: 'FirstMonthOfYear', script: `«SET FirstMonthOfYear=4;» ${shown('YearStart(45000)')}` },
  {
    name: 'CollationLocale',
    script: `«SET CollationLocale='sv-SE';» s: LOAD * INLINE [a\nö\nz]; t: NOCONCATENATE LOAD a RESIDENT s ORDER BY a;`,
  },
  { name: 'ErrorMode', script: '«SET ErrorMode=0;» DROP TABLE none; TRACE on;' },
  { name: 'HidePrefix', script: `«SET HidePrefix='_';» ${FIELDS}` },
  { name: 'HideSuffix', script: `«SET HideSuffix='_';» ${FIELDS}` },
  {
    name: 'Verbatim',
    script: '«SET Verbatim=1;» LOAD * FROM [lib://d/v.csv] (txt);',
    files: { 'v.csv': 'a,b\n x ,1\n' },
  },
  { name: 'NullInterpret', script: `«SET NullInterpret='none';» ${read('none')}` },
  { name: 'NullValue', script: `«SET NullValue='none';» NULLASVALUE a; LOAD Null() AS a AUTOGENERATE 1;` },
  { name: 'OtherSymbol', script: `«SET OtherSymbol='+';» ${read('+')}` },
  ...['ScriptError', 'ScriptErrorCount', 'ScriptErrorList'].map((name) => ({
    name,
    script: `«SET ${name}=1;» TRACE on;`,
  })),
  {
    name: 'CreateSearchIndexOnReload',
    script: `«SET CreateSearchIndexOnReload=1;» ${FIELDS}`,
    changesNothing: {
      says: 'Whether files for searches are made during the reload: they are for the client that searches.',
      at: `${HELP}/SystemVariables/CreateSearchIndexOnReload.htm`,
    },
  },
  {
    name: 'NumericalAbbreviation',
    script: `«SET NumericalAbbreviation='3:t';» ${shown("Num(12345, '#,##0')")}`,
    changesNothing: {
      says: 'Which letters stand for powers of ten where numbers are abbreviated, which charts do.',
      at: `${HELP}/NumberInterpretationVariables/NumericalAbbreviation.htm`,
    },
  },
  {
    name: 'NullDisplay',
    script: `«SET NullDisplay='none';» LOAD Null() AS a AUTOGENERATE 1;`,
    changesNothing: {
      says: 'It stands for NULL in what comes from ODBC and connectors; there are none here.',
      at: `${HELP}/ValueHandlingVariables/NullDisplay.htm`,
    },
  },
  {
    name: 'StripComments',
    script: `«SET StripComments=0;» ${FIELDS} /* a comment */`,
    changesNothing: {
      says: 'With 0 comments reach the driver of a database, for which they may be hints; there is none here.',
      at: `${HELP}/SystemVariables/StripComments.htm`,
    },
  },
  {
    name: 'OpenUrlTimeout',
    script: `«SET OpenUrlTimeout=10;» ${FIELDS}`,
    changesNothing: {
      says: 'How long an answer of an address is waited for; none is asked here.',
      at: `${HELP}/SystemVariables/OpenUrlTimeout.htm`,
    },
  },
  ...MACHINE.map((name) => ({
    name,
    script: `«SET ${name}='x';» ${FIELDS}`,
    changesNothing: {
      says: 'Folders of the machine, which the system sets; none is told in standard mode.',
      at: `${HELP}/SystemVariables/system-variables.htm`,
    },
  })),
]
