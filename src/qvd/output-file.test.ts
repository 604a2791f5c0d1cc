import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OutputError, writeOutput } from './output-file.ts'

let folder: string
const at = (name: string) => path.join(folder, name)
const write = (output: string, content = 'new', inputs: string[] = []) =>
  writeOutput(output, inputs, (made) => writeFile(made, content, { flag: 'wx' }))
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8)

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-output-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('writeOutput', () => {
  it('makes a file, and replaces one with its mode', async () => {
    await write(at('new.csv'))
    await writeFile(at('old.csv'), 'old')
    await chmod(at('old.csv'), 0o600)
    await write(at('old.csv'))
    expect(await readFile(at('new.csv'), 'utf8')).toBe('new')
    expect(await readFile(at('old.csv'), 'utf8')).toBe('new')
    expect(await modeOf(at('old.csv'))).toBe('600')
    expect((await readdir(folder)).sort()).toEqual(['new.csv', 'old.csv'])
  })

  it('leaves the old file and nothing else when the making fails', async () => {
    await writeFile(at('old.csv'), 'old')
    const failing = writeOutput(at('old.csv'), [], async (made) => {
      await writeFile(made, 'half')
      throw new Error('the disk is full')
    })
    await expect(failing).rejects.toThrow('the disk is full')
    expect(await readFile(at('old.csv'), 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['old.csv'])
  })

  it('follows links, also one that leads to no file yet', async () => {
    await mkdir(at('far'))
    await writeFile(at('far/real.csv'), 'old')
    await symlink('far/real.csv', at('link.csv'))
    await symlink('link.csv', at('links.csv'))
    await symlink('far/later.csv', at('dangling.csv'))
    await write(at('links.csv'))
    await write(at('dangling.csv'))
    expect(await readlink(at('links.csv'))).toBe('link.csv')
    expect(await readlink(at('dangling.csv'))).toBe('far/later.csv')
    expect(await readFile(at('far/real.csv'), 'utf8')).toBe('new')
    expect(await readFile(at('far/later.csv'), 'utf8')).toBe('new')
  })

  it('refuses links that lead in a circle', async () => {
    await symlink('b', at('a'))
    await symlink('a', at('b'))
    await expect(write(at('a'))).rejects.toThrow(/circle|ELOOP/)
  })

  it.each(['input.qvd', 'link.qvd', 'hard.qvd', './../'])(
    'refuses the input under the name %s',
    async (name) => {
      await writeFile(at('input.qvd'), 'rows')
      await symlink('input.qvd', at('link.qvd'))
      await link(at('input.qvd'), at('hard.qvd'))
      const output = name === './../' ? path.join(folder, '..', path.basename(folder), 'input.qvd') : at(name)
      await expect(write(output, 'new', [at('input.qvd')])).rejects.toThrow(OutputError)
      expect(await readFile(at('input.qvd'), 'utf8')).toBe('rows')
    },
  )

  it('refuses a folder', async () => {
    await mkdir(at('folder'))
    await expect(write(at('folder'))).rejects.toThrow('is a folder')
  })

  it('writes into a pipe, which stays one', async () => {
    execFileSync('mkfifo', [at('pipe')])
    const reader = spawn('cat', [at('pipe')])
    let read = ''
    reader.stdout.on('data', (piece) => {
      read += piece
    })
    await Promise.all([write(at('pipe')), once(reader, 'close')])
    expect(read).toBe('new')
    expect((await lstat(at('pipe'))).isFIFO()).toBe(true)
    expect(await readdir(folder)).toEqual(['pipe'])
  })

  it('writes into the terminal or file that standard output is, and renames nothing there', async () => {
    const script = `import { writeOutput } from ${JSON.stringify(new URL('./output-file.ts', import.meta.url).href)}
      import { writeFile } from 'node:fs/promises'
      await writeOutput('/dev/stdout', [], (made) => writeFile(made, 'new'))`
    await writeFile(at('log'), 'before\n')
    const node = `"${process.execPath}" --input-type=module-typescript -e "$SCRIPT" >> "${at('log')}"`
    execFileSync('sh', ['-c', node], { env: { ...process.env, SCRIPT: script } })
    expect(await readFile(at('log'), 'utf8')).toBe('before\nnew')
  })
})
