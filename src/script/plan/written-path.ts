/**
 * What the path of a file says, before anybody looks where it leads: `lib://<connection>/<path>`, or a path
 * relative to the folder that DIRECTORY set (LANGUAGE, section 7).
 */
import { isMachinePath } from '../../core/machine-path.ts'
import { faults } from '../fault/fault.ts'

export interface WrittenPath {
  /** Undefined: relative to DIRECTORY. */
  readonly connection: string | undefined
  /** Behind the connection or that folder, "/" between segments, as written. */
  readonly rest: string
}

const LIB = 'lib://'

/** In scripts that put a path with its brackets into a text: '[lib://a/b.qvd]'. */
const IN_BRACKETS = /^\[(lib:[^\]]*)\]$/i

/** @throws ScriptFaultError for what is no path of a connection */
export function writtenPath(given: string): WrittenPath {
  if (isMachinePath(given)) throw pathOfMachine(given)
  const text = given.trim().replaceAll('\\', '/').replace(IN_BRACKETS, '$1')
  if (text.includes('\0')) throw faults.pathInvalid('The path holds a NUL character')
  if (text.slice(0, LIB.length).toLowerCase() === LIB) {
    const rest = text.slice(LIB.length)
    const slash = rest.indexOf('/')
    return slash < 0
      ? { connection: rest, rest: '' }
      : { connection: rest.slice(0, slash), rest: rest.slice(slash + 1) }
  }
  if (text.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) {
    throw faults.pathInvalid(`Cannot use path '${given}': write lib://<connection>/<path>`)
  }
  return { connection: undefined, rest: text }
}

/** The fault of a path of a machine that no place of a connection stands for. */
export const pathOfMachine = (given: string) =>
  faults.pathInvalid(
    `Cannot use path '${given}': write lib://<connection>/<path>, or ask the operator for a place that stands for its folder`,
  )

/** The fault of a relative path where no DIRECTORY is set. */
export const noDirectory = (given: string) =>
  faults.pathInvalid(`Cannot use path '${given}': write lib://<connection>/<path>, or set DIRECTORY`)

/**
 * The path below the folder of its connection, without empty segments, `.` and `..`.
 * @throws ScriptFaultError for one that leads out of that folder
 */
export function pathBelow(connection: string, relative: string, given: string): string {
  const segments: string[] = []
  for (const segment of relative.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) throw pathOutside(connection, given)
  }
  return segments.join('/')
}

export const pathOutside = (connection: string, given: string) =>
  faults.pathOutside(`Path '${given}' is outside the folder of connection '${connection}'`)
