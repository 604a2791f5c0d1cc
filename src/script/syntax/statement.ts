/**
 * Room `script/syntax`: the words of a script and the forms of its tree: splitting, tokens, statements,
 * expressions, all with their spans. What becomes a tree, and how, stands in `script/parse`.
 *
 * The statements of the language after expansion. Control flow is not here: it works on split statements.
 */
import type { Span } from '../fault/span.ts'
import type { Letters } from '../value/letters.ts'
import type { Expression } from './expression.ts'

/** A number of bytes or lines. */
export interface TextSize {
  readonly size: number
  readonly of: 'bytes' | 'lines'
}

/** What a format specification says: an item that is not written is absent. */
export interface FileFormat {
  /** Lower case as written (txt, qvd, parquet, ooxml ...); absent: to be guessed from the extension. */
  readonly type?: string
  /** Absent: embedded. */
  readonly labels?: 'embedded' | 'explicit' | 'none'
  /** One or more characters; absent: the default of the format. "spaces" is the text `spaces`. */
  readonly delimiter?: string
  /** Absent: the standard one. */
  readonly quoting?: 'msq' | 'none'
  /** utf8, ansi, oem, mac, unicode, or a code page as `cp1252`. */
  readonly encoding?: string
  /** What is skipped before labels and rows. */
  readonly header?: TextSize
  readonly comment?: string
  /** Of a fixed-width file; absent: one line. */
  readonly record?: TextSize
  /** The end-of-file character 0x1A is data and ends nothing. */
  readonly eof?: 'data'
  /** Tabs stand for blanks up to the next multiple of it. */
  readonly tabWidth?: number
  readonly table?: string
  readonly compression?: string
}

/** Said of a LOAD that reads nothing. */
export const NO_SOURCE =
  'This LOAD has no source: expected FROM, RESIDENT, INLINE, AUTOGENERATE or a LOAD below it'

/** `span` is that of the table, path or text; of the whole level where nothing is written. */
export type LoadSource = { readonly span: Span } /** The rows of the next level below. */ & (
  | { readonly kind: 'preceding' }
  | { readonly kind: 'inline'; readonly text: string; readonly format: FileFormat }
  | { readonly kind: 'resident'; readonly table: string }
  | { readonly kind: 'autogenerate'; readonly count: Expression }
  | { readonly kind: 'file'; readonly path: string; readonly format: FileFormat }
  /** The values of a field of an earlier table, each a text in that format. */
  | {
      readonly kind: 'field'
      readonly table: string
      readonly field: string
      readonly format: FileFormat
    }
)

export type LoadItem = { readonly span: Span } & (
  | { readonly kind: 'all' }
  /** `name` is the AS name, or the source text of the expression as written. */
  | { readonly kind: 'field'; readonly expression: Expression; readonly name: string }
)

export interface OrderItem {
  readonly expression: Expression
  readonly descending: boolean
}

export interface LoadLevel {
  /** From LOAD to the end of the last clause. */
  readonly span: Span
  readonly distinct: boolean
  readonly items: readonly LoadItem[]
  readonly source: LoadSource
  readonly where?: Expression
  readonly while?: Expression
  readonly groupBy?: readonly Expression[]
  readonly orderBy?: readonly OrderItem[]
}

/** Runs in a partial reload too; with `only` in no other. */
export interface PartialPrefix {
  readonly kind: 'add' | 'replace' | 'merge'
  readonly only: boolean
}

/** The first field of a MERGE tells what becomes of a row: insert, update or delete. */
export interface Merge {
  readonly keys: readonly string[]
  /** The field whose highest value is the newest state of a row; absent: the last row is. */
  readonly sequence?: string
  /** Gets the highest value of that field. */
  readonly variable?: string
}

export interface LoadPrefixes {
  readonly mapping?: true
  readonly noConcatenate?: true
  readonly concatenate?: { readonly table?: string }
  readonly join?: { readonly type: 'inner' | 'left' | 'right' | 'outer'; readonly table?: string }
  readonly keep?: { readonly type: 'inner' | 'left' | 'right'; readonly table?: string }
  readonly first?: Expression
  /** The share of the rows to load, from 0 to 1. */
  readonly sample?: Expression
  readonly transform?: Transform
  /** BUFFER: the result may come from a cache. There is none here, so that it never does. */
  readonly buffer?: true
  readonly partial?: PartialPrefix
  /** With `partial` of the same kind. */
  readonly merge?: Merge
}

/** What becomes of all loaded rows before they are stored (LANGUAGE, section 6, step 7). */
export type Transform =
  | {
      readonly kind: 'crosstable'
      readonly attribute: string
      readonly data: string
      /** Leading fields that stay; absent: 1. */
      readonly qualifiers?: Expression
    }
  | { readonly kind: 'intervalmatch'; readonly point: string; readonly keys: readonly string[] }
  | { readonly kind: 'generic' }
  | Hierarchy
  | HierarchyBelongsTo

