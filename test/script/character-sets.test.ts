/** Every character set that a format may name: read, stored, and read again (SEMANTICS E11). */
import { expect, it } from 'vitest'
import { CHARACTER_SETS } from '../../src/script/format/character-set.ts'
import { describeScripts, withScript } from '../support/script-under-test.ts'

/** A text that the set has, beside ASCII. */
const SAMPLES: Readonly<Record<string, string>> = {
  'iso-8859-2': 'Ął',
  'iso-8859-3': 'Ħ',
  'iso-8859-4': 'Ąĸ',
  'iso-8859-5': 'Ёж',
  'iso-8859-6': 'لا',
  'iso-8859-7': 'δέ',
  'iso-8859-8': 'הא',
  'iso-8859-8-i': 'הא',
  'iso-8859-10': 'Ąđ',
  'iso-8859-11': 'กไ',
  'iso-8859-13': 'Ąø',
  'iso-8859-14': 'Ḃŵ',
  'iso-8859-15': '€ž',
  'iso-8859-16': 'Șț',
  ibm866: 'Жё',
  'koi8-r': 'Жё',
  'koi8-u': 'Жї',
  'x-mac-cyrillic': 'Жё',
  'windows-874': 'กไ',
  'windows-1251': 'Жё',
  'windows-1253': 'δέ',
  'windows-1255': 'הא',
  'windows-1256': 'لا',
  'windows-1257': 'Ąø',
  shift_jis: '日本ｱ',
  'euc-jp': '日本ｱ',
  'iso-2022-jp': '日本',
  gbk: '中文',
  gb18030: '中文',
  big5: '中文',
  'euc-kr': '한국',
}
const READ_ONLY = new Set(['iso-2022-jp', 'gb18030'])

const formatOf = (name: string) => (name.startsWith('cp') ? `codepage is ${name.slice(2)}` : name)
const named = Object.entries(CHARACTER_SETS)

it('has every part of ISO 8859', () => {
  const parts = named.map(([, set]) => /^iso-8859-(\d+)$/.exec(set)?.[1]).filter((part) => part !== undefined)
  expect(new Set(parts.map(Number))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16]))
})

it.each(named.filter(([, set]) => !READ_ONLY.has(set)))(
  '%s (%s): what is stored is read again',
  async (name, set) => {
    const sample = `a ${SAMPLES[set] ?? 'äé'}`
    const script = `T: LOAD '${sample}' as x AutoGenerate 2; STORE T INTO [lib://d/t.csv] (txt, ${formatOf(name)});
    DROP TABLE T; U: LOAD * FROM [lib://d/t.csv] (txt, ${formatOf(name)});`
    await withScript(script, {}, async ({ run, tables, file }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(tables).toEqual({ U: `x: ${sample} | ${sample}` })
      const bytes = await file('t.csv')
      const isOther = !/^utf/.test(set)
      if (isOther) expect(bytes.includes(Buffer.from(sample))).toBe(false)
      if (isOther && !set.startsWith('cp')) expect(new TextDecoder(set).decode(bytes)).toContain(sample)
    })
  },
)

describeScripts('Character sets that cannot', [
  {
    rule: 'store a character that they do not have',
    script: `T: LOAD 'a€' as x AutoGenerate 1; STORE T INTO [lib://d/t.csv] (txt, codepage is 28591);`,
    fault: [1, "has no '€' (U+20AC)"],
  },
  ...['50220', '54936'].map((page) => ({
    rule: `be written: ${page}`,
    script: `T: LOAD 1 as x AutoGenerate 1; STORE T INTO [lib://d/t.csv] (txt, codepage is ${page});`,
    fault: [12, 'can only be read'] as const,
  })),
  ...['utf7', 'symbol', 'codepage is 9999', 'codepage is constructor'].map((item) => ({
    rule: `be read: ${item}`,
    script: `LOAD * FROM [lib://d/t.csv] (txt, ${item});`,
    files: { 't.csv': 'a' },
    fault: [12, 'is not supported'] as const,
  })),
])
