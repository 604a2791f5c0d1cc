/** What the thread that reads an old workbook is given and tells. */
import type { Outline, SheetCell } from './sheet.ts'

export interface XlsRequest {
  readonly file: Uint8Array
  /** Position of the sheet whose rows are wanted; absent: the outline. */
  readonly sheet?: number
}

export interface XlsRow {
  readonly at: number
  readonly columns: number[]
  readonly cells: SheetCell[]
}

/** Batches of rows follow each other on demand: any message asks for the next; an empty one is the last. */
export type XlsReply =
  | { readonly kind: 'outline'; readonly outline: Outline }
  | { readonly kind: 'rows'; readonly rows: readonly XlsRow[] }
  | { readonly kind: 'failed'; readonly encrypted: boolean }
