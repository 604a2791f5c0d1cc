/**
 * Files made to break who reads them: what they state is not what they hold, or a few bytes ask for much.
 * Each ends as a fault of the script or as the rows that it holds, and all of them fit into an engine of
 * 1 GiB.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SessionEnd } from '../../src/engine/engine-session.ts'
import { duckDbHarness } from '../support/duckdb-session-harness.ts'
import { HOSTILE_BOOKS, type HostileFile, MIB } from '../support/hostile-books.ts'
import { qvdOf } from '../support/hostile-files.ts'

const HEADER =
  '<RecordByteSize>1</RecordByteSize><NoOfRecords>1</NoOfRecords><Offset>0</Offset><Length>1</Length>'
const field = (
  more: Partial<Record<'BitOffset' | 'BitWidth' | 'NoOfSymbols' | 'Offset' | 'Length', number>>,
): string => {
  const stated = { BitOffset: 0, BitWidth: 0, NoOfSymbols: 0, Offset: 0, Length: 0, ...more }
  const elements = Object.entries(stated).map(([name, value]) => `<${name}>${value}</${name}>`)
  return `<Fields><QvdFieldHeader><FieldName>f</FieldName>${elements.join('')}</QvdFieldHeader></Fields>`
}
const rowsOf = (rows: number, bytes: number) =>
  `<RecordByteSize>${bytes}</RecordByteSize><NoOfRecords>${rows}</NoOfRecords><Offset>0</Offset>`

const OTHERS: readonly HostileFile[] = [
  {
    what: 'a QVD of more symbols than it has bytes',
    file: 'symbols.qvd',
    content: () => qvdOf(field({ NoOfSymbols: 2 ** 40, Length: 2 ** 41 }) + HEADER, Buffer.alloc(100)),
    ends: 'the file is damaged or cut off',
  },
  {
    what: 'a QVD of two thousand million rows of no bytes',
    file: 'rows.qvd',
    content: () => qvdOf(field({}) + rowsOf(2 ** 31 - 1, 0)),
    ends: 'rows of no bytes are more than',
  },
  {
    what: 'a QVD of one gigantic row',
    file: 'row.qvd',
    content: () => qvdOf(field({ BitWidth: 8 }) + rowsOf(1, 2 ** 40)),
    ends: 'RecordByteSize 1099511627776 is more than',
  },
  {
    what: 'a QVD whose codes are as wide as its rows',
    file: 'code.qvd',
    content: () => qvdOf(field({ BitWidth: 2 ** 23 }) + rowsOf(1, 2 ** 20), Buffer.alloc(2 ** 20)),
    ends: 'BitWidth 8388608 is more than',
  },
  {
    what: 'a QVD whose header is nested two million deep',
    file: 'deep.qvd',
    content: () => qvdOf('<a>'.repeat(2_000_000)),
    ends: 'nested more than 100 deep',
  },
  {
    what: 'a QVD whose header has a tag of a million attributes',
    file: 'tag.qvd',
    content: () => qvdOf(`<a ${Array.from({ length: 1_000_000 }, (_, i) => `a${i}=""`).join(' ')}>`),
    ends: 'more than 100 attributes',
  },
  {
    what: 'a QVD whose header expands entities',
    file: 'entities.qvd',
    content: () => `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${qvdOf('&b;').toString()}`,
    ends: 'a document type',
  },
  {
    what: 'a text of sixteen million cells in a row',
    file: 'cells.csv',
    content: () => ','.repeat(16_000_000),
    ends: 'more than 100000 cells',
  },
  {
    what: 'a text of 99,999 fields of one name',
    file: 'names.csv',
    content: () => `${'a,'.repeat(99_998)}a\n${'1,'.repeat(99_998)}1\n`,
    fields: 'a, a99998',
    ends: 1,
  },
  {
    what: 'a text of more fields than a table has',
    file: 'wide.csv',
    content: () => `${Array.from({ length: 16_000 }, (_, i) => `c${i}`).join(',')}\n1\n`,
    ends: '16000 fields, a table at most 2000',
  },
  {
    what: 'a text of one line of 64 MB',
    file: 'line.csv',
    content: () => `a\n${'x'.repeat(64 * MIB)}`,
    ends: 'longer than 16777216 characters',
  },
  {
    what: 'a packed text',
    file: 'packed.csv',
    content: () =>
      Buffer.from(
        '1f8b0800000000000003edc1010d000000c2a0f74f6d0e37a00000000000000000be0d210000019ade1d',
        'hex',
      ),
    ends: 'it holds NUL characters',
  },
  {
    what: 'records of more lines than a record has',
    file: 'lines.txt',
    content: () => '\n'.repeat(200_000),
    format: 'fix, record is 16000000 lines',
    fields: '@1:2',
    ends: 'more than 100000 lines',
  },
  {
    what: 'tabs that stand for more than a record has',
    file: 'tabs.txt',
    content: () => '\t'.repeat(1000),
    format: 'fix, tab is 1000000',
    fields: '@1:2',
    ends: 'longer than 16777216 bytes with its tabs',
  },
  {
    what: 'a parquet of bytes that mean nothing',
    file: 'bytes.parquet',
    content: () =>
      Buffer.concat([
        Buffer.from('PAR1'),
        Buffer.alloc(200, 0x41),
        Buffer.from([200, 0, 0, 0]),
        Buffer.from('PAR1'),
      ]),
    ends: 'cannot be read as parquet',
  },
]

const ALL = [...HOSTILE_BOOKS, ...OTHERS]

function formatOf({ file, format = '' }: HostileFile): string {
  const isBook = /xlsx?$/.test(file)
  const labels = isBook ? 'no labels' : ''
  const type = isBook
    ? file.endsWith('x')
      ? 'ooxml'
      : 'biff'
    : (file.split('.').at(-1) ?? '').replace('csv', 'txt')
  const items = format.startsWith('fix') ? [format] : [type, labels, format]
  return `(${items.filter((item) => item !== '').join(', ')})`
}

/** Says how many rows were read, or which fault there was. */
const loadOf = (hostile: HostileFile, index: number): string =>
  `TRACE begin ${index};
   T: LOAD ${hostile.fields ?? '*'} FROM [lib://d/${hostile.file}] ${formatOf(hostile)};
   LET rows = NoOfRows('T');
   TRACE rows $(rows);
   IF rows >= 0 THEN
     DROP TABLE T;
   END IF`

