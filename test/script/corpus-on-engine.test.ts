/** The corpus on the real engine: the same scripts as in corpus.test.ts, over real files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runChecked } from '../support/checked-ahead.ts'

const CORPUS = new URL('corpus/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, CORPUS), 'utf8')

const FILES: Readonly<Record<string, string>> = {
  'scripts/library.qvs': read('library.inc.qvs'),
  'customers.csv':
    'CustomerID,CustomerName,Country,City,Phone\n1,"acme, inc",DE,Berlin,\n2,"it\'s us",US,Boston,555\n',
  'orders_1.csv':
    'title\nsecond\nOrderID;CustomerID;OrderDate;Quantity;Price\n1;1;2024-01-02;3;2.5\n2;2;2024-02-02;0;2\n',
  'segments.txt': '1\tA\n9\tB\n',
  'in/x y.csv': 'a,b\n1,2\n',
  'in/sub/d.txt': 'a,b\n3,4\n5,6\n',
  'buyers.csv': '%Id,Name,Key Field\n1,Bo,k\n2,Al,k\n',
  'sellers.csv': '%Id,Name,Key Field\n2,Al,k\n3,Cy,k\n',
  'facts.csv': 'ID,Value,ModifiedAt\n1,10,2024-01-02\n2,20,2024-01-03\n',
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'corpus-'))
  mkdirSync(path.join(folder, 'out'))
  mkdirSync(path.join(folder, 'store'))
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function ran(script: string) {
  return await runChecked(
    {
      dataFile: ':memory:',
      script,
      variables: { vLastRun: '2023-01-01' },
      partial: false,
      appId: 'app',
      appName: 'App',
      connections: [{ name: 'DataFiles', root: folder, writable: true }],
    },
    () => {},
  )
}

it.each<[string, Record<string, number>]>([
  ['orders.qvs', { Customers: 2, Orders: 1, segments: 1 }],
  ['calendar.qvs', { MasterCalendar: 1096 }],
  ['mapping.qvs', { 'Sales (renamed)': 3 }],
  ['walker.qvs', { x_y: 1, d: 2 }],
  ['qualify.qvs', { Buyers: 2, Sellers: 2, LinkTable: 2 }],
  ['macros.qvs', { Numbers: 10, T_a: 3, T_b: 3, T_c: 3 }],
  ['loops.qvs', { Periods: 6 }],
  ['incremental.qvs', { Facts: 2 }],
  ['main.qvs', { Sales: 2 }],
])('%s makes its tables', async (name, tables) => {
  const { end, scriptLog, tables: made } = await ran(read(name))
  expect(end, scriptLog.slice(-2000)).toEqual({ kind: 'completed' })
  expect(Object.fromEntries(made.map(({ name: table, rows }) => [table, rows]))).toEqual(tables)
})

it('adds the lines of a target up in the progress text, as contract 02 shows them', async () => {
  const { progressLog } = await ran(read('sample-data.qvs'))
  expect(progressLog.split('\r\n').slice(0, 2)).toEqual([
    'Characters << AUTOGENERATE(26) 26 Lines fetched',
    'ASCII << AUTOGENERATE(255) 191 Lines fetched',
  ])
  expect(progressLog).toMatch(/^Transactions << AUTOGENERATE\(1000\) \d,\d{3} Lines fetched$/m)
})

it('runs what included subs and lookups compute', async () => {
  const { progressLog } = await ran(read('main.qvs'))
  expect(progressLog).toMatch(/^The total is 99\.5, begun at \d+\r$/m)
})
