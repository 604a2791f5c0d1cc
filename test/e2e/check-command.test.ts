/** `reprise check` as its users run it. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TIMEOUT_MS = 60_000
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-check-'))
  await writeFile(
    path.join(folder, 'bad.qvs'),
    'LET a = 1;\nT: LOAD a,\n  Uper(b) as c\nRESIDENT x;\nLOAD a b FROM x;\n  IF 1 THEN\n',
  )
  await writeFile(
    path.join(folder, 'files.qvs'),
    [
      'A: LOAD amuont FROM [lib://DataFiles/sales.csv] (txt);',
      'LOAD a FROM [lib://DataFiles/sale.csv] (txt);',
      'LOAD a FROM [lib://DataFile/sales.csv] (txt);',
    ].join('\n'),
  )
  await writeFile(path.join(folder, 'sales.csv'), 'id,amount\n1,2\n')
  await writeFile(path.join(folder, 'warned.qvs'), 'LET v = 1 + vNone;\n')
  await writeFile(path.join(folder, 'good.qvs'), '$(Must_Include=lib://DataFiles/inner.qvs)\nTRACE ok;\n')
  await writeFile(path.join(folder, 'inner.qvs'), '/* of a\nlibrary */ Nonsense here;\n')
})
afterAll(() => rm(folder, { recursive: true }))

function reprise(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'check', ...args], {
    encoding: 'utf8',
    cwd: folder,
  })
  return { status, stdout, stderr }
}

it('tells every fault with its place, a caret and what was probably meant', { timeout: TIMEOUT_MS }, () => {
  const { status, stdout } = reprise('bad.qvs')
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(
      /^bad\.qvs:3:3: error Unknown function: uper\(\), did you mean Upper\(\)\?.*\(EDC_ERROR:\d+\)$/,
    ),
    '    Uper(b) as c',
    '    ^',
    expect.stringMatching(/^ {2}\S/),
    expect.stringMatching(/^bad\.qvs:5:8: error Unexpected token: 'b', expected .*\(EDC_ERROR:11003\)$/),
    '  LOAD a b FROM x;',
    '         ^',
    expect.stringMatching(/^ {2}\S/),
    'bad.qvs:6:3: error IF has no END IF that closes it (EDC_ERROR:11023)',
    '    IF 1 THEN',
    '    ^',
    '  Close each IF, FOR, DO, SWITCH and SUB with its own end, inside the block around it.',
    '3 errors and 0 warnings in 1 file',
    '',
  ])
  expect(status).toBe(1)
})

it('checks included files of the data folder, and prints JSON', { timeout: TIMEOUT_MS }, () => {
  expect(reprise('good.qvs')).toEqual({
    status: 0,
    stdout: '0 errors and 0 warnings in 1 file\n',
    stderr: '',
  })
  const { status, stdout } = reprise('good.qvs', '--data', '.', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    files: 2,
    issues: [
      {
        file: path.join(folder, 'inner.qvs'),
        line: 2,
        column: 12,
        engineErrorCode: 11002,
        statement: 'Nonsense here',
      },
    ],
  })
  expect(status).toBe(1)
})

it('finds what is wrong with files of the data folder, and writes nothing', { timeout: TIMEOUT_MS }, () => {
  const { status, stdout } = reprise('files.qvs', '--data', '.', '--json')
  const { issues } = JSON.parse(stdout)
  expect(issues).toMatchObject([
    {
      severity: 'error',
      line: 1,
      column: 9,
      code: 'FieldNotFound',
      message: expect.stringContaining('amount'),
    },
    {
      severity: 'error',
      line: 2,
      column: 13,
      code: 'FileNotFound',
      message: expect.stringContaining('sales.csv'),
    },
    { severity: 'error', line: 3, column: 13, code: 'ConnectionNotFound' },
  ])
  expect(status).toBe(1)
  expect(reprise('files.qvs').status).toBe(0)
})

it('counts warnings only with --strict', { timeout: TIMEOUT_MS }, () => {
  expect(reprise('warned.qvs')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("warned.qvs:1:13: warning Variable 'vNone' is not set before this\n"),
  })
  expect(reprise('warned.qvs', '--strict').status).toBe(1)
})

it('ends as always where nobody reads its output to the end', { timeout: TIMEOUT_MS }, () => {
  const closed = '"$0" "$1" check bad.qvs > >(exec true) & wait $!'
  const { status, stderr } = spawnSync('bash', ['-c', closed, process.execPath, MAIN], {
    encoding: 'utf8',
    cwd: folder,
  })
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
})

it('ends with 2 where a file cannot be read, or none is named', { timeout: TIMEOUT_MS }, () => {
  expect(reprise('missing.qvs').status).toBe(2)
  expect(reprise().status).toBe(2)
})
