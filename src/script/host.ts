/**
 * Room `script`: the seam of the language to its world. What all rooms of the
 * language share enters.
 *
 * What the interpreter asks of the world. The interpreter is a synchronous generator: it yields a request and
 * is resumed with the answer, so the language stays pure while data, files and time live with the host
 * (engine/child/).
 */
import type { Fault } from './fault/fault.ts'
import type {
  DerivedField,
  DeriveStatement,
  LoadStatement,
  NoteKind,
  RenamePair,
  Section,
  StoreStatement,
} from './syntax/statement.ts'
import type { Letters } from './value/letters.ts'
import type { Settings } from './value/settings.ts'
import type { Value } from './value/value.ts'

export type HostRequest =
  | {
      readonly kind: 'load'
      readonly statement: LoadStatement
      readonly settings: Settings
      readonly rules: StoreRules
      /** A bare name where no row is: AUTOGENERATE, FIRST, SAMPLE. */
      readonly variable: (name: string) => Value | undefined
    }
  | { readonly kind: 'store'; readonly statement: StoreStatement; readonly settings: Settings }
  | { readonly kind: 'drop-tables'; readonly tables: readonly string[] }
  | { readonly kind: 'drop-maps'; readonly maps: readonly string[] }
  | { readonly kind: 'drop-fields'; readonly fields: readonly string[]; readonly tables?: readonly string[] }
  | { readonly kind: 'rename-tables'; readonly pairs: readonly RenamePair[] }
  | { readonly kind: 'rename-fields'; readonly pairs: readonly RenamePair[] }
  /** Tables are loaded, found and changed in this section from now on. */
  | { readonly kind: 'section'; readonly section: Section }
  /** Integers take the place of the values of the fields; fields of one namespace share their numbers. */
  | { readonly kind: 'auto-number'; readonly patterns: readonly string[]; readonly namespace?: string }
  /** Names that no table or field has are passed over (SEMANTICS S9). */
  | {
      readonly kind: 'note'
      readonly note: NoteKind
      readonly of: 'table' | 'field'
      readonly entries: readonly NoteEntry[]
    }
  /** Calculated fields that are laid over fields of the model: kept, not computed. */
  | { readonly kind: 'derive'; readonly derived: DerivedFields }
  /** Fields whose names begin or end so get the tag $hidden; an empty text hides none. Asked at the end. */
  | { readonly kind: 'hide-fields'; readonly prefix: string; readonly suffix: string }
  /** All pairs of a mapping table, for statements with USING. */
  | { readonly kind: 'mapping-pairs'; readonly map: string }
  /**
   * A function outside a LOAD that looks at tables, fields, mapping tables or files (LOOKUPS in
   * run/evaluate-script.ts). `name` is in lower case; `args` are evaluated, names among them are texts.
   */
  | {
      readonly kind: 'lookup'
      readonly name: string
      readonly args: readonly Value[]
      readonly settings: Settings
    }
  /** Text of an included script file; if it must be there, a fault says that it is not. */
  | { readonly kind: 'include'; readonly path: string; readonly must: boolean }
  /** All values of a field in load order, for FOR EACH ... IN FieldValueList. */
  | { readonly kind: 'field-values'; readonly field: string }
  | { readonly kind: 'file-list'; readonly mask: string; readonly folders: boolean }
  /** The tables of another app. */
  | { readonly kind: 'binary'; readonly app: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'sleep'; readonly milliseconds: number }
  /**
   * A line of the script log. `line` is the script line; absent for results. `depth` counts enclosing calls
   * and blocks.
   */
  | { readonly kind: 'log'; readonly line?: number; readonly depth: number; readonly text: string }
  /** A line of the progress text. */
  | { readonly kind: 'progress'; readonly text: string }
  /** Before each statement: where the script is. */
  | {
      readonly kind: 'position'
      readonly statement: number
      readonly line: number
      /** The statement as the script has it, cut. */
      readonly text: string
    }

/** A switch for fields by name pattern. Of several that match, the last one counts (SEMANTICS S3). */
export interface FieldRule {
  readonly pattern: string
  readonly on: boolean
}

