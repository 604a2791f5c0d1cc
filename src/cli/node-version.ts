/**
 * The versions of Node that run this program. A test holds the lowest one equal to `engines` in package.json.
 */
export const NODE_FLOOR = '22.20'

/**
 * Returns what is wrong with a version of Node, such as `24.1.0`, and the remedy; undefined if it is new
 * enough.
 */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorFloor = 0, minorFloor = 0] = NODE_FLOOR.split('.').map(Number)
  if (major > majorFloor || (major === majorFloor && minor >= minorFloor)) return undefined
  return `needs Node.js ${NODE_FLOOR} or later, and this is ${version}. Install a current version from https://nodejs.org`
}
