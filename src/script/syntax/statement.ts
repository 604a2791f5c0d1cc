/** The statements of the language after expansion. Control flow is not here: it works on split statements. */
import type { Expression } from './expression.ts'

export interface FileFormat {
  /** Lower case as written (txt, qvd, parquet, ooxml ...); absent: to be guessed from the extension. */
  readonly type?: string
  readonly labels: 'embedded' | 'explicit' | 'none'
  /** One or more characters; absent: the default of the format. "spaces" is the text `spaces`. */
  readonly delimiter?: string
  readonly quoting: 'standard' | 'msq' | 'none'
  /** utf8, ansi, oem, mac, unicode, or a code page as `cp1252`. */
  readonly encoding?: string
  readonly headerLines: number
  readonly headerBytes: number
  readonly comment?: string
  readonly table?: string
  readonly compression?: string
}

export type LoadSource =
  /** The rows of the next level below. */
  | { readonly kind: 'preceding' }
  | { readonly kind: 'inline'; readonly text: string; readonly format: FileFormat }
  | { readonly kind: 'resident'; readonly table: string }
  | { readonly kind: 'autogenerate'; readonly count: Expression }
  | { readonly kind: 'file'; readonly path: string; readonly format: FileFormat }

export type LoadItem =
  | { readonly kind: 'all' }
  /** `name` is the AS name, or the source text of the expression as written. */
  | { readonly kind: 'field'; readonly expression: Expression; readonly name: string }

export interface OrderItem {
  readonly expression: Expression
  readonly descending: boolean
}

export interface LoadLevel {
  readonly distinct: boolean
  readonly items: readonly LoadItem[]
  readonly source: LoadSource
  readonly where?: Expression
  readonly while?: Expression
  readonly groupBy?: readonly Expression[]
  readonly orderBy?: readonly OrderItem[]
}

export interface LoadPrefixes {
  readonly mapping?: true
  readonly noConcatenate?: true
  readonly concatenate?: { readonly table?: string }
  readonly join?: { readonly type: 'inner' | 'left' | 'right' | 'outer'; readonly table?: string }
  readonly keep?: { readonly type: 'inner' | 'left' | 'right'; readonly table?: string }
  readonly first?: Expression
  readonly partial?: { readonly kind: 'add' | 'replace'; readonly only: boolean }
}

export interface LoadStatement {
  readonly kind: 'load'
  readonly label?: string
  readonly prefixes: LoadPrefixes
  /** Top first. Every level but the last has the source `preceding`. */
  readonly levels: readonly LoadLevel[]
}

export interface StoreStatement {
  readonly kind: 'store'
  readonly table: string
  /** Absent: all fields. */
  readonly fields?: readonly { readonly field: string; readonly as: string }[]
  readonly path: string
  readonly format: FileFormat
}

export interface RenamePair {
  readonly from: string
  readonly to: string
}

export type Statement =
  | { readonly kind: 'set'; readonly name: string; readonly text: string }
  | { readonly kind: 'let'; readonly name: string; readonly expression?: Expression }
  | { readonly kind: 'trace'; readonly text: string }
  | { readonly kind: 'rem' }
  | { readonly kind: 'sleep'; readonly milliseconds: Expression }
  | { readonly kind: 'drop-tables'; readonly tables: readonly string[] }
  | { readonly kind: 'drop-fields'; readonly fields: readonly string[]; readonly tables?: readonly string[] }
  | { readonly kind: 'rename-tables'; readonly pairs: readonly RenamePair[] }
  | { readonly kind: 'rename-tables-using'; readonly map: string }
  | { readonly kind: 'rename-fields'; readonly pairs: readonly RenamePair[] }
  | { readonly kind: 'rename-fields-using'; readonly map: string }
  | { readonly kind: 'qualify'; readonly patterns: readonly string[] }
  | { readonly kind: 'unqualify'; readonly patterns: readonly string[] }
  | { readonly kind: 'directory'; readonly path: string }
  | LoadStatement
  | StoreStatement
