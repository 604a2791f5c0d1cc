/**
 * Writes to a path that a user named, which may be anything. A file is made beside it and takes its place
 * when it is whole, with the mode and owner of the one that it replaces; a failure leaves that one as it
 * was. Links are followed. What is no regular file (a device, a pipe) is written into and stays what it is.
 * The input of a conversion is never its output.
 */
import { createReadStream, createWriteStream, type Stats } from 'node:fs'
import {
  access,
  chmod,
  chown,
  constants,
  lstat,
  mkdtemp,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Modes of a file without its kind. */
const MODE_BITS = 0o7777
/** As the system does. */
const LINKS_MAX = 40

/** The output cannot be written where it was asked for. The message names the path and why. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
}

/**
 * @param output path as the user named it
 * @param inputs files that are read meanwhile
 * @param make creates the file at the given path, where none is, and resolves when it is whole
 * @throws OutputError if the output is an input or a folder, or may not be written; the error of `make`
 */
export async function writeOutput<Result>(
  output: string,
  inputs: readonly string[],
  make: (file: string) => Promise<Result>,
): Promise<Result> {
  const found = await statsOf(output)
  if (found?.isDirectory()) throw new OutputError(`'${output}' is a folder: name a file`)
  for (const input of inputs) {
    if (found && sameFile(found, await statsOf(input))) {
      throw new OutputError(`'${output}' is the input '${input}': write to another file`)
    }
  }
  if (found) await checkWritable(output)
  const isFile = found === undefined || (found.isFile() && !isOfProcess(output))
  const target = found === undefined ? await linkedFrom(output) : isFile ? await realpath(output) : output
  const folder = await mkdtemp(path.join(isFile ? path.dirname(target) : tmpdir(), '.reprise-'))
  try {
    const made = path.join(folder, 'output')
    const result = await make(made)
    if (!isFile) await pipeline(createReadStream(made), createWriteStream(target, { flags: 'a' }))
    else {
      if (found) await takeOver(made, found)
      await rename(made, target)
    }
    return result
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Undefined: nothing is there, or a link to nothing. */
async function statsOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const sameFile = (a: Stats, b: Stats | undefined): boolean => a.dev === b?.dev && a.ino === b.ino

/** A file reached through a descriptor of a process, such as /dev/stdout, is that one and no other. */
const isOfProcess = (file: string): boolean => /^\/(dev|proc)\//.test(path.resolve(file))

async function checkWritable(file: string): Promise<void> {
  await access(file, constants.W_OK).catch(() => {
    throw new OutputError(`'${file}' is there and may not be written`)
  })
}

/** Where a link leads whose end is not there yet. */
async function linkedFrom(file: string): Promise<string> {
  let target = path.resolve(file)
  for (let links = 0; links < LINKS_MAX; links++) {
    const isLink = await lstat(target).then(
      (found) => found.isSymbolicLink(),
      () => false,
    )
    if (!isLink) return target
    target = path.resolve(path.dirname(target), await readlink(target))
  }
  throw new OutputError(`'${file}' is a link that leads in a circle`)
}

async function takeOver(made: string, { mode, uid, gid }: Stats): Promise<void> {
  const own = await stat(made)
  // Only some users may give files away; whoever cannot keeps the file.
  if (own.uid !== uid || own.gid !== gid) await chown(made, uid, gid).catch(() => undefined)
  await chmod(made, mode & MODE_BITS)
}
