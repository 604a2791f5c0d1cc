/**
 * What a checker asks of the world, if there is one: it yields a request and is resumed with the answer, as
 * the interpreter is, so that checking stays pure. Without a world every answer is that nothing is known.
 */
import type { Fault } from '../fault/fault.ts'
import type { FileSource } from '../plan/source-plan.ts'
import type { Settings } from '../value/settings.ts'

export type CheckRequest =
  /** The text of a script file, and its name for people; null: there is none. */
  | {
      readonly kind: 'include'
      readonly path: string
      readonly directory: string
      /** A fault, and not null, says that there is none. */
      readonly must: boolean
    }
  /** The fields of a file. */
  | {
      readonly kind: 'fields'
      readonly source: FileSource
      readonly settings: Settings
      readonly directory: string
    }
  /** Is there a connection behind the path, and does it take a file there? */
  | {
      readonly kind: 'place'
      readonly path: string
      readonly directory: string
      readonly use: 'reading' | 'writing'
    }

interface Results {
  include: { readonly text: string; readonly file: string } | null
  fields: readonly string[]
  place: undefined
}

export type CheckAnswer =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** A computation that may put requests to the host. */
export type Checking<Result> = Generator<CheckRequest, Result, CheckAnswer>

export type Asked<Kind extends keyof Results> =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'done'; readonly result: Results[Kind] }
  | { readonly kind: 'fault'; readonly fault: Fault }

export function* askHost<Request extends CheckRequest>(request: Request): Checking<Asked<Request['kind']>> {
  return (yield request) as Asked<Request['kind']>
}
