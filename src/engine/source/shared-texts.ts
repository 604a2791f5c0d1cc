/** The texts that cells of a workbook share, held as bytes: small ones cost little more than themselves. */

/** Characters of one text; a cell of Excel has 32,767 at most. */
export const CELL_MAX_CHARACTERS = 1_000_000
/** Bytes of all texts, with what their places take. */
export const SHARED_MAX_BYTES = 128 * 1024 * 1024

/** Holds the longest text, whatever its characters. */
const CHUNK_BYTES = 4 * 1024 * 1024
const LENGTH_BYTES = 4
const PLACE_BYTES = 8
const BLOCK_TEXTS = 64 * 1024

export class SharedTexts {
  /** Each text behind its length. */
  readonly #chunks: Buffer[] = []
  /** Where each text stands, in blocks. */
  readonly #places: Float64Array[] = []
  #count = 0
  #used = CHUNK_BYTES

  /** @returns false when they take more than the bound */
  add(text: string): boolean {
    const needed = LENGTH_BYTES + Buffer.byteLength(text)
    if (this.#used + needed > CHUNK_BYTES) {
      this.#chunks.push(Buffer.allocUnsafe(CHUNK_BYTES))
      this.#used = 0
    }
    const block = Math.floor(this.#count / BLOCK_TEXTS)
    this.#places[block] ??= new Float64Array(BLOCK_TEXTS)
    this.#places[block][this.#count % BLOCK_TEXTS] = (this.#chunks.length - 1) * CHUNK_BYTES + this.#used
    this.#count++
    const chunk = this.#chunks.at(-1)!
    chunk.writeUInt32LE(needed - LENGTH_BYTES, this.#used)
    chunk.write(text, this.#used + LENGTH_BYTES)
    this.#used += needed
    return this.#chunks.length * CHUNK_BYTES + this.#count * PLACE_BYTES <= SHARED_MAX_BYTES
  }

  /** Undefined: there is no such text. */
  at(index: number): string | undefined {
    if (!(index >= 0 && index < this.#count)) return undefined
    const place = this.#places[Math.floor(index / BLOCK_TEXTS)]![Math.trunc(index) % BLOCK_TEXTS]!
    const chunk = this.#chunks[Math.floor(place / CHUNK_BYTES)]!
    const at = place % CHUNK_BYTES
    const from = at + LENGTH_BYTES
    return chunk.toString('utf8', from, from + chunk.readUInt32LE(at))
  }
}
