/**
 * A warehouse script of some 300 lines as people write them (warehouse/warehouse.qvs), run three times over
 * files that change, with results computed here in another way from the same data.
 */
import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runChecked } from '../support/checked-ahead.ts'
import { writtenTables } from '../support/script-under-test.ts'

interface Order {
  readonly id: number
  readonly country: string
  /** Month and day of 2024. */
  readonly month: number
  readonly day: number
  readonly status: string
  readonly product: number
  readonly quantity: number
  /** In cents. */
  readonly price: number
}

const COUNTRIES = ['DE', 'fr ', 'US', 'BR', 'JP', 'XX']
const STATUS = ['O', 'P', 'X', '?']

/** Orders of a month, the same in every run. */
const ordersOf = (month: number): Order[] =>
  Array.from({ length: 20 }, (_, index) => ({
    id: month * 100 + index,
    country: COUNTRIES[(index * month) % COUNTRIES.length]!,
    month,
    day: 1 + ((index * 7) % 28),
    status: STATUS[index % STATUS.length]!,
    product: 1 + (index % 3),
    quantity: 1 + (index % 5),
    price: 100_000 + 12_345 * index,
  }))

const two = (number: number) => String(number).padStart(2, '0')
const germanPrice = (cents: number) =>
  `${Math.floor(cents / 100_000)}.${String(Math.floor(cents / 100) % 1000).padStart(3, '0')},${two(cents % 100)}`

const csv = (orders: readonly Order[]) =>
  [
    'OrderID;Customer;Country;OrderDate;Status;ProductID;Quantity;Price',
    ...orders.map(
      (o) =>
        `${o.id};"C;${o.id % 7}";${o.country};${two(o.day)}.${two(o.month)}.2024;${o.status};${o.product};${o.quantity};${germanPrice(o.price)}`,
    ),
    ';;;;;;;',
  ].join('\r\n')

const PRODUCTS = 'ID  NAME      CAT\n1   apple     4\n2   hand saw  5\n3   thing     9\n'

const REGIONS: Readonly<Record<string, string>> = {
  DE: 'Europe',
  FR: 'Europe',
  US: 'America',
  BR: 'America',
  JP: 'Asia',
}
const PLAN: Readonly<Record<string, readonly (number | undefined)[]>> = {
  Europe: [100, 200, 300],
  America: [50, 60, 70],
  Asia: [10, undefined, 30],
}

function rateOf({ country, month, day }: Order): number {
  switch (country.trim().toUpperCase()) {
    case 'DE':
    case 'FR':
      return month === 1 ? 1.1 : 1.2
    case 'JP':
      return month === 1 || (month === 2 && day <= 10) ? 0.01 : 0.02
    default:
      return 1
  }
}

const regionOf = ({ country }: Order) => REGIONS[country.trim().toUpperCase()] ?? 'Elsewhere'
const amountOf = (order: Order) =>
  Math.floor(((order.quantity * order.price) / 100) * rateOf(order) * 100 + 0.5) / 100
const isValid = ({ status }: Order) => status !== 'X'
const byDate = (a: Order, b: Order) => a.month - b.month || a.day - b.day || a.id - b.id

let folder = ''
let root = ''
let script = ''

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'warehouse-'))
  root = path.join(folder, 'd')
  await mkdir(path.join(root, 'in'), { recursive: true })
  const corpus = new URL('warehouse/', import.meta.url)
  script = await readFile(new URL('warehouse.qvs', corpus), 'utf8')
  await writeFile(
    path.join(root, 'warehouse-subs.qvs'),
    await await readFile(new URL('warehouse-subs.qvs', corpus)),
  )
  await writeFile(path.join(root, 'in/products.txt'), PRODUCTS)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function reload(number: number) {
  const dataFile = path.join(folder, `app${number}.duckdb`)
  const connections = [{ name: 'd', root, writable: true }]
  const run = await runChecked(
    { dataFile, script, variables: {}, partial: false, appId: 'app', appName: 'App', connections },
    () => {},
  )
  expect(run.end).toEqual({ kind: 'completed' })
  return { lines: run.progressLog.split('\r\n'), tables: await writtenTables(dataFile) }
}

const cells = (table: string) =>
  table
    .slice(table.indexOf(': ') + 2)
    .split(' | ')
    .map((row) => row.split(','))

