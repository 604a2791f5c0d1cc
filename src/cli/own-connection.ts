/** The connection of commands that run without a service: a folder as lib://DataFiles. */
import { machineFolders } from '../core/machine-path.ts'
import type { FileConnection } from '../engine/engine-session.ts'
import { ConfigError } from '../main/config.ts'
import { SETTINGS } from '../main/settings-table.ts'

const OWN_CONNECTION = 'DataFiles'

/** @throws ConfigError for a table of folders that cannot be read */
export function ownConnection(root: string): FileConnection {
  const { variable } = SETTINGS.machineFolders
  try {
    const folders = machineFolders(process.env[variable] ?? '')
    return {
      name: OWN_CONNECTION,
      root,
      writable: true,
      stands: folders.filter(({ connection }) => connection === OWN_CONNECTION),
    }
  } catch (error) {
    throw new ConfigError(`${variable}: ${(error as Error).message}`)
  }
}
