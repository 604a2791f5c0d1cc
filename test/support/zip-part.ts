/** Parts of archives as their bytes, read by our reader. */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ZipArchive } from '../../src/archive/zip-archive.ts'

/** @returns the text of a part of at most 10 MB */
export async function partOf(archive: Uint8Array, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-part-'))
  try {
    await writeFile(join(folder, 'a.zip'), archive)
    const file = await open(join(folder, 'a.zip'))
    try {
      const pieces: Buffer[] = []
      for await (const piece of (await ZipArchive.open(file)).read(name, 10_000_000)) pieces.push(piece)
      return Buffer.concat(pieces).toString('utf8')
    } finally {
      await file.close()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
