/**
 * Paths of a Windows machine in old scripts, such as `C:\Data\x.qvd` or `\\server\share\x.qvd`: the operator
 * says which places of connections stand for their folders, and what is not said leads nowhere.
 */

/** A folder of a machine, and the place that stands for it. */
export interface MachineFolder {
  /** With `/` between its names. */
  readonly folder: string
  readonly connection: string
  /** Below the connection's folder; '' is the folder itself. */
  readonly below: string
}

/** Begins with a drive or with a server. */
export const isMachinePath = (given: string): boolean => /^\s*(?:[A-Za-z]:[\\/]|\\\\[^\\/])/.test(given)

/**
 * `C:\Data=lib://DataFiles/data;\\server\share=lib://Sales:DataFiles`
 * @throws Error whose message names the entry and says what one looks like
 */
export function machineFolders(text: string): MachineFolder[] {
  const entries = text.split(';').filter((entry) => entry.trim() !== '')
  const folders = entries.map((entry) => {
    const [, folder = '', connection = '', below = ''] =
      /^([^=]+)=\s*lib:\/\/([^/\\]+)(.*)$/i.exec(entry.trim()) ?? []
    if (!isMachinePath(folder) || connection.trim() === '') {
      throw new Error(
        `"${entry.trim()}" is not like C:\\Data=lib://DataFiles/data or \\\\server\\share=lib://DataFiles`,
      )
    }
    return {
      folder: namesIn(folder).join('/'),
      connection: connection.trim(),
      below: namesIn(below).join('/'),
    }
  })
  const names = folders.map(({ folder }) => folder.toLowerCase())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`"${twice}" is there twice`)
  return folders
}

/**
 * The place that a path means: that of the innermost folder which holds it, whatever the case of its letters.
 * Undefined: of none.
 */
export function placeOnMachine<Folder extends Pick<MachineFolder, 'folder' | 'below'>>(
  given: string,
  folders: readonly Folder[],
): { readonly in: Folder; readonly relative: string } | undefined {
  const names = namesIn(given)
  let best: { in: Folder; length: number } | undefined
  for (const each of folders) {
    const { length } = namesIn(each.folder)
    const holds = names.slice(0, length).join('/').toLowerCase() === each.folder.toLowerCase()
    if (holds && length > (best?.length ?? 0)) best = { in: each, length }
  }
  if (best === undefined) return undefined
  const rest = names.slice(best.length)
  return { in: best.in, relative: [best.in.below, ...rest].filter((name) => name !== '').join('/') }
}

/** Names of a path, a server with its marks; `..` takes away the name before, but no drive. */
function namesIn(path: string): string[] {
  const text = path.trim().replaceAll('\\', '/')
  const mark = text.startsWith('//') ? '//' : ''
  const names: string[] = []
  for (const name of text.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') names.push(names.length === 0 ? mark + name : name)
    else if (names.length > 1) names.pop()
  }
  return names
}
