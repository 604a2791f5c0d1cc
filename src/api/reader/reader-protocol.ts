/**
 * What the service and a reader process say to each other: a task or its answer as a short JSON head, and
 * bytes that nobody has to decode to pass them on. One task at a time. A frame is the length of the head and
 * that of the bytes, four bytes each and big-endian, and then both.
 */

/** File descriptor of the channel in a reader process. */
export const READER_FD = 3

export type ReaderTask =
  /** Bytes: a JSON text. */
  | { readonly kind: 'members'; readonly names: readonly string[]; readonly textBytesMax: number }
  /** Bytes: a script. */
  | { readonly kind: 'check' }

export type ReaderAnswer =
  /** Sent once, before the first task. */
  | { readonly kind: 'ready' }
  /** Bytes: the texts among the members, one behind the other. */
  | { readonly kind: 'members'; readonly members: readonly ReadMember[] }
  /** A value that is no object: one of its type. */
  | { readonly kind: 'value'; readonly value: unknown }
  /** Bytes: the JSON of the answer to the client. */
  | { readonly kind: 'issues' }
  | { readonly kind: 'not-utf8' }
  | { readonly kind: 'not-json' }
  /** The member is longer than all texts may be together. */
  | { readonly kind: 'text-too-long'; readonly name: string }
  | { readonly kind: 'too-slow' }

/** A text by its length in bytes, anything else as it is. */
export type ReadMember = readonly [
  name: string,
  member: { readonly bytes: number } | { readonly value: unknown },
]

export interface Frame<Head> {
  readonly head: Head
  readonly bytes: Buffer
}

const LENGTHS_BYTES = 8

/** A frame as pieces to write one after the other; those of `bytes` are not copied. */
export function frameOf(
  head: ReaderTask | ReaderAnswer,
  bytes: readonly Uint8Array[],
): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(head))
  const lengths = Buffer.alloc(LENGTHS_BYTES)
  lengths.writeUInt32BE(text.length, 0)
  lengths.writeUInt32BE(lengthOf(bytes), 4)
  return [lengths, text, ...bytes]
}

export function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

/** Puts frames together from chunks, copying each byte once. */
export class FrameCollector<Head> {
  readonly #bytesMax: number
  #chunks: Buffer[] = []
  #held = 0

  /** @param bytesMax of a frame */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /**
   * The frame that this chunk completes, if it does: the other side never says more than one thing at once.
   * @throws error when the frame is too large or no frame
   */
  push(chunk: Buffer): Frame<Head> | undefined {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#chunks[0]!.length < LENGTHS_BYTES) this.#chunks = [Buffer.concat(this.#chunks)]
    const first = this.#chunks[0]!
    if (first.length < LENGTHS_BYTES) return undefined
    const headEnd = LENGTHS_BYTES + first.readUInt32BE(0)
    const end = headEnd + first.readUInt32BE(4)
    if (end > this.#bytesMax) throw new Error('a frame is larger than any may be')
    if (this.#held < end) return undefined
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#held = 0
    const head = JSON.parse(whole.subarray(LENGTHS_BYTES, headEnd).toString()) as Head
    return { head, bytes: whole.subarray(headEnd, end) }
  }
}