/** Each group in an engine of its own, one file after the other: none takes the engine with it. */
const GROUPS = [
  ALL.filter(({ file }) => !file.endsWith('.xls')),
  ALL.filter(({ file }) => file.endsWith('.xls')),
]
const ends: SessionEnd[] = []
/** What the log says of each file. */
const told = new Map<string, string>()

beforeAll(async () => {
  const harness = await duckDbHarness({ warm: 0 })
  const root = join(harness.filesRoot, 'd')
  await mkdir(root)
  try {
    for (const group of GROUPS) {
      for (const { file, content } of group) await writeFile(join(root, file), content())
      const script = `SET ErrorMode=0;\n${group.map(loadOf).join('\n')}\nTRACE begin ${group.length};`
      const session = await harness.sessions.acquire(harness.size)
      const connections = [{ name: 'd', root, writable: false }]
      const end = await session.run(harness.workOf(script, { connections }), () => {})
      const log = end.scriptLog
      for (const [index, { file }] of group.entries()) {
        told.set(file, log.slice(log.indexOf(`begin ${index}\r`), log.indexOf(`begin ${index + 1}\r`)))
      }
      ends.push(end)
    }
  } finally {
    await harness.close()
  }
}, 240_000)

describe('A hostile file', () => {
  it('does not take the engine with it', () => {
    expect(ends.map(({ kind }) => kind)).toEqual(['completed', 'completed'])
  })

  it.each(ALL)('$what', (hostile) => {
    expect(told.get(hostile.file)).toContain(
      typeof hostile.ends === 'string' ? hostile.ends : `rows ${hostile.ends}\r`,
    )
  })
})
