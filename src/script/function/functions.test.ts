import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bindingOf } from '../../../test/support/evaluated.ts'
import { ScriptFaultError } from '../fault.ts'
import type { Value } from '../value/value.ts'
import { AGGREGATIONS, functionSignature, scalarFunction } from './functions.ts'

/** Waves 1 to 3 of the functions seen in scripts, and those to take along early. */
const WANTED =
  `If Peek Replace Len SubField Num IsNull Date Null Chr Trim NoOfRows ApplyMap FileName Lower Month Left Dual
  Year Timestamp Today Floor RecNo Index Sum Right FieldName Now FileSize Upper Ceil AutoNumber AddMonths PurgeChar Mid
  Rand Timestamp# SubStringCount MapSubString Text Max Min Count RowNo Exists IterNo NoOfFields FieldValue WildMatch
  TextBetween FileTime Round MakeDate MonthStart Day Week WeekDay Date# DocumentPath Concat Interval Alt Match WeekStart
  Mod DocumentName RangeSum TableNumber MonthEnd DayStart NoOfTables TableName Time FieldValueCount QuarterStart Num#
  QvdNoOfRecords MaxString Pick QvdCreateTime YearStart Interval# MakeTime MonthName QvdNoOfFields QvdTableName
  Capitalize YearToDate DayNumberOfYear FindOneOf Hour Previous WeekYear Year2Date True ConvertToLocalTime Evaluate Div
  LTrim Minute DayNumberOfQuarter Avg Only GeoMakePoint QlikViewVersion RangeMax Repeat Time# FieldNumber QvdFieldName
  WeekEnd ARGB FilePath Lookup Ord WeekName FileBaseName IsPartialReload Log MixMatch Pow UTC AddYears AutoNumberHash128
  Class Coalesce ComputerName DayEnd fAbs False IsNum NumMin RGB DocumentTitle EngineVersion GMT Hash128 Hash256 InMonth
  Money# RTrim Sign e Even FieldIndex FileExtension IsJson KeepChar OSUser Pi QuarterName ReloadTime Sqr YearEnd
  MinString StDev FirstSortedValue FirstValue LastValue Median Mode RangeMin RangeAvg RangeCount IsText Frac fMod Exp
  Sqrt EmptyIsNull Second DayName MonthsStart InYear InQuarter QuarterEnd Hash160 Atan2`.split(/\s+/)

test('the functions that scripts use all exist', () => {
  expect(WANTED.filter((name) => functionSignature(name.toLowerCase()) === undefined)).toEqual([])
})

test('a signature tells kind and argument counts under the documented name', () => {
  expect(functionSignature('addmonths')).toEqual({ name: 'AddMonths', kind: 'scalar', min: 2, max: 3 })
  expect(functionSignature('applymap')).toEqual({ name: 'ApplyMap', kind: 'context', min: 2, max: 3 })
  expect(functionSignature('sum')).toEqual({ name: 'Sum', kind: 'aggregation', min: 1, max: 1 })
  expect(functionSignature('if')).toEqual({ name: 'If', kind: 'lazy', min: 2, max: 3 })
  expect(functionSignature('normdistance')).toBeUndefined()
})

test('exactly the scalar functions have an evaluator, and no aggregation has one', () => {
  for (const name of WANTED.map((wanted) => wanted.toLowerCase())) {
    expect(scalarFunction(name) !== undefined).toBe(functionSignature(name)?.kind === 'scalar')
    expect(AGGREGATIONS.has(name)).toBe(functionSignature(name)?.kind === 'aggregation')
  }
})

const NUMBERS = [0, -0, 0.5, -1, 1, 2, 7, 12, 40_972.375, 1e9, -1e9, 1e15, 1e300, -1e300, 5e-324]
const FORMATS = [
  'YYYY-MM-DD',
  'hh:mm:ss[.fff]',
  '#,##0.00',
  '(hex)',
  '(ROM)',
  '0%',
  '[',
  '',
  ';',
  '*?',
  'GMT+1',
  'Paris',
]
const values: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...FORMATS),
  fc.constantFrom('2012-03-04', '12:00', '1,234.5', '{}'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.record({ text: fc.string({ maxLength: 12 }), number: fc.integer() }),
)

/** Further ones that reckon with dates, loops or sizes. */
const OTHERS =
  `LunarWeekStart LunarWeekEnd LunarWeekName InLunarWeek InLunarWeekToDate MonthsEnd MonthsName InMonths
  InMonthsToDate InDay InDayToTime InWeekToDate InYearToDate MakeWeekDate SetDateYear SetDateYearMonth Age NetWorkDays
  LastWorkDate FirstWorkDate Combin Permut Fact BitCount LevenshteinDist LocalTime Money RangeStDev RangeMode Odd Log10
  Tan Sinh Acosh YearName`.split(/\s+/)

const scalars = [...WANTED, ...OTHERS]
  .map((name) => scalarFunction(name.toLowerCase()))
  .filter((row) => row !== undefined)

test('the further ones exist', () => {
  expect(OTHERS.filter((name) => scalarFunction(name.toLowerCase()) === undefined)).toEqual([])
})

test.each(scalars.map((row) => [row.name, row] as const))(
  '%s gives a proper value for any arguments',
  (_, row) => {
    const args = fc.array(values, { minLength: row.min, maxLength: Math.min(row.max, row.min + 4) })
    const binding = bindingOf()
    fc.assert(
      fc.property(args, (given) => {
        const value = outcome(() => row.evaluate(given, binding))
        if (value === null || typeof value === 'string') return
        const number = typeof value === 'number' ? value : value.number
        expect(Number.isFinite(number)).toBe(true)
        if (typeof value === 'object') expect(typeof value.text).toBe('string')
      }),
      { numRuns: 200 },
    )
  },
)

/** Faults of the script are proper answers too. */
function outcome(evaluate: () => Value): Value {
  try {
    return evaluate()
  } catch (error) {
    if (error instanceof ScriptFaultError) return null
    throw error
  }
}
