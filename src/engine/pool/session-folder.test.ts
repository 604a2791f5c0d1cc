/** What a hostile process leaves in its folder is removed, and nothing of it is followed. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SessionFolder } from '../wall/wall.ts'
import { claimFile, makeSessionFolder, removeSessionFolder } from './session-folder.ts'

let root: string
let outside: string
let session: SessionFolder
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reprise-folder-'))
  outside = join(root, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'kept'), 'kept')
  session = makeSessionFolder(join(root, 'session-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function removed(): Promise<void> {
  await removeSessionFolder(session.path)
  expect(await readdir(root)).toEqual(['outside'])
  expect(await readFile(join(outside, 'kept'), 'utf8')).toBe('kept')
}

describe('a session folder is removed', () => {
  test('when it is empty, and a second time', async () => {
    await removed()
    await removed()
  })

  test('with links to files and folders outside, which stay', async () => {
    await symlink(outside, join(session.out, 'folder'))
    await symlink(join(outside, 'kept'), join(session.out, 'file'))
    await link(join(outside, 'kept'), join(session.out, 'second name'))
    await removed()
  })

  test('with folders that nobody may enter, one in the other', async () => {
    await mkdir(join(session.out, 'a', 'b'), { recursive: true })
    await writeFile(join(session.out, 'a', 'b', 'file'), 'x')
    for (const folder of ['a/b', 'a', '']) await chmod(join(session.out, folder), 0)
    await removed()
  })

  test('with names that are no texts, and pipes', async ({ skip }) => {
    skip(process.platform !== 'linux', 'other systems refuse such names')
    const name = Buffer.concat([Buffer.from(`${session.out}/`), Buffer.from([0xff, 0xfe])])
    await mkdir(name)
    await writeFile(Buffer.concat([name, Buffer.from('/\xff', 'latin1')]), 'x')
    spawnSync('mkfifo', [join(session.out, 'pipe')])
    await removed()
  })

  test('with folders in folders, deeper than any path may be long', async () => {
    const deep = `for i in $(seq 300); do mkdir ${'d'.repeat(40)} && cd ${'d'.repeat(40)}; done; touch bottom`
    spawnSync('/bin/sh', ['-c', deep], { cwd: session.out })
    await removed()
  })
})

describe('a file of a process is claimed', () => {
  const made = () => join(session.out, 'made')

  test('if it is a plain one, whatever its rights, with its size', async () => {
    await writeFile(made(), '12345')
    await chmod(made(), 0)
    expect(await claimFile(made())).toBe(5)
  })

  test.each<[string, () => unknown]>([
    ['a link', () => symlink(join(outside, 'kept'), made())],
    ['a second name of another file', () => link(join(outside, 'kept'), made())],
    ['a folder', () => mkdir(made())],
    ['a pipe', () => spawnSync('mkfifo', [made()])],
  ])('but not %s', async (_what, leave) => {
    await leave()
    expect(existsSync(made())).toBe(true)
    await expect(claimFile(made())).rejects.toThrow('no file')
  })
})
