/** The programs of the system that make the wall, by their absolute paths. */
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

export interface Programs {
  /** bubblewrap. */
  readonly bwrap: string
  /** Of util-linux: starts a program in the namespaces of another process. */
  readonly nsenter: string
}

export type FindProgram = (name: string) => Promise<string | undefined>

/** @returns the path of a program, or undefined if this machine does not have it */
export async function programPath(name: string): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin', '/bin', '/usr/sbin', '/sbin')
  for (const folder of folders) {
    if (!folder.startsWith('/')) continue
    const path = join(folder, name)
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return path
  }
  return undefined
}
