/**
 * SHA-256 (FIPS 180-4) in plain arithmetic, for rules that run without Node. The constants are the fractional
 * parts of cube and square roots of the first primes.
 */
import { hex } from './hex.ts'
import { utf8 } from './utf8.ts'

/** Of the UTF-8 of a text, as 64 hex digits. */
export function sha256Hex(text: string): string {
  return hex(sha256(utf8(text)))
}

/** @returns the 32 bytes of the digest */
export function sha256(message: readonly number[]): number[] {
  const padded = [...message, 0x80]
  while (padded.length % 64 !== 56) padded.push(0)
  const bits = message.length * 8
  const high = Math.floor(bits / 2 ** 32)
  for (const word of [high, bits >>> 0])
    padded.push(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255)
  const state = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)))
  const words = new Int32Array(64)
  for (let block = 0; block < padded.length; block += 64) mix(state, words, padded, block)
  return [...state].flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255])
}

function mix(state: Int32Array, words: Int32Array, message: readonly number[], block: number): void {
  for (let index = 0; index < 16; index++) {
    const at = block + index * 4
    words[index] =
      (message[at]! << 24) | (message[at + 1]! << 16) | (message[at + 2]! << 8) | message[at + 3]!
  }
  for (let index = 16; index < 64; index++) {
    const x = words[index - 15]!
    const y = words[index - 2]!
    const low = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
    const high = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
    words[index] = words[index - 16]! + low + words[index - 7]! + high
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let index = 0; index < 64; index++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first =
      (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + ROUNDS[index]! + words[index]!) | 0
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function fractionBits(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0
}

const PRIMES: readonly number[] = firstPrimes(64)
const ROUNDS = Int32Array.from(PRIMES, (prime) => fractionBits(Math.cbrt(prime)))

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = []
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
}
