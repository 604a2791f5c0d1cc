/** A piece of a text: offsets in UTF-16 units, the first inside and the first behind. */
export interface Span {
  readonly start: number
  readonly end: number
}
