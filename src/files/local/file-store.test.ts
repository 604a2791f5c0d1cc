import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileStore, Place } from '../../catalog/file-contents.ts'
import type { SpaceId, TenantId, UserId } from '../../core/ids.ts'
import { FileTooLargeError, openFileStore, UnsafePathError } from './file-store.ts'

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)), uniform: () => 0.5 }
const tenantId = 'kR3vYw8nQbT1sZx0LmPdFh5uGe7cJa2i' as TenantId
const personal: Place = { tenantId, place: { ownerId: '64f0a1b2c3d4e5f601234567' as UserId } }
const space: Place = { tenantId, place: { spaceId: '65aa00112233445566778899' as SpaceId } }

let base: string
let root: string
let files: FileStore

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'reprise-files-'))
  root = join(base, 'files')
  files = await openFileStore(root, random)
})

afterEach(() => rm(base, { recursive: true, force: true }))

const spoolText = (text: string) => files.spool(Readable.from([Buffer.from(text)]), 1_000_000)
const textAt = async (place: Place, name: string) => readFile(join(await files.folderOf(place), name), 'utf8')
const spools = () => readdir(join(root, '.spool'))

describe('file store', () => {
  it('puts spooled content under the place of its tenant, with folders', async () => {
    await files.put(await spoolText('a,b\n1,2\n'), personal, 'in/2026/sales.csv')
    expect(await textAt(personal, 'in/2026/sales.csv')).toBe('a,b\n1,2\n')
    expect(await files.folderOf(personal)).toBe(join(root, tenantId, 'personal', '64f0a1b2c3d4e5f601234567'))
    expect(await files.folderOf(space)).toBe(join(root, tenantId, 'spaces', '65aa00112233445566778899'))
    expect(await files.sizeOf(personal, 'in/2026/sales.csv')).toBe(8)
    expect(await files.sizeOf(space, 'in/2026/sales.csv')).toBeUndefined()
    expect(await spools()).toEqual([])
  })

  it('stops at the size bound and leaves nothing', async () => {
    let read = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          read += 1000
          yield Buffer.alloc(1000)
        }
      })(),
    )
    await expect(files.spool(endless, 10_000)).rejects.toBeInstanceOf(FileTooLargeError)
    expect(read).toBeLessThan(100_000)
    expect(await spools()).toEqual([])
  })

  it('takes content of exactly the bound', async () => {
    const spooled = await files.spool(Readable.from([Buffer.alloc(10_000)]), 10_000)
    expect(spooled.bytes).toBe(10_000)
    await files.discard(spooled)
    expect(await spools()).toEqual([])
  })

  it('leaves nothing when the upload is aborted', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half of')
        throw new Error('client went away')
      })(),
    )
    await expect(files.spool(broken, 10_000)).rejects.toThrow('client went away')
    expect(await spools()).toEqual([])
  })

  it('clears spools of a crash when it opens', async () => {
    await spoolText('left behind')
    expect(await spools()).toHaveLength(1)
    await openFileStore(root, random)
    expect(await spools()).toEqual([])
  })

  it('keeps the old content for a reader that has it open while it is replaced', async () => {
    await files.put(await spoolText('old content'), personal, 'a.csv')
    const reader = await open(join(await files.folderOf(personal), 'a.csv'))
    await files.put(await spoolText('new'), personal, 'a.csv')
    expect(await reader.readFile('utf8')).toBe('old content')
    await reader.close()
    expect(await textAt(personal, 'a.csv')).toBe('new')
  })

  it('never shows a part while uploads race for one name', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => String.fromCharCode(65 + i).repeat(50_000))
    await files.put(await spoolText(contents[0]!), personal, 'a.csv')
    const writing = Promise.all(
      contents.map(async (text) => files.put(await spoolText(text), personal, 'a.csv')),
    )
    let over = false
    writing.then(() => {
      over = true
    })
    while (!over) expect(contents).toContain(await textAt(personal, 'a.csv'))
    await writing
  })

  it.each([
    '../x.csv',
    'a/../../x.csv',
    '/etc/x.csv',
    'a//b.csv',
    './a.csv',
    'a\\..\\b.csv',
    'a\u0000.csv',
    '',
  ])('refuses the name %j', async (name) => {
    const spooled = await spoolText('x')
    await expect(files.put(spooled, personal, name)).rejects.toBeInstanceOf(UnsafePathError)
    await expect(files.remove(personal, name)).rejects.toBeInstanceOf(UnsafePathError)
    await expect(files.sizeOf(personal, name)).rejects.toBeInstanceOf(UnsafePathError)
  })

  it('refuses ids that are no ids', async () => {
    const place = { tenantId, place: { ownerId: '../../etc' as UserId } }
    await expect(files.folderOf(place)).rejects.toBeInstanceOf(UnsafePathError)
    await expect(files.folderOf({ ...personal, tenantId: '..' as TenantId })).rejects.toBeInstanceOf(
      UnsafePathError,
    )
  })

  it('does not follow a linked folder on the way', async () => {
    const outside = join(base, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret.csv'), 'secret')
    await symlink(outside, join(await files.folderOf(personal), 'link'))
    const spooled = await spoolText('attack')
    await expect(files.put(spooled, personal, 'link/secret.csv')).rejects.toBeInstanceOf(UnsafePathError)
    await expect(files.put(spooled, personal, 'link/deep/new.csv')).rejects.toBeInstanceOf(UnsafePathError)
    await expect(files.spoolCopy(personal, 'link/secret.csv')).rejects.toBeInstanceOf(UnsafePathError)
    await expect(files.remove(personal, 'link/secret.csv')).rejects.toBeInstanceOf(UnsafePathError)
    expect(await readFile(join(outside, 'secret.csv'), 'utf8')).toBe('secret')
    expect(await readdir(outside)).toEqual(['secret.csv'])
  })

  it('does not follow a linked file, and replaces or removes the link itself', async () => {
    const secret = join(base, 'secret.csv')
    await writeFile(secret, 'secret')
    const folder = await files.folderOf(personal)
    await symlink(secret, join(folder, 'a.csv'))
    await symlink(secret, join(folder, 'b.csv'))
    expect(await files.sizeOf(personal, 'a.csv')).toBeUndefined()
    await expect(files.spoolCopy(personal, 'a.csv')).rejects.toThrow()
    await files.put(await spoolText('mine'), personal, 'a.csv')
    await files.remove(personal, 'b.csv')
    expect(await textAt(personal, 'a.csv')).toBe('mine')
    expect(await readFile(secret, 'utf8')).toBe('secret')
  })

  it('removes a folder with its content but not what a link in it points at', async () => {
    const outside = join(base, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'kept.csv'), 'kept')
    await files.put(await spoolText('x'), personal, 'in/a.csv')
    await symlink(outside, join(await files.folderOf(personal), 'in', 'link'))
    await files.remove(personal, 'in/')
    expect(await readdir(await files.folderOf(personal))).toEqual([])
    expect(await readFile(join(outside, 'kept.csv'), 'utf8')).toBe('kept')
  })

  it('takes removing what is not there as done, and makes no folder for it', async () => {
    await files.remove(personal, 'none/such.csv')
    expect(await readdir(await files.folderOf(personal))).toEqual([])
  })

  it('moves a file and a folder, also between places', async () => {
    await files.put(await spoolText('x'), personal, 'in/a.csv')
    await files.move(personal, 'in/a.csv', personal, 'out/b.csv')
    expect(await textAt(personal, 'out/b.csv')).toBe('x')
    await files.move(personal, 'out/', space, 'deep/out/')
    expect(await textAt(space, 'deep/out/b.csv')).toBe('x')
    expect(await files.sizeOf(personal, 'out/b.csv')).toBeUndefined()
  })

  it('runs work on one place in order and on other places at the same time', async () => {
    const order: string[] = []
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const first = files.alone([personal], async () => {
      await gate
      order.push('first')
    })
    const second = files.alone([personal, space], async () => order.push('second'))
    await files.alone([{ ...personal, place: { ownerId: 'other' as UserId } }], async () =>
      order.push('elsewhere'),
    )
    const third = files.alone([space], async () => order.push('third'))
    open()
    await Promise.all([first, second, third])
    expect(order).toEqual(['elsewhere', 'first', 'second', 'third'])
  })

  it('goes on after work that failed', async () => {
    await expect(files.alone([personal], () => Promise.reject(new Error('broke')))).rejects.toThrow('broke')
    expect(await files.alone([personal], async () => 'done')).toBe('done')
  })
})

