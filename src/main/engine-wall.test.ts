/** Which wall settings allow, and how many tenants it is enough for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { checkTenantsApart, engineWall } from './engine-wall.ts'

const root = mkdtempSync(join(tmpdir(), 'reprise-wall-'))
afterAll(() => rmSync(root, { recursive: true }))
const logged: string[] = []
beforeEach(() => {
  logged.length = 0
})
const write = (message: string, fields?: object) => logged.push(`${message} ${JSON.stringify(fields)}`)
const log = { info: write, warn: write, error: write }
const nothingInstalled = async () => undefined
const onLinux = process.platform === 'linux'
const MISSING = onLinux ? 'install it (apt-get install bubblewrap)' : 'on Linux only'

test('none is none, and the log says so', async () => {
  const { report } = await engineWall({ engineWall: 'none' }, root, log)
  expect(report).toEqual({ kind: 'none', missing: 'REPRISE_ENGINE_WALL is none' })
  expect(logged.join()).toContain('no second wall stands')
})

test('auto on a machine without one starts, with one line that says what is missing', async () => {
  const { report } = await engineWall({ engineWall: 'auto' }, root, log, nothingInstalled)
  expect(report).toMatchObject({ kind: 'none', missing: expect.stringContaining(MISSING) })
  expect(logged).toHaveLength(1)
})

test('required on a machine without one does not start', async () => {
  const start = engineWall({ engineWall: 'required' }, root, log, nothingInstalled)
  await expect(start).rejects.toThrow('REPRISE_ENGINE_WALL is required, and there is none: ')
})

const NONE = { kind: 'none', missing: 'bubblewrap is not installed' } as const
const BWRAP = { kind: 'bwrap+seccomp' } as const
const trusting = { trustTenants: true }
const doubting = { trustTenants: false }

test('several tenants need a wall, or an operator who trusts them', () => {
  expect(() => checkTenantsApart(1, NONE, doubting)).not.toThrow()
  expect(() => checkTenantsApart(2, BWRAP, doubting)).not.toThrow()
  expect(() => checkTenantsApart(2, NONE, trusting)).not.toThrow()
  expect(() => checkTenantsApart(2, NONE, doubting)).toThrow(
    /2 tenants need a second wall.*bubblewrap is not installed.*--trust-tenants \(REPRISE_TRUST_TENANTS=on\)/,
  )
})
