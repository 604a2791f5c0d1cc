import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tokenHash } from '../sign-in/token-hash.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { readConfig } from './config.ts'
import { checkOf, derivedKey, ensureTenant, secretKey } from './installation.ts'
import { realWorld } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-installation-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const world = realWorld({ info() {}, warn() {}, error() {} })

const NEW = { isNew: true, keyCheck: undefined }
const REFUSES = { acceptLoss: false }

describe('secretKey', () => {
  it('is made once, kept, and readable by its owner only', async () => {
    const first = await secretKey(folder, undefined, NEW, REFUSES, 0)
    expect(first).toHaveLength(32)
    const known = { isNew: false, keyCheck: checkOf(first) }
    expect(Buffer.from(await secretKey(folder, undefined, known, REFUSES, 0))).toEqual(Buffer.from(first))
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600)
  })

  it('is the configured one where there is one, no file is made, and another one is refused', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'))
    const { secretKey: configured } = readConfig(
      {},
      { REPRISE_SECRET_KEY: 'a-secret-key-of-the-operator-of-40-chars' },
    )
    const key = await secretKey(empty, configured, NEW, REFUSES, 0)
    expect(key).toHaveLength(32)
    const known = { isNew: false, keyCheck: checkOf(key) }
    await expect(secretKey(empty, `${configured}x`, known, REFUSES, 0)).rejects.toThrow(
      'REPRISE_SECRET_KEY is not the key of this installation. ',
    )
    expect(await secretKey(empty, `${configured}x`, known, { acceptLoss: true }, 0)).not.toEqual(key)
    expect(existsSync(join(empty, 'secret.key'))).toBe(false)
    expect(() => readConfig({}, { REPRISE_SECRET_KEY: 'short' })).toThrow(
      'REPRISE_SECRET_KEY: a secret key needs',
    )
  })

  it('refuses one that is gone, damaged or another, and makes a new one only when the loss is accepted', async () => {
    const data = mkdtempSync(join(folder, 'damaged-'))
    const path = join(data, 'secret.key')
    const known = { isNew: false, keyCheck: checkOf(await secretKey(data, undefined, NEW, REFUSES, 0)) }
    const asked = (accepted = REFUSES) => secretKey(data, undefined, known, accepted, 0)
    writeFileSync(path, 'short')
    await expect(asked()).rejects.toThrow('is damaged: 5 bytes instead of 32')
    writeFileSync(path, Buffer.alloc(32))
    await expect(asked()).rejects.toThrow('is not the key of this installation')
    rmSync(path)
    await expect(asked()).rejects.toThrow('is missing')
    writeFileSync(path, 'short')
    expect(checkOf(await asked({ acceptLoss: true }))).not.toBe(known.keyCheck)
    expect(readFileSync(join(data, '.set-aside/1970-01-01T00-00-00.000Z/secret.key'), 'utf8')).toBe('short')
  })

  it('gives different keys for different purposes', async () => {
    const key = await secretKey(folder, undefined, NEW, REFUSES, 0)
    expect(derivedKey(key, 'a')).not.toEqual(derivedKey(key, 'b'))
    expect(derivedKey(key, 'a')).toEqual(derivedKey(key, 'a'))
  })
})

describe('ensureTenant', () => {
  it('makes a tenant, an admin and a key on the first start, and nothing on the next', async () => {
    const store = new MemoryStore()
    const { madeKey } = await ensureTenant(
      store,
      world,
      readConfig({ publicUrl: 'https://reload.example.com' }, {}),
    )
    expect((await store.keyByHash(tokenHash(madeKey!)))?.user.roles).toContain('TenantAdmin')
    expect(await store.tenants()).toMatchObject([{ name: 'default', hostnames: ['reload.example.com'] }])
    expect(await ensureTenant(store, world, readConfig({}, {}))).toEqual({})
    expect(await store.tenants()).toHaveLength(1)
  })

  it('lets the host name of events follow a public address that was changed', async () => {
    const store = new MemoryStore()
    const hostsAfterStartAt = async (publicUrl: string) => {
      await ensureTenant(store, world, readConfig({ publicUrl }, {}))
      return (await store.tenants()).map(({ hostnames }) => hostnames)
    }
    expect(await hostsAfterStartAt('https://old.example.com')).toEqual([['old.example.com']])
    expect(await hostsAfterStartAt('https://new.example.com:8443')).toEqual([['new.example.com']])
    expect(await hostsAfterStartAt('')).toEqual([['new.example.com']])
  })

  it('opens the door to a configured key, also one that is configured later, without repeating itself', async () => {
    const store = new MemoryStore()
    const first = readConfig({ adminKey: 'the-first-admin-key' }, {})
    const later = readConfig({ adminKey: 'another-admin-key-later' }, {})
    expect(await ensureTenant(store, world, first)).toEqual({})
    await ensureTenant(store, world, later)
    await ensureTenant(store, world, later)
    for (const { adminKey } of [first, later]) {
      expect((await store.keyByHash(tokenHash(adminKey!)))?.user.name).toBe('admin')
    }
    const [tenant] = await store.tenants()
    expect(await everyRow(store, 'keys', { tenantId: tenant!.id })).toHaveLength(2)
  })
})
