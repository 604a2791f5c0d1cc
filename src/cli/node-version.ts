/**
 * Which versions of Node run this program. The lowest one is the floor of `engines` in package.json, and a
 * test holds the two together.
 */
export const NODE_FLOOR = '22.18'

/**
 * What is wrong with a version of Node, `24.1.0` for example, with the remedy; undefined when it is new
 * enough.
 */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorFloor = 0, minorFloor = 0] = NODE_FLOOR.split('.').map(Number)
  if (major > majorFloor || (major === majorFloor && minor >= minorFloor)) return undefined
  return `needs Node.js ${NODE_FLOOR} or later, and this is ${version}. Install a current version from https://nodejs.org`
}
