import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TenantId, UserId } from '../../core/ids.ts'
import { LocalTempContents } from './temp-contents.ts'

const BYTES_MAX = 1000
const TENANT = 't' as TenantId
const about = { tenantId: TENANT, creatorId: 'u' as UserId, name: 'a', ttlMs: 60_000 }

let root: string
let contents: LocalTempContents
let drawn: number

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reprise-temp-'))
  drawn = 0
  contents = new LocalTempContents(
    { root, bytesMax: BYTES_MAX },
    {
      clock: { now: () => 1, monotonic: () => 1 },
      random: { bytes: (count) => new Uint8Array(count).fill(++drawn), uniform: () => 0.5 },
    },
  )
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** An upload that has sent a byte, and the rest when it is told to. */
function slowUpload(bytes: number) {
  let goOn = () => {}
  let started = () => {}
  const begun = new Promise<void>((resolve) => {
    started = resolve
  })
  const told = new Promise<void>((resolve) => {
    goOn = resolve
  })
  async function* pieces() {
    yield new Uint8Array(1)
    started()
    await told
    yield new Uint8Array(bytes - 1)
  }
  const kept = contents.keep(about, pieces())
  return { begun: Promise.race([begun, kept]), kept, goOn }
}

async function onDisk() {
  const names = await readdir(join(root, TENANT))
  const files = names.filter((name) => !name.endsWith('.json'))
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(root, TENANT, name))).size))
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

describe('the temporary contents of a tenant', () => {
  it('are bounded also when many came at once and end one after the other', async () => {
    const uploads = Array.from({ length: 6 }, () => slowUpload(BYTES_MAX))
    await Promise.all(uploads.map(({ begun }) => begun))
    const answers: unknown[] = []
    for (const { kept, goOn } of uploads) {
      goOn()
      answers.push(await kept)
    }
    expect(answers.filter((answer) => answer === 'full').length).toBeGreaterThanOrEqual(4)
    expect((await onDisk()).bytes).toBeLessThanOrEqual(2 * BYTES_MAX)
  })

  it('are so many at most, also when they came at once', async () => {
    const uploads = Array.from({ length: 130 }, () => slowUpload(2))
    await Promise.all(uploads.map(({ begun }) => begun))
    for (const { goOn } of uploads) goOn()
    const answers = await Promise.all(uploads.map(({ kept }) => kept))
    expect(answers.filter((answer) => answer === 'full')).toHaveLength(30)
    expect(await onDisk()).toMatchObject({ files: 100 })
  })

  it('have their room again when an upload breaks off', async () => {
    async function* broken() {
      yield new Uint8Array(BYTES_MAX)
      throw new Error('gone')
    }
    for (let n = 0; n < 3; n++) await expect(contents.keep(about, broken())).rejects.toThrow('gone')
    const first = slowUpload(BYTES_MAX)
    const second = slowUpload(BYTES_MAX)
    await Promise.all([first.begun, second.begun])
    first.goOn()
    expect(await first.kept).toMatchObject({ bytes: BYTES_MAX })
    second.goOn()
    expect(await second.kept).toMatchObject({ bytes: BYTES_MAX })
  })
})
