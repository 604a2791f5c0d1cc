/** `reprise qvd` as its users run it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeQvd } from '../../src/qvd/qvd.ts'
import { withScript } from '../support/script-under-test.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TIMEOUT_MS = 60_000
let folder: string
let file: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-qvd-command-'))
  file = path.join(folder, 'sales.qvd')
  const date = (text: string, number: number) => ({ text, number })
  await writeQvd(file, {
    name: 'Sales',
    columns: [
      { name: 'id', values: [1, 2, null] },
      {
        name: 'day',
        values: [date('3/15/2023', 45_000), date('3/16/2023', 45_001), null],
        numberFormat: { type: 'DATE', format: 'M/D/YYYY' },
      },
      { name: 'text, "quoted"', values: ['a,b', 'say "hi"', '\u001b[31mred'] },
    ],
  })
})
afterAll(() => rm(folder, { recursive: true }))

function reprise(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'qvd', ...args], { encoding: 'utf8' })
  return { stdout, stderr, status }
}

it('numbers are shown by the format of their field', { timeout: TIMEOUT_MS }, async () => {
  const dates = path.join(folder, 'dates.qvd')
  const numberFormat = { type: 'DATE', format: 'M/D/YYYY' }
  await writeQvd(dates, { name: 'D', columns: [{ name: 'day', values: [45_000, null], numberFormat }] })
  expect(reprise('to-csv', dates).stdout).toBe('day\n3/15/2023\n\n')
  expect(reprise('head', dates).stdout).toContain('3/15/2023')
  expect(JSON.parse(reprise('head', dates, '--json').stdout).rows[0]).toEqual([
    { text: '3/15/2023', number: 45_000 },
  ])
})

it('info tells what the header says, for people and as JSON', { timeout: TIMEOUT_MS }, () => {
  const { stdout, status } = reprise('info', file)
  expect(status).toBe(0)
  expect(stdout).toMatch(/Sales\n {2}rows {5}3\n {2}fields {3}3\n/)
  expect(stdout).toMatch(/day +2 +2 +-2 +\d+ +DATE +M\/D\/YYYY/)
  const json = JSON.parse(reprise('info', file, '--json').stdout)
  expect(json).toMatchObject({
    file,
    tableName: 'Sales',
    rows: 3,
    fields: [{ name: 'id', bias: -2 }, {}, {}],
  })
})

it('head shows rows without control characters; as JSON as they are', { timeout: TIMEOUT_MS }, () => {
  const { stdout } = reprise('head', file)
  expect(stdout).toContain('say "hi"')
  expect(stdout).not.toContain('\u001b')
  expect(JSON.parse(reprise('head', file, '--limit', '1', '--json').stdout)).toEqual({
    fields: ['id', 'day', 'text, "quoted"'],
    rows: [[1, { text: '3/15/2023', number: 45_000 }, 'a,b']],
  })
})

it('to-csv writes text that quotes what needs it', { timeout: TIMEOUT_MS }, async () => {
  const csv = 'id,day,"text, ""quoted"""\n1,3/15/2023,"a,b"\n2,3/16/2023,"say ""hi"""\n,,\u001b[31mred\n'
  expect(reprise('to-csv', file).stdout).toBe(csv)
  const output = path.join(folder, 'sales.csv')
  expect(reprise('to-csv', file, '--output', output, '--limit', '1').status).toBe(0)
  expect(await readFile(output, 'utf8')).toBe('id,day,"text, ""quoted"""\n1,3/15/2023,"a,b"\n')
})

it('to-parquet keeps numbers and dates', { timeout: TIMEOUT_MS }, async () => {
  expect(reprise('to-parquet', file).stdout).toBe(`${path.join(folder, 'sales.parquet')}: 3 rows\n`)
  const bytes = await readFile(path.join(folder, 'sales.parquet'))
  const script = `T: LOAD * FROM [lib://d/p.parquet] (parquet);`
  await withScript(script, { 'p.parquet': bytes }, ({ tables }) => {
    const rows = '1,2023-03-15#45000,a,b | 2,2023-03-16#45001,say "hi" | ∅,∅,\u001b[31mred'
    expect(tables.T).toBe(`id,day,text, "quoted": ${rows}`)
  })
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
})

it('a file that is damaged, missing or none is told in one line; wrong use ends with 2', {
  timeout: TIMEOUT_MS,
}, async () => {
  const cut = path.join(folder, 'cut.qvd')
  await writeFile(cut, (await readFile(file)).subarray(0, -1))
  expect(reprise('to-csv', cut, '--output', path.join(folder, 'no.csv'))).toEqual({
    stdout: '',
    stderr: expect.stringMatching(
      /^reprise: .*cut\.qvd: the rows take bytes .* cut off \(byte \d+ of the file\)\n$/,
    ),
    status: 1,
  })
  expect(reprise('head', path.join(folder, 'nix.qvd'))).toMatchObject({
    stderr: expect.stringContaining('no such file'),
    status: 1,
  })
  expect(await readdir(folder)).not.toContain('no.csv')
  expect(reprise('head', file, '--limit', 'x')).toMatchObject({ status: 2 })
  expect(reprise('look', file)).toMatchObject({ status: 2 })
})

it.each(['to-csv', 'to-parquet'])(
  '%s never writes over what it reads, nor over a device',
  { timeout: TIMEOUT_MS },
  async (command) => {
    const before = await readFile(file)
    const link = path.join(folder, `${command}.link`)
    await symlink(file, link)
    for (const output of [file, link]) {
      const { status, stderr } = reprise(command, file, '--output', output)
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining(`is the input '${file}'`),
      })
    }
    expect(await readFile(file)).toEqual(before)
    const pipe = path.join(folder, `${command}.pipe`)
    execFileSync('mkfifo', [pipe])
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'ignore', 'inherit'] })
    const ended = once(reader, 'close')
    expect(reprise(command, file, '--output', pipe).status).toBe(0)
    await ended
    expect((await lstat(pipe)).isFIFO()).toBe(true)
  },
)
