import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScriptFaultError } from '../fault/fault.ts'
import { type DelimitedFormat, DelimitedText, fieldNamesFrom } from './delimited-text.ts'

const PLAIN: DelimitedFormat = {
  delimiter: ',',
  dropsTabs: false,
  quoting: 'standard',
  verbatim: false,
  headerLines: 0,
}

function rows(text: string, format: Partial<DelimitedFormat> = {}, pieces = [text]): string[][] {
  const found: string[][] = []
  const tokenizer = new DelimitedText({ ...PLAIN, ...format }, (cells) => found.push(cells))
  for (const piece of pieces) tokenizer.push(piece)
  tokenizer.end()
  return found
}

describe('Delimited text', () => {
  it.each<[string, string, Partial<DelimitedFormat>, string[][]]>([
    ['all line ends', 'a,b\r\nc,d\ne\rf', {}, [['a', 'b'], ['c', 'd'], ['e'], ['f']]],
    ['blanks around values', ' a , b c ,\td', {}, [['a', 'b c', '\td']]],
    ['verbatim', ' a , b', { verbatim: true }, [[' a ', ' b']]],
    [
      'empty cells and no empty lines',
      ',\n\n  \n,,x',
      {},
      [
        ['', ''],
        ['', '', 'x'],
      ],
    ],
    ['standard quotes', `'a,b', "c,'d'" ,it's`, {}, [['a,b', "c,'d'", "it's"]]],
    ['standard: a mark inside is no end', `'it's',x`, {}, [["it's", 'x']]],
    ['standard: not the last mark', `"a" b,c`, {}, [['"a" b', 'c']]],
    ['standard: no line end in a cell', `"a\nb"`, {}, [['"a'], ['b"']]],
    ['msq', '"a,""b""\n","",\'c\'', { quoting: 'msq' }, [['a,"b"\n', '', "'c'"]]],
    ['msq: text behind the mark', '"a" b,c', { quoting: 'msq' }, [['"a" b', 'c']]],
    ['msq: never closed', '"a,b\nc', { quoting: 'msq' }, [['"a', 'b'], ['c']]],
    ['no quotes', `"a",'b`, { quoting: 'none' }, [['"a"', "'b"]]],
    ['a long delimiter', 'a::b:c::d', { delimiter: '::' }, [['a', 'b:c', 'd']]],
    ['a tab', 'a\t b\t', { delimiter: '\\t' }, [['a', 'b', '']]],
    ['spaces', '  a   b \n c', { delimiter: 'spaces' }, [['a', 'b'], ['c']]],
    ['one blank', 'a  b', { delimiter: ' ' }, [['a', '', 'b']]],
    ['header lines, quotes in them do not matter', 'x "\r\ny\na,b', { headerLines: 2 }, [['a', 'b']]],
    ['comments', '# x\na\n#', { comment: '#' }, [['a']]],
    ['nothing', '', {}, []],
  ])('reads %s', (_what, text, format, expected) => {
    expect(rows(text, format)).toEqual(expected)
  })

  it('gives the same rows wherever the text is cut into pieces', () => {
    const character = fc.constantFrom('a', 'b', ' ', ',', '"', "'", '\n', '\r', ':', 'é')
    const formats = fc.constantFrom<Partial<DelimitedFormat>>(
      {},
      { quoting: 'msq' },
      { quoting: 'none', verbatim: true },
      { delimiter: '::' },
      { delimiter: 'spaces' },
      { headerLines: 1, comment: 'a' },
    )
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: character, maxLength: 8 }), { maxLength: 8 }),
        formats,
        (pieces, format) => {
          expect(rows('', format, pieces)).toEqual(rows(pieces.join(''), format))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('reads back what a writer with modern quoting wrote', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', "'", ' ') })
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 3 })), (table) => {
        const text = table
          .map((cells) => cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(','))
          .join('\r\n')
        expect(rows(text, { quoting: 'msq' })).toEqual(table)
      }),
    )
  })

  it('refuses a row that never ends instead of holding it in memory', () => {
    const tokenizer = new DelimitedText(PLAIN, () => {})
    const piece = 'x'.repeat(1024 * 1024)
    expect(() => {
      for (let i = 0; i < 40; i++) tokenizer.push(piece)
    }).toThrow(ScriptFaultError)
  })

  it('names every column, whatever the labels are', () => {
    expect(fieldNamesFrom(['a', 'a', '', 'a1', 'a'])).toEqual(['a', 'a2', '@3', 'a1', 'a3'])
  })
})
