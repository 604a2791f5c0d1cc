import { execFile } from 'node:child_process'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ZipArchive } from './zip-archive.ts'
import { textPart, type ZipPart, zipped } from './zip-writer.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-zip-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function written(parts: readonly ZipPart[]): Promise<string> {
  const path = join(folder, 'a.zip')
  await writeFile(path, zipped(parts))
  return path
}

const PARTS = [textPart('manifest.json', '{"a":1}'), textPart('data/ä€😀.txt', 'ä€😀'), textPart('empty', '')]

describe('a zip archive', () => {
  it('is read back by our reader, part by part', async () => {
    const file = await open(await written(PARTS))
    const archive = await ZipArchive.open(file)
    for (const { name, bytes } of PARTS) {
      const pieces: Buffer[] = []
      for await (const piece of archive.read(name, 100)) pieces.push(piece)
      expect([name, Buffer.concat(pieces).length]).toEqual([name, bytes])
    }
    await file.close()
  })

  it('is sound for a reader that is not ours', async () => {
    const path = await written(PARTS)
    const script =
      'import sys,zipfile,json\n' +
      'z=zipfile.ZipFile(sys.argv[1])\n' +
      'print(json.dumps([z.testzip(),[[i.filename,z.read(i).decode()] for i in z.infolist()]]))'
    const { stdout } = await promisify(execFile)('python3', ['-c', script, path])
    expect(JSON.parse(stdout)).toEqual([
      null,
      [
        ['manifest.json', '{"a":1}'],
        ['data/ä€😀.txt', 'ä€😀'],
        ['empty', ''],
      ],
    ])
  })

  it('has the same bytes whenever it is made', async () => {
    const bytes = () => buffer(zipped(PARTS))
    expect((await bytes()).equals(await bytes())).toBe(true)
  })

  it('is not made of parts that have other bytes than they promised', async () => {
    const part = { name: 'a', bytes: 3, crc: crc32('ab'), content: () => [Buffer.from('ab')] }
    await expect(written([part])).rejects.toThrow("'a' has 2 bytes, not 3")
  })

  it('tells sizes and places beyond four gigabytes in wide fields', async () => {
    // The bytes themselves are not there: only the directory is looked at.
    const bytes = 5 * 1024 ** 3
    const pieces: Uint8Array[] = []
    const big = { name: 'big', bytes, crc: 0, content: () => hollow(bytes) }
    for await (const piece of zipped([big, textPart('after', 'x')])) {
      if (piece.length < HOLLOW_BYTES) pieces.push(piece)
    }
    const [header, , , directory, end] = pieces.map((piece) => Buffer.from(piece))
    expect(header!.readBigUInt64LE(30 + 3 + 4)).toBe(BigInt(bytes))
    const headerBytes = header!.length
    const second = 46 + 3 + 4 + 16
    expect(directory!.readUInt32LE(second + 42)).toBe(0xffffffff)
    expect(directory!.readBigUInt64LE(second + 46 + 'after'.length + 4)).toBe(BigInt(headerBytes + bytes))
    expect(end!.readUInt32LE(0)).toBe(0x06064b50)
  })
})

const HOLLOW_BYTES = 512 * 1024 ** 2

function* hollow(bytes: number): Generator<Uint8Array> {
  const piece = new Uint8Array(HOLLOW_BYTES)
  for (let done = 0; done < bytes; done += HOLLOW_BYTES) yield piece
}
