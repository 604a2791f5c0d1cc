/** Assigns each distinct value of a column its symbol, in the order of first appearance (QVD, section 8). */
import type { Value } from '../script/value/value.ts'
import type { QvdSymbols } from './qvd-symbols.ts'

export class SymbolCollector {
  readonly #numbers: number[] = []
  readonly #texts: (string | null)[] = []
  /** Plain numbers, plain texts, and for the text of each dual its numbers. */
  readonly #plain = new Map<number | string, number>()
  readonly #duals = new Map<string, Map<number, number>>()
  #hasNulls = false

  get hasNulls(): boolean {
    return this.#hasNulls
  }

  /** Returns the symbol of a value; -1 for NULL, infinite numbers and NaN. */
  indexOf(value: Value): number {
    if (typeof value === 'number' && Number.isFinite(value))
      return this.#known(this.#plain, value, value, null)
    if (typeof value === 'string') return this.#known(this.#plain, value, Number.NaN, value)
    if (value === null || typeof value === 'number') {
      this.#hasNulls = true
      return -1
    }
    const { text, number } = value
    if (!Number.isFinite(number)) return this.indexOf(text)
    let numbers = this.#duals.get(text)
    if (numbers === undefined) {
      numbers = new Map()
      this.#duals.set(text, numbers)
    }
    return this.#known(numbers, number, number, text)
  }

  symbols(): QvdSymbols {
    return { count: this.#texts.length, numbers: Float64Array.from(this.#numbers), texts: this.#texts }
  }

  #known<Key>(symbols: Map<Key, number>, key: Key, number: number, text: string | null): number {
    const known = symbols.get(key)
    if (known !== undefined) return known
    const index = this.#texts.length
    symbols.set(key, index)
    this.#numbers.push(number)
    this.#texts.push(text)
    return index
  }
}
