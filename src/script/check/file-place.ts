/** Where the path of a file leads, as far as its text says. */
import { checkFileName } from '../../core/file-name.ts'
import { type Fault, faultOf, faults } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { noDirectory, pathBelow, writtenPath } from '../plan/written-path.ts'
import { type Knowledge, UNKNOWN } from './knowledge.ts'
import { GAP } from './known-value.ts'

/**
 * `lib://connection/path`; undefined: it is not known.
 * @throws ScriptFaultError for a path that leads nowhere
 */
export function filePlace(given: string, { simple }: Knowledge): string | undefined {
  if (given.trimStart().startsWith(GAP)) return undefined
  const { connection, rest } = writtenPath(given)
  const { directory } = simple
  if (connection !== undefined) {
    return connection.includes(GAP) ? undefined : `lib://${connection}/${pathBelow(connection, rest, given)}`
  }
  if (directory === UNKNOWN) return undefined
  if (directory === '') throw noDirectory(given)
  const base = writtenPath(directory)
  if (base.connection === undefined) return undefined
  const below = pathBelow(base.connection, `${base.rest}/${rest}`, given)
  return `lib://${base.connection}/${below}`
}

/** What STORE says of a place before it writes there. */
export function writingFault(place: string, given: string): Fault | undefined {
  const name = place.slice('lib://'.length).split('/').slice(1).join('/')
  if (name === '') return faults.pathInvalid(`Cannot write '${given}': the path names no file`).fault
  const refusal = name.includes(GAP) ? undefined : checkFileName(name)
  return refusal && faults.pathInvalid(`Cannot write '${given}': ${refusal.detail}`).fault
}

/** What a reload says of the path before it looks for a file. */
export function pathFault(given: string, knowledge: Knowledge, span?: Span): Fault | undefined {
  try {
    filePlace(given, knowledge)
    return undefined
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    return span === undefined ? fault : { ...fault, span }
  }
}
