/** Statements that are checked as one text: the script, an included file, what a macro expanded to. */
import { Lines } from '../fault/span.ts'
import { type Blocks, blocksOf } from '../syntax/block.ts'
import { type RawStatement, split } from '../syntax/split.ts'

export interface Unit extends Blocks {
  /** Where `text` came from; undefined: it is the script itself. */
  readonly file: string | undefined
  readonly lines: Lines
  readonly statements: readonly RawStatement[]
}

export function unitOf(text: string, file?: string): Unit {
  const statements = split(text)
  return { file, lines: new Lines(text), statements, ...blocksOf(statements) }
}

/** Other statements with places in the same text. */
export function unitWith(unit: Unit, statements: readonly RawStatement[]): Unit {
  return { ...unit, statements, ...blocksOf(statements) }
}
