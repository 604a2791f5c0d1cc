/**
 * Hands the inputs of its work over to a session: what its script may read is shown to its process when the
 * work begins, and not before, since ready processes do not know yet whom they will serve. The wall decides
 * how (engine/wall/wall.ts); files that come from elsewhere than this machine's folders enter here too.
 */
import { isAbsolute, join, relative } from 'node:path'
import type { FileConnection } from '../engine-session.ts'
import { type Input, type SessionFolder, seenRoot, type Wall } from '../wall/wall.ts'

export interface Inputs {
  readonly connections: readonly FileConnection[]
  /** Path of the data that the run starts from. */
  readonly dataBefore?: string
}

/**
 * @param roots the folders that contain all connections, as given to the process at its start
 * @returns the inputs with the paths under which the process sees them
 * @throws Error as the wall does
 */
export async function handOver<Given extends Inputs>(
  wall: Wall,
  folder: SessionFolder,
  roots: readonly string[],
  given: Given,
): Promise<Given> {
  // Outer folders first: one that is shown later would hide what is shown below it.
  const connections = given.connections.toSorted((left, right) => left.root.length - right.root.length)
  const inputs = connections.map(
    ({ root }, index): Input => ({
      from: root,
      at: placeOf(root, roots) ?? join('connections', String(index)),
      kind: 'folder',
    }),
  )
  const { dataBefore } = given
  if (dataBefore !== undefined) {
    inputs.push({ from: dataBefore, at: 'before.duckdb', kind: 'file' })
  }
  const seen = await wall.handOver(folder, inputs)
  return {
    ...given,
    connections: connections.map((connection, index) => ({ ...connection, root: seen[index]! })),
    ...(dataBefore === undefined ? {} : { dataBefore: seen.at(-1)! }),
  }
}

/** A connection keeps its place below its root, so that links in it mean what they mean outside. */
function placeOf(folder: string, roots: readonly string[]): string | undefined {
  for (const [index, root] of roots.entries()) {
    const below = relative(root, folder)
    if (!isAbsolute(below) && below.split('/')[0] !== '..') return join(seenRoot(index), below)
  }
  return undefined
}
