/**
 * Fields of fixed-width records, named by their byte positions: `@1:3`, `@4:n` to the end, with a letter for
 * the type of the bytes: T text, N a number or date (default: interpreted like any text), I and U
 * little-endian integers, signed and unsigned, R an IEEE number, B packed decimals (LANGUAGE, section 2;
 * SEMANTICS E6).
 */
import { hex } from '../../core/hex.ts'
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Expression } from '../syntax/expression.ts'
import type { LoadLevel } from '../syntax/statement.ts'
import { trimBlanks } from '../value/trim-blanks.ts'
import type { Value } from '../value/value.ts'

export type FixedField = (record: Uint8Array) => Value

export interface TextReading {
  /** Bytes of the character set of the file. */
  readonly decode: (bytes: Uint8Array) => string
  readonly interpret: (text: string) => Value
  readonly verbatim: boolean
}

const POSITION = /^@(\d+):(\d+|n)([TNRIUB])?$/i

/** Returns the distinct positions in a LOAD: a fixed-width file has no field names of its own. */
export const positionsIn = (level: LoadLevel): string[] =>
  namesIn(level).filter((name) => POSITION.test(name))

/** The distinct names in a LOAD. */
export function namesIn({ items, where, while: repeats }: LoadLevel): string[] {
  const names = new Set<string>()
  for (const item of items) if (item.kind === 'field') addNames(item.expression, names)
  for (const condition of [where, repeats]) if (condition !== undefined) addNames(condition, names)
  return [...names]
}

function addNames(expression: Expression, names: Set<string>): void {
  switch (expression.kind) {
    case 'name':
      names.add(expression.name)
      return
    case 'unary':
      addNames(expression.operand, names)
      return
    case 'binary':
      addNames(expression.left, names)
      addNames(expression.right, names)
      return
    case 'call':
      for (const argument of expression.args) addNames(argument, names)
  }
}

/** Whether some of the positions hold numbers as bytes, so that a record is not text as a whole. */
export const holdBytes = (positions: readonly string[]): boolean =>
  positions.some((name) => /[IURB]$/i.test(name))

/** Returns the fault of one of `positionsIn`; undefined if it is valid. */
export function positionFault(name: string): ScriptFaultError | undefined {
  const { from, to } = bounds(name)
  if (from >= 0 && to > from) return undefined
  return faults.semantic(`The positions ${name} are none: they count from 1`)
}

function bounds(name: string): { readonly from: number; readonly to: number } {
  const [, first, last] = POSITION.exec(name)!
  const to = last!.toLowerCase() === 'n' ? Number.POSITIVE_INFINITY : Number(last)
  return { from: Number(first) - 1, to }
}

/** @param name a valid one of `positionsIn` */
export function fixedField(name: string, text: TextReading): FixedField {
  const { from, to } = bounds(name)
  const letter = POSITION.exec(name)![3]
  const type = letter?.toUpperCase()
  if (type !== undefined && type !== 'T' && type !== 'N') {
    return (record) => binaryValue(record.subarray(from, to), type as 'I' | 'U' | 'R' | 'B', name)
  }
  return (record) => {
    const all = text.decode(record.subarray(from, to))
    const cell = text.verbatim ? all : trimBlanks(all)
    return type === 'T' ? cell : text.interpret(cell)
  }
}

/** NULL if the record ends before the field. */
function binaryValue(bytes: Uint8Array, type: 'I' | 'U' | 'R' | 'B', name: string): Value {
  if (type === 'B') return packedDecimal(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const number = NUMBERS[type][bytes.length]
  if (number === undefined) {
    if (bytes.length === 0) return null
    const sizes = Object.keys(NUMBERS[type]).join(', ')
    throw faults.wrongFormat(`${name} is ${bytes.length} bytes long: a number of this kind has ${sizes}`)
  }
  return number(view)
}

type Read = (view: DataView) => number

const NUMBERS: Readonly<Record<'I' | 'U' | 'R', Readonly<Record<number, Read>>>> = {
  I: {
    1: (view) => view.getInt8(0),
    2: (view) => view.getInt16(0, true),
    4: (view) => view.getInt32(0, true),
  },
  U: {
    1: (view) => view.getUint8(0),
    2: (view) => view.getUint16(0, true),
    4: (view) => view.getUint32(0, true),
  },
  R: { 4: (view) => view.getFloat32(0, true), 8: (view) => view.getFloat64(0, true) },
}

/** Two digits per byte, the last half byte is the sign: B or D is minus. Returns NULL for invalid bytes. */
function packedDecimal(bytes: Uint8Array): Value {
  const digits = hex(bytes)
  const match = /^(\d+)([a-f])$/.exec(digits)
  if (match === null) return null
  const number = Number(match[1])
  return match[2] === 'b' || match[2] === 'd' ? -number : number
}
