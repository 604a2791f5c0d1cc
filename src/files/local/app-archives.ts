/** Exported apps as zip archives in temporary contents of this machine. */
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { ZipArchive, ZipError } from '../../archive/zip-archive.ts'
import { textPart, type ZipPart, zipped } from '../../archive/zip-writer.ts'
import {
  type AppArchives,
  type ArchiveFault,
  MANIFEST_MAX_BYTES,
  type OpenedArchive,
  TASKS_MAX_BYTES,
} from '../../catalog/app-archive.ts'
import type { DataPart } from '../../catalog/data-transfers.ts'
import type { TempContent } from '../../catalog/temp-contents.ts'
import { defined } from '../../core/defined.ts'

const MANIFEST = 'manifest.json'
const SCRIPT = 'script.qvs'
const DATA_FOLDER = 'data'
const TASK_DOCUMENTS = 'tasks.json'

/** @param pathOf where a content lies */
export function localAppArchives(pathOf: (content: TempContent) => string): AppArchives {
  return {
    async *pack({ manifest, script, tasks }, data) {
      const parts = Object.entries({ [MANIFEST]: manifest, [SCRIPT]: script, [TASK_DOCUMENTS]: tasks })
      const texts = parts.flatMap(([name, text]) => (text === undefined ? [] : [textPart(name, text)]))
      const files: ZipPart[] = []
      for (const part of data) files.push(await filePart(part))
      yield* zipped([...texts, ...files])
    },
    async open(content, scriptMax): Promise<OpenedArchive | ArchiveFault> {
      const file = await open(pathOf(content), 'r')
      try {
        const archive = await ZipArchive.open(file)
        const manifest = await textOf(archive, MANIFEST, MANIFEST_MAX_BYTES)
        const script = archive.has(SCRIPT) ? await textOf(archive, SCRIPT, scriptMax) : undefined
        const tasks = archive.has(TASK_DOCUMENTS)
          ? await textOf(archive, TASK_DOCUMENTS, TASKS_MAX_BYTES)
          : undefined
        return { manifest, ...defined({ script, tasks }) }
      } catch (error) {
        if (error instanceof ZipError) return { fault: error.message }
        throw error
      } finally {
        await file.close()
      }
    },
  }
}

/** Read twice: its checksum stands before it. */
async function filePart({ name, bytes, read }: DataPart): Promise<ZipPart> {
  let crc = 0
  for await (const piece of read()) crc = crc32(piece, crc)
  return { name: `${DATA_FOLDER}/${name}`, bytes, crc, content: read }
}

/** @throws ZipError for a part that is missing, damaged, too large or not UTF-8 */
async function textOf(archive: ZipArchive, name: string, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of archive.read(name, maxBytes)) pieces.push(piece)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces))
  } catch {
    throw new ZipError(`its part '${name}' is not UTF-8`)
  }
}