/** Node, parent and name are fields of the LOAD; the others are made, where they are named. */
export interface Hierarchy {
  readonly kind: 'hierarchy'
  readonly node: string
  readonly parent: string
  readonly name: string
  readonly parentName?: string
  /** The field whose values make the path; absent: that of the name. */
  readonly pathSource?: string
  readonly pathName?: string
  readonly delimiter: string
  readonly depth?: string
}

export interface HierarchyBelongsTo {
  readonly kind: 'hierarchybelongsto'
  readonly node: string
  readonly parent: string
  readonly name: string
  readonly ancestor: string
  readonly ancestorName: string
  readonly difference?: string
}

export interface LoadStatement {
  readonly kind: 'load'
  readonly label?: string
  readonly prefixes: LoadPrefixes
  readonly prefixSpans: Readonly<Partial<Record<keyof LoadPrefixes, Span>>>
  /** Top first. Every level but the last has the source `preceding`. */
  readonly levels: readonly LoadLevel[]
}

export interface StoreStatement {
  readonly kind: 'store'
  readonly table: string
  readonly tableSpan: Span
  /** Absent: all fields. */
  readonly fields?: readonly { readonly field: string; readonly as: string }[]
  readonly path: string
  readonly format: FileFormat
}

export interface RenamePair {
  readonly from: string
  readonly to: string
}

/** A field of a DECLARE: an expression over `$1` and the parameters, as it stands. */
export interface DerivedField {
  readonly expression: string
  readonly name: string
  readonly tags: readonly string[]
}

export type DeclareStatement = {
  readonly kind: 'declare'
  readonly name: string
  readonly parameters: Readonly<Record<string, string>>
} & (
  | {
      readonly tags: readonly string[]
      readonly fields: readonly DerivedField[]
      /** As they are written. */
      readonly groups?: string
    }
  /** As another definition, with other parameters. */
  | { readonly like: string }
)

export interface DeriveStatement {
  readonly kind: 'derive'
  /** Fields by name, fields with one of these tags, or fields with the tag of the definition. */
  readonly from: 'fields' | 'explicit' | 'implicit'
  readonly names: readonly string[]
  readonly definition: string
}

/** TAG, UNTAG and COMMENT: what is noted about fields or tables, by names or by a mapping table. */
export type NoteStatement =
  | {
      readonly kind: 'note'
      readonly note: NoteKind
      readonly of: 'table' | 'field'
      readonly names: readonly string[]
      /** Tags, or the one comment. */
      readonly texts: readonly string[]
    }
  | {
      readonly kind: 'note-using'
      readonly note: NoteKind
      readonly of: 'table' | 'field'
      readonly map: string
    }

export type NoteKind = 'tag' | 'untag' | 'comment'

/** Tables of SECTION ACCESS have names and values of their own. */
export type Section = 'application' | 'access'

export type Statement =
  | { readonly kind: 'set'; readonly name: string; readonly text: string }
  | { readonly kind: 'let'; readonly name: string; readonly expression?: Expression }
  | { readonly kind: 'trace'; readonly text: string }
  | { readonly kind: 'rem' }
  | { readonly kind: 'sleep'; readonly milliseconds: Expression }
  | { readonly kind: 'drop-tables'; readonly tables: readonly string[] }
  | { readonly kind: 'drop-maps'; readonly maps: readonly string[] }
  | { readonly kind: 'drop-variables'; readonly variables: readonly string[] }
  | { readonly kind: 'drop-fields'; readonly fields: readonly string[]; readonly tables?: readonly string[] }
  | { readonly kind: 'rename-tables'; readonly pairs: readonly RenamePair[] }
  | { readonly kind: 'rename-tables-using'; readonly map: string }
  | { readonly kind: 'rename-fields'; readonly pairs: readonly RenamePair[] }
  | { readonly kind: 'rename-fields-using'; readonly map: string }
  | { readonly kind: 'qualify'; readonly patterns: readonly string[] }
  | { readonly kind: 'unqualify'; readonly patterns: readonly string[] }
  | { readonly kind: 'binary'; readonly app: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'alias'; readonly pairs: readonly RenamePair[] }
  | {
      readonly kind: 'map'
      readonly patterns: readonly string[]
      readonly map: string
      readonly partial?: PartialPrefix
    }
  | { readonly kind: 'unmap'; readonly patterns: readonly string[] }
  | { readonly kind: 'null-as-value'; readonly patterns: readonly string[]; readonly on: boolean }
  | { readonly kind: 'auto-number'; readonly patterns: readonly string[]; readonly namespace?: string }
  | NoteStatement
  | DeclareStatement
  | DeriveStatement
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'force'; readonly letters: Letters }
  | LoadStatement
  | StoreStatement