/** What happens to names and values of a LOAD as they are stored (LANGUAGE, section 6, steps 8 and 9). */
export interface StoreRules {
  readonly alias: readonly RenamePair[]
  readonly qualify: readonly FieldRule[]
  /** MAP and UNMAP: `map` is absent where mapping ends. */
  readonly maps: readonly { readonly pattern: string; readonly map?: string }[]
  readonly nullAsValue: readonly FieldRule[]
  /** What NULL becomes there: the variable NullValue. */
  readonly nullValue: Value
  /** Of names and values: what FORCE says, and upper case in SECTION ACCESS (S4, S10). */
  readonly letters: Letters
}

/** What DERIVE says, with the definition it uses. */
export interface DerivedFields extends Omit<DeriveStatement, 'kind'> {
  readonly tags: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
  readonly fields: readonly DerivedField[]
  readonly groups?: string
}

/** Tags, or one comment, of a table or field. */
export interface NoteEntry {
  readonly name: string
  readonly texts: readonly string[]
}

/** What a LOAD did. */
export interface LoadResult {
  /**
   * The table that got the rows: a new one, or the one it was appended or joined to; the name of the map for
   * MAPPING.
   */
  readonly table: string
  /** Fields of the loaded rows, in order. */
  readonly fields: readonly string[]
  /** Rows after filtering. */
  readonly rows: number
  /**
   * Short name of the source for the progress text: "INLINE", "AUTOGENERATE(26)", "sales.csv", "RESIDENT
   * Sales".
   */
  readonly source: string
  /** The highest value of the sequence field, for MERGE. */
  readonly sequence?: Value
  /** What was passed over. */
  readonly warnings?: readonly string[]
}

type Results = {
  load: LoadResult
  store: { readonly rows: number; readonly bytes: number }
  'mapping-pairs': readonly (readonly [Value, Value])[]
  lookup: Value
  include: string | undefined
  'field-values': readonly Value[]
  'file-list': readonly string[]
}

export type ResultOf<Kind extends HostRequest['kind']> = Kind extends keyof Results
  ? Results[Kind]
  : undefined

export type HostAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'fault'; readonly fault: Fault }

/**
 * A computation that may put requests to the host; `ask` in ask.ts yields one and returns its typed result.
 */
export type Asking<Result> = Generator<HostRequest, Result, HostAnswer>

/** How a run ended. */
export type ScriptEnd =
  | { readonly kind: 'completed' }
  | ({ readonly kind: 'failed'; readonly fault: Fault } & FaultPosition & {
        /** As it was when it failed: expanded. */
        readonly statement: string
      })

/** Where a fault is in the main script, from 1: of a fault in an included file, where that is included. */
export interface FaultPosition {
  readonly line: number
  /** In UTF-16 units; absent where only the statement is known. */
  readonly column?: number
}

export interface ScriptInput {
  readonly script: string
  readonly variables: Readonly<Record<string, string>>
  readonly partial: boolean
  readonly clock: ScriptClock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly system: ScriptSystem
}

export interface ScriptClock {
  /** Name of the engine's time zone: `Europe/Paris`. */
  readonly zone: string
  /** Now as days since 1899-12-30, local time of the engine's time zone. */
  now(): number
  /** The same in UTC. */
  utc(): number
  /** Start of this run, days since 1899-12-30, local time. */
  readonly reloadStart: number
  /** End of the app's last successful reload, full or partial, likewise; undefined before the first. */
  readonly lastReload: number | undefined
}

export interface ScriptSystem {
  readonly documentName: string
  readonly documentPath: string
  readonly documentTitle: string
  readonly computerName: string
  readonly osUser: string
  readonly engineVersion: string
  /**
   * A text that was read as Western European bytes, read by another code page; undefined for one that is not
   * known.
   */
  readonly recode: (text: string, codePage: number) => string | undefined
  /**
   * What is known of tenant, space and user, by the names of GetSysAttr and GetUserAttr: tenantId, spaceName
   * ...
   */
  readonly attributes: Readonly<Record<string, string>>
}
