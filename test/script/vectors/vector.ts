/** One row of the tables of vectors. */
import type { Settings } from '../../../src/script/value/settings.ts'

export type Vector = readonly [
  expression: string,
  expected: string,
  source: string,
  settings?: Partial<Settings>,
]

/** By documented name of the function. */
export type Vectors = Readonly<Record<string, readonly Vector[]>>
