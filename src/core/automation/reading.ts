/**
 * Reads JSON of somebody else member by member, and gathers all that is wrong with it by JSON pointer (RFC
 * 6901). An absent and a null member are the same (contract 07, row 6).
 */
import { pointerStep } from '../json-pointer.ts'
import { isObject } from './scope.ts'

export interface DocumentFault {
  readonly pointer: string
  readonly detail: string
}

/** So many are told; the rest follows when these are mended. */
const FAULTS_MAX = 50

export class Reading {
  readonly faults: DocumentFault[] = []

  fault(pointer: string, detail: string): undefined {
    if (this.faults.length < FAULTS_MAX) this.faults.push({ pointer, detail })
    return undefined
  }

  /** @param known names of its members: any other is a fault */
  object(value: unknown, pointer: string, known?: readonly string[]): Members | undefined {
    if (!isObject(value)) return this.fault(pointer, 'must be an object')
    for (const name of Object.keys(value)) {
      if (known !== undefined && !known.includes(name)) {
        this.fault(`${pointer}/${pointerStep(name)}`, `is not known here: there are ${known.join(', ')}`)
      }
    }
    return new Members(this, value, pointer)
  }
}

export class Members {
  readonly #reading: Reading
  readonly #value: Readonly<Record<string, unknown>>
  readonly pointer: string

  constructor(reading: Reading, value: Readonly<Record<string, unknown>>, pointer: string) {
    this.#reading = reading
    this.#value = value
    this.pointer = pointer
  }

  at(name: string): string {
    return `${this.pointer}/${pointerStep(name)}`
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined
  }

  fault(name: string, detail: string): undefined {
    return this.#reading.fault(this.at(name), detail)
  }

  text(name: string, max: number): string | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    return typeof value === 'string' && value !== '' && value.length <= max
      ? value
      : this.fault(name, `must be a text of 1 to ${max} characters`)
  }

  needed<Value>(name: string, value: Value | undefined): Value | undefined {
    if (this.get(name) === undefined) this.fault(name, 'is needed')
    return value
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    return words.find((word) => word === value) ?? this.fault(name, `must be one of ${words.join(', ')}`)
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name)
    return value === undefined || typeof value === 'boolean'
      ? value
      : this.fault(name, 'must be true or false')
  }

  integer(name: string, least: number, most: number): number | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : this.fault(name, `must be a whole number from ${least} to ${most}`)
  }

  list(name: string, max: number): readonly unknown[] | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    return Array.isArray(value) && value.length <= max
      ? value
      : this.fault(name, `must be a list of at most ${max}`)
  }

  /** A map of texts. */
  texts(name: string, maxCount: number, maxCharacters: number): Readonly<Record<string, string>> | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (!isObject(value)) return this.fault(name, 'must be an object of texts')
    const entries = Object.entries(value)
    if (entries.length > maxCount) return this.fault(name, `must have at most ${maxCount} members`)
    for (const [member, text] of entries) {
      if (typeof text !== 'string' || text.length > maxCharacters) {
        const detail = `must be a text of at most ${maxCharacters} characters`
        return this.#reading.fault(`${this.at(name)}/${pointerStep(member)}`, detail)
      }
    }
    return Object.fromEntries(entries) as Readonly<Record<string, string>>
  }
}
