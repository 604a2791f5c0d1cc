import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatsOf } from './formats.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const formats = formatsOf(DEFAULT_SETTINGS)
/** 1930-01-01 to 2029-12-31: what years of two digits can tell apart. */
const days = fc.integer({ min: 10_959, max: 47_483 })

describe('formats', () => {
  test('of a settings record are compiled once', () => {
    expect(formatsOf(DEFAULT_SETTINGS)).toBe(formats)
    expect(formats.date('YYYY')).toBe(formats.date('YYYY'))
    expect(formatsOf({ ...DEFAULT_SETTINGS })).not.toBe(formats)
  })

  test('that come from data are not kept without end', () => {
    const first = formats.date('YYYY-MM')
    for (let index = 0; index < 1000; index++) formats.date(`YYYY ${index}`)
    expect(formats.date('YYYY-MM')).not.toBe(first)
    expect(formats.date('YYYY-MM').format(45_000)).toBe('2023-03')
  })
})

describe('dates', () => {
  const masks = fc.constantFrom(
    'YYYY-MM-DD',
    'M/D/YYYY',
    'DD.MM.YY',
    'YYYYMMDD',
    'D MMM YYYY',
    'MMMM D, YYYY',
    'WWW DD/MM/YYYY',
    'WWWW, D MMMM YYYY',
    'yyyy/mm/dd',
  )

  test('read back what they format', () => {
    fc.assert(
      fc.property(days, masks, (day, mask) => {
        const { format, parse } = formats.date(mask)
        expect(parse(format(day))).toBe(day)
      }),
    )
  })

  test('have no characters but those of their format', () => {
    fc.assert(
      fc.property(days, masks, (day, mask) => {
        const { format, characters } = formats.date(mask)
        expect([...format(day)].filter((character) => !characters.includes(character))).toEqual([])
      }),
    )
  })

  test('with a time read back to the millisecond', () => {
    const timeMasks = fc.constantFrom(
      'YYYY-MM-DD hh:mm:ss.fff',
      'YYYY-MM-DD hh:mm:ss[.fff]',
      'YYYYMMDDhhmmssfff',
      'M/D/YYYY h:mm:ss.fff TT',
      'YYYY-MM-DDThh:mm:ss.fff',
    )
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 86_399_999 }), timeMasks, (day, ms, mask) => {
        const { format, parse } = formats.date(mask)
        expect(Math.round(parse(format(day + ms / 86_400_000)) * 86_400_000)).toBe(day * 86_400_000 + ms)
      }),
    )
  })

  test('take no text that does not fit as a whole', () => {
    for (const text of ['2012-03-04x', 'x2012-03-04', '2012-03', '2012-3-45', '12-03-04', '']) {
      expect(formats.date('YYYY-MM-DD').parse(text)).toBeNaN()
    }
    expect(formats.date('YYYYMMDD').parse('2012034')).toBeNaN()
    expect(formats.date('h:mm TT').parse('13:00 PM')).toBeNaN()
    expect(formats.date('hh:mm').parse('12:60')).toBeNaN()
  })

  test('take one digit where two are usual, unless the next number follows at once', () => {
    expect(formats.date('DD/MM/YYYY').parse('4/3/2012')).toBe(40_972)
    expect(formats.date('D/M/YYYY').parse('04/03/2012')).toBe(40_972)
  })

  test('with strange brackets do not break', () => {
    expect(formats.date('YYYY[').format(45_000)).toBe('2023[')
    expect(formats.date('YYYY]').format(45_000)).toBe('2023]')
    expect(formats.date('[[[[[[YYYY]]]]]]').parse('2023')).toBe(44_927)
    expect(formats.date(`${'[hh]'.repeat(40)}YYYY`).parse('2023')).toBe(44_927)
  })
})

describe('intervals', () => {
  test('read back what they format', () => {
    const masks = fc.constantFrom('hh:mm:ss.fff', 'D hh:mm:ss.fff', 'D hh:mm:ss[.fff]', 'ss.fff', 'mm:ss.fff')
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), masks, (ms, mask) => {
        const { format, parse } = formats.interval(mask)
        expect(Math.round(parse(format(ms / 86_400_000)) * 86_400_000) + 0).toBe(ms)
      }),
    )
  })
})

describe('numbers', () => {
  test('read back what they format', () => {
    const masks = fc.constantFrom(
      '0.00',
      '#,##0.00',
      '0.##',
      '$#,##0.00;-$#,##0.00',
      '#,##0.00;(#,##0.00)',
      '0%',
      '0.00 kr',
    )
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), masks, (cents, mask) => {
        const { format, parse } = formats.number(mask, '.', ',')
        expect(parse(format(cents / 100))).toBeCloseTo(cents / 100, 6)
      }),
    )
  })

  test('read back in every radix', () => {
    const masks = fc.constantFrom('(bin)', '(oct)', '(hex)', '(HEX)', '(r7)', '(r36)')
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), masks, (number, mask) => {
        const { format, parse } = formats.number(mask, '.', ',')
        expect(parse(format(number)) + 0).toBe(number)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (number) => {
        const { format, parse } = formats.number('(ROM)', '.', ',')
        expect(parse(format(number))).toBe(number)
      }),
    )
  })

  test('beyond 21 digits are written out', () => {
    expect(formats.number('#,##0', '.', ',').format(1e22)).toBe('10,000,000,000,000,000,000,000')
  })
})