describe('Content taken over from a session', () => {
  const made = async (folder = base) => {
    const path = join(await mkdtemp(join(folder, 'session-')), '0')
    await writeFile(path, 'stored', { mode: 0o777 })
    return path
  }

  it('is gone from its path, and nobody else may read it', async () => {
    const path = await made()
    const spooled = await files.adopt(path)
    expect(spooled.bytes).toBe(6)
    expect(existsSync(path)).toBe(false)
    expect((await stat(join(root, '.spool', spooled.content))).mode & 0o777).toBe(0o600)
    await files.put(spooled, personal, 'a.csv')
    expect(await textAt(personal, 'a.csv')).toBe('stored')
    expect(await files.isSpooled(spooled.content)).toBe(false)
  })

  it('is copied from another file system', async (context) => {
    if (!existsSync('/dev/shm') || (await stat('/dev/shm')).dev === (await stat(base)).dev) {
      context.skip('there is no other file system to write to')
    }
    const path = await made('/dev/shm')
    try {
      const spooled = await files.adopt(path)
      expect(existsSync(path)).toBe(false)
      await files.put(spooled, personal, 'a.csv')
      expect(await textAt(personal, 'a.csv')).toBe('stored')
    } finally {
      await rm(dirname(path), { recursive: true, force: true })
    }
  })

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a symbolic link', (path) => rm(path).then(() => symlink('/etc/hostname', path))],
    ['a file with a second name', (path) => link(path, `${path}-again`)],
    ['a folder', (path) => rm(path).then(() => mkdir(path))],
    [
      'a FIFO, without waiting for a writer',
      async (path) => {
        await rm(path)
        spawnSync('mkfifo', [path])
      },
    ],
  ])('is never %s', async (_label, change) => {
    const path = await made()
    await change(path)
    await expect(files.adopt(path)).rejects.toThrow()
    expect(await spools()).toEqual([])
  })

  it('stays through a start when it is wanted still', async () => {
    const [kept, left] = [await files.adopt(await made()), await files.adopt(await made())]
    await openFileStore(root, random, { wanted: new Set([kept.content]) })
    expect(await files.isSpooled(kept.content)).toBe(true)
    expect(await files.isSpooled(left.content)).toBe(false)
  })

  it('is set aside, not deleted, when the database may be too old to want it', async () => {
    const left = await files.adopt(await made())
    const at = Date.UTC(2026, 10, 30)
    await openFileStore(root, random, { setAsideAt: at })
    expect(await files.isSpooled(left.content)).toBe(false)
    const aside = join(root, '.spool', '.set-aside', '2026-11-30T00-00-00.000Z', left.content)
    expect(await readFile(aside, 'utf8')).toBe('stored')
    await openFileStore(root, random)
    expect(existsSync(aside)).toBe(true)
  })

  it('has no path for an id', async () => {
    await expect(files.isSpooled('../../secret.key')).rejects.toBeInstanceOf(UnsafePathError)
  })
})
