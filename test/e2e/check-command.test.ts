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
  await writeFile(path.join(folder, 'good.qvs'), '$(Must_Include=lib://Scripts/inner.qvs)\nTRACE ok;\n')
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
    expect.stringMatching(/^bad\.qvs:5:8: error Unexpected token: 'b', expected .*\(EDC_ERROR:11003\)$/),
    '  LOAD a b FROM x;',
    '         ^',
    'bad.qvs:6:3: error IF has no END IF that closes it (EDC_ERROR:11023)',
    '    IF 1 THEN',
    '    ^',
    '3 faults in 1 file',
    '',
  ])
  expect(status).toBe(1)
})

it('checks included files of the data folder, and prints JSON', { timeout: TIMEOUT_MS }, () => {
  expect(reprise('good.qvs')).toEqual({ status: 0, stdout: '0 faults in 1 file\n', stderr: '' })
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

it('ends with 2 where a file cannot be read, or none is named', { timeout: TIMEOUT_MS }, () => {
  expect(reprise('missing.qvs').status).toBe(2)
  expect(reprise().status).toBe(2)
})
