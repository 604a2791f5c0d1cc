/**
 * Where the pieces of a text came from: of a statement without its comments, and of the same with its
 * `$(...)` replaced. A position in it can then be mapped to the position in the script.
 */
import type { Span } from '../fault/span.ts'

/** Maps a span of a text to the span of the text that it was made of. */
export type Origin = (span: Span) => Span

export interface DerivedText {
  readonly text: string
  readonly origin: Origin
}

/** Of a text that was made of one that was made itself. */
export function through(last: Origin, before: Origin): Origin {
  return (span) => before(last(span))
}

/** Of a text whose first `length` characters came one way and the rest another. */
export function joined(first: Origin, length: number, second: Origin): Origin {
  return ({ start, end }) =>
    start < length
      ? first({ start, end: Math.min(end, length) })
      : second({ start: start - length, end: end - length })
}

/** A span of the source, copied as it is or with another text in its place. */
interface Piece {
  /** Offset in the text that is made. */
  readonly at: number
  readonly start: number
  end: number
  readonly text?: string
}

/** Makes a text of a source, from front to back: copies spans, leaves some out, replaces some. */
export class TextMaker {
  readonly #source: string
  readonly #pieces: Piece[] = []
  #length = 0

  constructor(source: string) {
    this.#source = source
  }

  get length(): number {
    return this.#length
  }

  copy(start: number, end: number): void {
    const last = this.#pieces.at(-1)
    if (last?.end === start && last.text === undefined) last.end = end
    else if (start < end) this.#pieces.push({ at: this.#length, start, end })
    this.#length += end - start
  }

  replace(start: number, end: number, text: string): void {
    this.#pieces.push({ at: this.#length, start, end, text })
    this.#length += text.length
  }

  made(): DerivedText {
    const pieces = this.#pieces
    const texts = pieces.map(({ start, end, text }) => text ?? this.#source.slice(start, end))
    return { text: texts.join(''), origin: (span) => spanBefore(pieces, span) }
  }

  /** Without blanks at both ends. */
  trimmed(): DerivedText {
    const { text, origin } = this.made()
    const cut = text.length - text.trimStart().length
    if (cut === 0) return { text: text.trimEnd(), origin }
    return { text: text.trim(), origin: ({ start, end }) => origin({ start: start + cut, end: end + cut }) }
  }
}

/** A span behind the end of the text is at its end. */
function spanBefore(pieces: readonly Piece[], { start, end }: Span): Span {
  const first = pieceAt(pieces, start)
  const last = pieceAt(pieces, Math.max(start, end - 1))
  if (first === undefined || last === undefined) return { start: 0, end: 0 }
  const from = first.text === undefined ? sourceOffset(first, start) : first.start
  if (end <= start) return { start: from, end: from }
  return { start: from, end: last.text === undefined ? sourceOffset(last, end) : last.end }
}

const pieceAt = (pieces: readonly Piece[], offset: number) =>
  pieces.findLast(({ at }) => at <= offset) ?? pieces[0]

const sourceOffset = ({ at, start, end }: Piece, offset: number) => Math.min(end, start + offset - at)
