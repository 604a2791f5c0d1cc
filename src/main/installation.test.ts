import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tokenHash } from '../api/http/authenticate.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { readConfig } from './config.ts'
import { derivedKey, ensureTenant, prepareFolders, secretKey } from './installation.ts'
import { realWorld } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-installation-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const world = realWorld({ info() {}, warn() {}, error() {} })

describe('secretKey', () => {
  it('is made once, kept, and readable by its owner only', async () => {
    const first = await secretKey(folder)
    expect(first).toHaveLength(32)
    expect(Buffer.from(await secretKey(folder))).toEqual(Buffer.from(first))
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600)
  })

  it('is the configured one where there is one, and no file is made', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'))
    const { secretKey: configured } = readConfig(
      {},
      { REPRISE_SECRET_KEY: 'a-secret-key-of-the-operator-of-40-chars' },
    )
    const key = await secretKey(empty, configured)
    expect(key).toHaveLength(32)
    expect(await secretKey(empty, `${configured}x`)).not.toEqual(key)
    expect(existsSync(join(empty, 'secret.key'))).toBe(false)
    expect(() => readConfig({}, { REPRISE_SECRET_KEY: 'short' })).toThrow(
      'REPRISE_SECRET_KEY: a secret key needs',
    )
  })

  it('refuses a damaged file instead of making another key', async () => {
    const damaged = mkdtempSync(join(folder, 'damaged-'))
    writeFileSync(join(damaged, 'secret.key'), 'short')
    await expect(secretKey(damaged)).rejects.toThrow('is damaged')
  })

  it('gives different keys for different purposes', async () => {
    const key = await secretKey(folder)
    expect(derivedKey(key, 'a')).not.toEqual(derivedKey(key, 'b'))
    expect(derivedKey(key, 'a')).toEqual(derivedKey(key, 'a'))
  })
})

describe('prepareFolders', () => {
  it('makes the folders, for their owner only, and may be repeated', async () => {
    const dataDir = join(folder, 'data')
    await prepareFolders(dataDir)
    const { apps, files } = await prepareFolders(dataDir)
    for (const path of [dataDir, apps, files]) expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  it('makes folders on the way, and fails where none can be made', async () => {
    const dataDir = join(folder, 'on', 'the', 'way')
    await prepareFolders(dataDir)
    expect(statSync(dataDir).isDirectory()).toBe(true)
    writeFileSync(join(folder, 'file'), '')
    await expect(prepareFolders(join(folder, 'file'))).rejects.toThrow('EEXIST')
    await expect(prepareFolders(join(folder, 'file', 'below'))).rejects.toThrow('ENOTDIR')
  })

  it('does not hang where a folder can hold no other', async (context) => {
    if (!existsSync('/proc/self')) context.skip('there is no /proc here')
    await expect(prepareFolders('/proc/reprise')).rejects.toThrow('ENOENT')
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
    expect(await hostsAfterStartAt('')).toEqual([[]])
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