/** What must come out of these orders. */
function expectTables(tables: Record<string, string>, orders: readonly Order[]): void {
  const sorted = [...orders].sort(byDate)
  expect(tables.Facts?.slice(0, tables.Facts.indexOf(': '))).toBe(
    'OrderID,Customer,Country,OrderDate,Status,ProductID,Quantity,Price,Source,Currency,Rate,Amount,LinkKey,IsValid,RegionRunning',
  )
  const running: Record<string, number> = {}
  const facts = sorted.map((order) => {
    const region = regionOf(order)
    running[region] = (running[region] ?? 0) + (isValid(order) ? amountOf(order) : 0)
    return { id: String(order.id), amount: amountOf(order), running: running[region]! }
  })
  const got = cells(tables.Facts!)
  expect(got.map(([id]) => id)).toEqual(facts.map(({ id }) => id))
  for (const [index, row] of got.entries()) {
    expect(Number(row.at(11))).toBeCloseTo(facts[index]!.amount, 6)
    expect(Number(row.at(14))).toBeCloseTo(facts[index]!.running, 6)
  }
  const months = new Set([
    ...orders.map((order) => `${regionOf(order)}|${order.month}`),
    ...Object.entries(PLAN).flatMap(([region, plan]) =>
      plan.flatMap((amount, index) => (amount === undefined ? [] : [`${region}|${index + 1}`])),
    ),
  ])
  const links = cells(tables.Link!)
  expect(links.length).toBe(months.size)
  expect(new Set(links.map(([key]) => key)).size).toBe(months.size)
  expect(cells(tables.Budget!).map(([, amount]) => amount)).toEqual(
    Object.values(PLAN).flatMap((plan) =>
      plan.flatMap((amount) => (amount === undefined ? [] : [String(amount)])),
    ),
  )
  const last = sorted.at(-1)!
  const days = (month: number, day: number) => Math.round(Date.UTC(2024, month - 1, day) / 86_400_000)
  expect(cells(tables.Calendar!).length).toBe(
    days(last.month, last.day) - days(sorted[0]!.month, sorted[0]!.day) + 1,
  )
  const regions = [...new Set([...orders.map(regionOf), ...Object.keys(PLAN)])].map((region) => {
    const own = orders.filter((order) => regionOf(order) === region)
    const actual = own.filter(isValid).reduce((sum, order) => sum + amountOf(order), 0)
    const plan = (PLAN[region] ?? []).reduce<number>((sum, amount) => sum + (amount ?? 0), 0)
    return { region, orders: own.length, actual, grade: actual >= plan * 0.5 ? 'good' : 'weak' }
  })
  regions.sort((a, b) => b.actual - a.actual || (a.region < b.region ? -1 : 1))
  const summary = cells(tables.Summary!)
  expect(summary.map(([rank, region, count]) => [rank, region, count])).toEqual(
    regions.map(({ region, orders: count }, index) => [String(index + 1), region, String(count)]),
  )
  for (const [index, row] of summary.entries()) {
    expect(Number(row[3]!.split('#')[0])).toBeCloseTo(regions[index]!.actual, 1)
  }
  expect(summary.map((row) => row.at(-1))).toEqual(regions.map(({ grade }) => grade))
}

describe('The warehouse script', () => {
  it('loads all files at first, without history and without deleted orders', async () => {
    await writeFile(path.join(root, 'in/orders_01.csv'), csv(ordersOf(1)))
    await writeFile(path.join(root, 'in/orders_02.csv'), csv(ordersOf(2)))
    const { lines, tables } = await reload(1)
    for (const line of ['No history yet', 'No deleted orders', 'Reading orders_02.csv', 'Products 3']) {
      expect(lines).toContain(line)
    }
    expectTables(tables, [...ordersOf(1), ...ordersOf(2)])
    expect(tables.Products).toBe(
      'ProductID,Product,MainCategory,CategoryPath: 1,Apple,Food,All/Food/Fruit | ' +
        '2,Hand Saw,Tools,All/Tools/Saws | 3,Thing,∅,∅',
    )
  })

  it('takes changed and new orders from the files and the others from its history', async () => {
    await unlink(path.join(root, 'in/orders_01.csv'))
    const changed = ordersOf(2)
      .slice(0, 3)
      .map((order) => ({ ...order, quantity: order.quantity + 10 }))
    await writeFile(path.join(root, 'in/orders_02.csv'), csv(changed))
    await writeFile(path.join(root, 'in/orders_03.csv'), csv(ordersOf(3)))
    const { lines, tables } = await reload(2)
    expect(lines).toContain('History read')
    expectTables(tables, [...ordersOf(1), ...changed, ...ordersOf(2).slice(3), ...ordersOf(3)])
  })

  it('lets deleted orders go, from its history too', async () => {
    await writeFile(path.join(root, 'in/deleted.csv'), `OrderID\n${[100, 105, 219, 310].join('\n')}\n`)
    await unlink(path.join(root, 'in/orders_02.csv'))
    const changed = ordersOf(2)
      .slice(0, 3)
      .map((order) => ({ ...order, quantity: order.quantity + 10 }))
    const kept = [...ordersOf(1), ...changed, ...ordersOf(2).slice(3), ...ordersOf(3)].filter(
      ({ id }) => ![100, 105, 219, 310].includes(id),
    )
    expectTables((await reload(3)).tables, kept)
    await unlink(path.join(root, 'in/deleted.csv'))
    expectTables((await reload(4)).tables, kept.filter(({ id }) => id < 300).concat(ordersOf(3)))
  })
})
