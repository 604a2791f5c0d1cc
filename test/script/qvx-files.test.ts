/** QVX files ("QVX file format" of the documentation): every type, extent and representation of NULL. */
import { expect, it } from 'vitest'
import { type QvxFieldText, qvxFile } from '../support/qvx-file.ts'
import { describeScripts, withScript } from '../support/script-under-test.ts'

const text = (FieldName: string, more: Partial<QvxFieldText> = {}): QvxFieldText => ({
  FieldName,
  Type: 'QVX_TEXT',
  Extent: 'QVX_ZERO_TERMINATED',
  ...more,
})
const number = (FieldName: string, ByteWidth: number, more: Partial<QvxFieldText> = {}): QvxFieldText => ({
  FieldName,
  Type: 'QVX_SIGNED_INTEGER',
  Extent: 'QVX_FIX',
  ByteWidth,
  ...more,
})
const real = (value: number, little = true): Uint8Array => {
  const bytes = Buffer.alloc(8)
  if (little) bytes.writeDoubleLE(value)
  else bytes.writeDoubleBE(value)
  return bytes
}
const READ = 'T: LOAD * FROM [lib://d/t.qvx] (qvx);'

describeScripts('QVX', [
  {
    rule: 'whole numbers of every width, in both orders, of fixed decimals, packed',
    script: READ,
    files: {
      't.qvx': qvxFile(
        [
          number('a', 1),
          number('b', 2, { BigEndian: 'true' }),
          number('c', 4, { Type: 'QVX_UNSIGNED_INTEGER' }),
          number('d', 8, { FixPointDecimals: 2 }),
          number('e', 2, { Type: 'QVX_PACKED_BCD' }),
        ],
        [[0xff, 1, 0, ...[0, 0, 0, 0x80], ...[0x9c, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0x12, 0x3d]],
      ),
    },
    tables: { T: 'a,b,c,d,e: -1,256,2147483648,-1,-123' },
  },
  {
    rule: 'real numbers, dates and times by their format',
    script: `SET DateFormat='DD.MM.YYYY'; ${READ}`,
    files: {
      't.qvx': qvxFile(
        [
          number('a', 8, { Type: 'QVX_IEEE_REAL', format: 'DATE' }),
          number('b', 8, { Type: 'QVX_IEEE_REAL', format: 'TIMESTAMP YYYY-MM-DD hh:mm', BigEndian: '1' }),
        ],
        [[real(45000), real(45000.5, false)]],
      ),
    },
    tables: { T: 'a,b: 15.03.2023#45000,2023-03-15 12:00#45000.5' },
  },
  {
    rule: 'texts: ended by zero, counted, of fixed length; character sets; those that are texts',
    script: READ,
    files: {
      't.qvx': qvxFile(
        [
          text('a'),
          text('b', { Extent: 'QVX_COUNTED', ByteWidth: 2, CodePage: 1252 }),
          text('c', { Extent: 'QVX_FIX', ByteWidth: 3 }),
          text('d', { format: 'ASCII' }),
          text('e', { CodePage: 1200 }),
        ],
        [['é\0', 1, 0, 0xe9, 'x\0\0', '007\0', Buffer.from('ü\0', 'utf16le')]],
      ),
    },
    tables: { T: 'a,b,c,d,e: é,é,x,"007",ü' },
  },
  {
    rule: 'NULL by a flag, with and without a value, by no bytes; an empty text else; rows with separators',
    script: READ,
    files: {
      't.qvx': qvxFile(
        [
          text('a', { NullRepresentation: 'QVX_NULL_FLAG_SUPPRESS_DATA' }),
          number('b', 1, { NullRepresentation: 'QVX_NULL_FLAG_WITH_UNDEFINED_DATA' }),
          text('c', { NullRepresentation: 'QVX_NULL_ZERO_LENGTH' }),
          text('d'),
        ],
        [
          [0, 'x\0', 0, 5, 'y\0', 'z\0'],
          [1, 1, 5, '\0', '\0'],
        ],
        true,
      ),
    },
    tables: { T: "a,b,c,d: x,5,y,z | ∅,∅,∅,''" },
  },
  {
    rule: 'duals: whole, real, text, both, NULL; the extension decides; fields that are not asked for',
    script: 'T: LOAD a FROM [lib://d/t.qvx];',
    files: {
      't.qvx': qvxFile(
        [{ FieldName: 'a', Type: 'QVX_QV_DUAL', Extent: 'QVX_QV_SPECIAL' }, text('other')],
        [
          [1, 7, 0, 0, 0, 'o\0'],
          [2, real(1.5), 'o\0'],
          [4, 'abc\0', 'o\0'],
          [5, 8, 0, 0, 0, 'eight\0', 'o\0'],
          [6, real(2.5), 'two\0', 'o\0'],
          [0, 'o\0'],
        ],
      ),
    },
    tables: { T: 'a: 7 | 1.5 | abc | eight#8 | two#2.5 | ∅' },
  },
  ...(
    [
      ['a text', 'a,b\n1,2', 'its header has no end'],
      ['an end within a row', qvxFile([number('a', 4)], [[1, 2]]), 'ends within a row'],
      [
        'a value that is too long',
        qvxFile([text('a', { Extent: 'QVX_COUNTED', ByteWidth: 4 })], [[255, 255, 255, 127]]),
        'is longer than',
      ],
      ['a width that no number has', qvxFile([number('a', 3)], [[1, 2, 3]]), 'has 3 bytes'],
      ['a type that is none', qvxFile([number('a', 1, { Type: 'QVX_NIX' })], []), "the Type 'QVX_NIX'"],
      ['bytes that are no text', qvxFile([text('a')], [[0xe9, 0]]), 'is not text in utf-8'],
      [
        'a row without its separator',
        Buffer.concat([qvxFile([number('a', 1)], [], true).subarray(0, -5), Buffer.from([7])]),
        'does not begin with its separator',
      ],
      [
        'two fields of one name',
        qvxFile([number('a', 1), number('a', 1)], []),
        "two fields have the name 'a'",
      ],
    ] as const
  ).map(([what, content, message]) => ({
    rule: `refused: ${what}`,
    script: READ,
    files: { 't.qvx': content },
    fault: [12, message] as const,
  })),
])

it('reads rows over the ends of pieces', async () => {
  const rows = Array.from({ length: 60_000 }, (_, index) => [`text ${index % 11}\0`, index & 255, index >> 8])
  const file = qvxFile([text('t'), number('n', 2, { Type: 'QVX_UNSIGNED_INTEGER' })], rows)
  const script = `S: ${READ.slice(3)} T: LOAD Count(n) as c, Sum(n) as s, Count(DISTINCT t) as d RESIDENT S; DROP TABLE S;`
  await withScript(script, { 't.qvx': file }, ({ run, tables }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(tables).toEqual({ T: 'c,s,d: 60000,1799970000,11' })
  })
})
