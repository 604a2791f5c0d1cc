import { spawnSync } from 'node:child_process'
import { link, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Place } from '../../catalog/file-contents.ts'
import type { SpaceId, TenantId, UserId } from '../../core/ids.ts'
import { jsonLog } from '../../main/world.ts'
import { LocalPlaceFolders } from './place-folders.ts'

const tenantId = 'acme' as TenantId
const SPACE: Place = { tenantId, place: { spaceId: 's1' as SpaceId } }
const PERSONAL: Place = { tenantId, place: { ownerId: 'u1' as UserId } }

let root: string
let folders: LocalPlaceFolders
let told: (readonly [Place | undefined, string | undefined])[]
const at = (...parts: string[]) => join(root, tenantId, 'spaces', 's1', ...parts)

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'reprise-places-')))
  await mkdir(at('in', 'deep'), { recursive: true })
  await mkdir(join(root, tenantId, 'personal', 'u1'), { recursive: true })
  folders = new LocalPlaceFolders(root, jsonLog('silent'))
  told = []
  folders.changed = (place, name) => told.push([place, name])
})

afterEach(async () => {
  folders.close()
  await rm(root, { recursive: true, force: true })
})

const namesIn = async (place = SPACE) => (await folders.look(place)).files.map(({ name }) => name).sort()

describe('Folders of places', () => {
  it('are those of tenants, by kind', async () => {
    await mkdir(join(root, '.spool', 'spaces', 'x'), { recursive: true })
    await symlink(at(), join(root, tenantId, 'spaces', 'linked'))
    await writeFile(join(root, tenantId, 'spaces', 'file'), '')
    expect(await folders.places()).toEqual([PERSONAL, SPACE])
  })

  it('show regular files with size, time and a print that changes with them', async () => {
    await writeFile(at('in', 'a.csv'), 'abc')
    const { files } = await folders.look(SPACE)
    expect(files).toMatchObject([{ name: 'in/a.csv', bytes: 3, writtenAt: expect.any(Number) }])
    expect(await folders.at(SPACE, 'in/a.csv')).toEqual(files[0])
    // Of the same size, and put there by another name.
    await writeFile(at('new'), 'xyz')
    await rename(at('new'), at('in', 'a.csv'))
    expect(await folders.at(SPACE, 'in/a.csv')).not.toMatchObject({ print: files[0]!.print })
    // A second name of the same file is no change.
    const before = await folders.at(SPACE, 'in/a.csv')
    await link(at('in', 'a.csv'), join(root, 'backup'))
    expect(await folders.at(SPACE, 'in/a.csv')).toEqual(before)
  })

  it('follow no link, open no pipe, and leave alone what no data file can be called', async () => {
    const outside = join(root, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret.csv'), 'x')
    await symlink(outside, at('linked'))
    await symlink(join(outside, 'secret.csv'), at('link.csv'))
    expect(spawnSync('mkfifo', [at('pipe.csv')]).status).toBe(0)
    for (const name of ['plain.csv', 'no-extension', 'star*.csv', ' blank.csv', 'line\nbreak.csv']) {
      await writeFile(at(name), 'x')
    }
    await mkdir(at('dot.'))
    expect(await folders.look(SPACE)).toMatchObject({ files: [{ name: 'plain.csv' }], leftAlone: 5 })
    for (const name of [
      'link.csv',
      'linked/secret.csv',
      'pipe.csv',
      'star*.csv',
      '../u1',
      'a//b.csv',
      'none.csv',
    ]) {
      expect([name, await folders.at(SPACE, name)]).toEqual([name, undefined])
    }
    expect(await folders.at(SPACE, 'in')).toBe('folder')
  })

  it('are empty when they are not there, or a link leads to them', async () => {
    await rm(join(root, tenantId), { recursive: true })
    expect([await folders.places(), await namesIn()]).toEqual([[], []])
    await mkdir(join(root, tenantId, 'spaces'), { recursive: true })
    await mkdir(join(root, 'elsewhere'))
    await writeFile(join(root, 'elsewhere', 'a.csv'), '')
    await symlink(join(root, 'elsewhere'), at())
    expect([await folders.places(), await namesIn()]).toEqual([[], []])
  })
})

describe('Changes', () => {
  const isTold = (place: Place | undefined, name: string | undefined) =>
    expect.poll(() => told).toContainEqual([place, name])

  it('are told by name, in folders that were looked at', async () => {
    await folders.look(SPACE)
    await writeFile(at('in', 'deep', 'a.csv'), 'x')
    await isTold(SPACE, 'in/deep/a.csv')
    await writeFile(at('b.csv'), 'x')
    await isTold(SPACE, 'b.csv')
  })

  it('are told of a folder that took the place of another', async () => {
    await folders.look(SPACE)
    await rename(at('in'), at('old'))
    await mkdir(at('in'))
    await folders.look(SPACE)
    await writeFile(at('in', 'a.csv'), 'x')
    await isTold(SPACE, 'in/a.csv')
  })

  it('are told of new places', async () => {
    await folders.places()
    await mkdir(join(root, tenantId, 'spaces', 's2'))
    await isTold(undefined, undefined)
  })
})
