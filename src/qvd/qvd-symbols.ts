/** The distinct values of a field: how a QVD file stores them, and what they mean (QVD, section 3). */
import type { Dual, Value } from '../script/value/value.ts'
import { QvdError } from './qvd-error.ts'

/** Symbols in file order, as two columns. A symbol with neither number nor text is NULL. */
export interface QvdSymbols {
  readonly count: number
  /** NaN where a symbol has no number. */
  readonly numbers: Float64Array
  /** Null where a symbol has no text of its own. */
  readonly texts: readonly (string | null)[]
}

/** Type bytes; 5 and 6 are a text with an int or a double. */
const INT = 1
const DOUBLE = 2
const TEXT = 4

/**
 * Reads a symbol table. Infinite numbers and NaN are dropped: the language has none.
 * @param position byte of the file where the table begins
 * @throws QvdError if the bytes are not exactly `count` symbols
 */
export function decodeSymbols(bytes: Buffer, count: number, field: string, position: number): QvdSymbols {
  const numbers = new Float64Array(count).fill(Number.NaN)
  const texts = new Array<string | null>(count).fill(null)
  const damaged = (problem: string, at: number) => new QvdError(problem, field, position + at)
  const end = bytes.length
  let at = 0
  for (let i = 0; i < count; i++) {
    const start = at
    if (at === end) throw damaged(`its symbol table ends after ${i} of ${count} symbols`, at)
    const type = bytes[at++]!
    const numberBytes = NUMBER_BYTES[type]
    if (numberBytes === undefined) throw damaged(`symbol ${i} has the unknown type ${type}`, start)
    if (at + numberBytes > end) throw damaged(`symbol ${i} leads out of its symbol table`, start)
    if (numberBytes !== 0) {
      const number = numberBytes === 4 ? bytes.readInt32LE(at) : bytes.readDoubleLE(at)
      // Adding zero makes -0 and 0 the same.
      if (Number.isFinite(number)) numbers[i] = number + 0
      at += numberBytes
    }
    if (type < TEXT) continue
    const from = at
    let bits = 0
    while (at < end && bytes[at] !== 0) bits |= bytes[at++]!
    if (at === end) throw damaged(`the text of symbol ${i} has no end`, start)
    const text = bits < 0x80 ? bytes.toString('latin1', from, at) : utf8Text(bytes.subarray(from, at))
    if (text === undefined) throw damaged(`the text of symbol ${i} is not UTF-8`, start)
    texts[i] = text
    at++
  }
  if (at !== end) throw damaged(`its symbol table has ${end - at} bytes behind its ${count} symbols`, at)
  return { count, numbers, texts }
}

const NUMBER_BYTES: readonly (number | undefined)[] = [undefined, 4, 8, undefined, 0, 4, 8]

function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** A half of a surrogate pair. */
const HALF_PAIR = /\p{Surrogate}/u

/** @throws QvdError for a text with a NUL or half of a surrogate pair, which no QVD can hold */
export function encodeSymbols({ count, numbers, texts }: QvdSymbols, field: string): Buffer {
  let length = 0
  for (let i = 0; i < count; i++) {
    const text = texts[i]!
    if (text?.includes('\0')) throw new QvdError('a text with a NUL character cannot be stored', field)
    if (text !== null && HALF_PAIR.test(text))
      throw new QvdError('a text with half a character cannot be stored', field)
    length += 1 + numberBytesOf(numbers[i]!, text) + (text === null ? 0 : Buffer.byteLength(text) + 1)
  }
  const bytes = Buffer.alloc(length)
  let at = 0
  for (let i = 0; i < count; i++) {
    // Adding zero makes -0 and 0 the same.
    const number = numbers[i]! + 0
    const text = texts[i]!
    const numberBytes = numberBytesOf(number, text)
    bytes[at++] = (text === null ? 0 : TEXT) + (numberBytes === 0 ? 0 : numberBytes === 4 ? INT : DOUBLE)
    if (numberBytes === 4) bytes.writeInt32LE(number, at)
    else if (numberBytes === 8) bytes.writeDoubleLE(number, at)
    at += numberBytes
    if (text !== null) at += bytes.write(text, at) + 1
  }
  return bytes
}

function numberBytesOf(number: number, text: string | null): number {
  if ((number | 0) === number) return 4
  return Number.isNaN(number) && text !== null ? 0 : 8
}

/** Returns the symbol as a value of the load-script language. */
export function symbolValue({ numbers, texts }: QvdSymbols, index: number): Value {
  const number = numbers[index]!
  const text = texts[index]!
  if (text === null) return Number.isNaN(number) ? null : number
  return Number.isNaN(number) ? text : ({ text, number } satisfies Dual)
}
