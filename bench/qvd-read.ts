/**
 * Cells a second from a QVD file of 10 columns: `readQvd`, beside it in the same run a plain columnar reader
 * that checks nothing (the whole file in memory, one loop a column), and the whole way of a LOAD into the
 * engine's tables on one thread. Rates are by processor time, so that other work on the machine does not
 * count (TARGETS T15: 20 million cells a second on one core).
 *
 * node bench/qvd-read.ts [rows] [rounds]
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runScript } from '../src/engine/child/run-script.ts'
import { type QvdValue, readQvd, writeQvd } from '../src/qvd/qvd.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 5)
const COLUMNS: readonly (readonly [name: string, distinct: number, value: (n: number) => QvdValue])[] = [
  ['id', rows, (n) => n],
  ['customer', 50_000, (n) => `customer ${n}`],
  ['product', 3_000, (n) => `P-${String(n).padStart(6, '0')}`],
  ['day', 1_500, (n) => ({ number: 44_000 + n, text: `day ${n}` })],
  ['amount', 200_000, (n) => n / 100],
  ['quantity', 100, (n) => n],
  ['country', 60, (n) => (n === 0 ? null : `country ${n}`)],
  ['flag', 2, (n) => n],
  ['status', 7, (n) => `status ${n}`],
  ['constant', 1, () => 'EUR'],
]

const folder = mkdtempSync(path.join(tmpdir(), 'reprise-bench-'))
try {
  const file = path.join(folder, 'bench.qvd')
  await writeQvd(file, {
    name: 'Bench',
    columns: COLUMNS.map(([name, distinct, value], column) => {
      const symbols = Array.from({ length: distinct }, (_, n) => value(n))
      const step = distinct === rows ? 1 : 7919 + column
      return { name, values: Array.from({ length: rows }, (_, row) => symbols[(row * step) % distinct]!) }
    }),
  })
  const cells = rows * COLUMNS.length
  console.log(
    `qvd-read: ${rows} rows, ${cells / 1e6} million cells, ${statSync(file).size} bytes, node ${process.version}`,
  )
  const plain = await rate('plain reader', async () => plainRead(file))
  const ours = await rate('readQvd', () => readQvd(file))
  const loaded = await rate('LOAD * into the engine', () => load('LOAD *'))
  await rate('LOAD with a WHERE', () => load('LOAD *', ' WHERE quantity < 50'))
  console.log(
    `ratio readQvd to plain ${(ours / plain).toFixed(2)}, LOAD to plain ${(loaded / plain).toFixed(2)}`,
  )

  async function rate(what: string, run: () => Promise<unknown>): Promise<number> {
    const rates: number[] = []
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(before)
      rates.push(cells / (user + system))
    }
    const median = rates.sort((a, b) => a - b)[Math.floor(rounds / 2)]!
    console.log(`${what.padEnd(24)} ${median.toFixed(1)} million cells/s`)
    return median
  }

  async function load(levels: string, rest = ''): Promise<void> {
    const script = `T: ${levels} FROM [lib://d/bench.qvd] (qvd)${rest};`
    const dataFile = path.join(folder, 'app.duckdb')
    const connections = [{ name: 'd', root: folder, writable: false }]
    const app = { appId: 'a', appName: 'A', variables: {}, partial: false }
    const { end } = await runScript({ ...app, script, dataFile, connections, threads: 1 }, () => {})
    rmSync(dataFile)
    if (end.kind !== 'completed') throw new Error(`the script ended ${JSON.stringify(end)}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

/**
 * All columns as indexes and decoded symbols, from a file that is taken to be right and as tightly packed as
 * ours.
 */
function plainRead(file: string) {
  const bytes = readFileSync(file)
  const headerEnd = bytes.indexOf('</QvdTableHeader>')
  const header = bytes.toString('utf8', 0, headerEnd)
  const body = bytes.subarray(bytes.indexOf(0, headerEnd) + 1)
  const number = (text: string, name: string) => Number(new RegExp(`<${name}>(-?\\d+)<`).exec(text)![1])
  const root = header.slice(header.indexOf('</Fields>'))
  const count = number(root, 'NoOfRecords')
  const size = number(root, 'RecordByteSize')
  const block = body.subarray(number(root, 'Offset'))
  return [...header.matchAll(/<QvdFieldHeader>.*?<\/QvdFieldHeader>/gs)].map(([text]) => {
    const total = number(text, 'NoOfSymbols')
    const numbers = new Float64Array(total)
    const texts: string[] = []
    let at = number(text, 'Offset')
    for (let i = 0; i < total; i++) {
      const type = body[at++]!
      if (type === 1 || type === 5) {
        numbers[i] = body.readInt32LE(at)
        at += 4
      } else if (type !== 4) {
        numbers[i] = body.readDoubleLE(at)
        at += 8
      }
      if (type >= 4) {
        const end = body.indexOf(0, at)
        texts[i] = body.toString('utf8', at, end)
        at = end + 1
      }
    }
    const [offset, width, bias] = [number(text, 'BitOffset'), number(text, 'BitWidth'), number(text, 'Bias')]
    const indexes = new Int32Array(count)
    const shift = offset & 7
    const mask = 2 ** width - 1
    for (let row = 0, p = offset >> 3; row < count; row++, p += size) {
      const word = block[p]! | (block[p + 1]! << 8) | (block[p + 2]! << 16) | (block[p + 3]! << 24)
      indexes[row] = ((word >>> shift) & mask) + bias
    }
    return { numbers, texts, indexes }
  })
}
