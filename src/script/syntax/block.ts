/**
 * Finds where a block ends and which clauses divide it, from the heads alone: skipped statements are never
 * parsed (P20).
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { ControlHead } from './head.ts'
import type { RawStatement } from './split.ts'

export type Opener = 'if' | 'for' | 'do' | 'switch' | 'sub'

const CLOSERS: Readonly<Record<Opener, ControlHead>> = {
  if: 'end if',
  for: 'next',
  do: 'loop',
  switch: 'end switch',
  sub: 'end sub',
}
const DIVIDERS: Readonly<Partial<Record<Opener, readonly string[]>>> = {
  if: ['elseif', 'else'],
  switch: ['case', 'default'],
}

export interface Block {
  /** Indexes of the clauses that divide it: ELSEIF and ELSE, CASE and DEFAULT. */
  readonly clauses: readonly number[]
  /** Index of the clause that closes it. */
  readonly end: number
}

/**
 * The block that the statement at `start` opens. Throws ScriptFaultError if its end does not match (11023).
 */
export function blockAt(statements: readonly RawStatement[], start: number, to: number): Block {
  const outermost = statements[start]!.head as Opener
  const open: Opener[] = [outermost]
  const clauses: number[] = []
  for (let index = start + 1; index < to; index += 1) {
    const { head } = statements[index]!
    const innermost = open.at(-1)!
    if (isOpener(head)) open.push(head)
    else if (isCloser(head)) {
      if (CLOSERS[innermost] !== head) throw mismatch(innermost, head)
      open.pop()
      if (open.length === 0) return { clauses, end: index }
    } else if (open.length === 1 && DIVIDERS[outermost]?.includes(head)) clauses.push(index)
  }
  throw unclosed(outermost, open.at(-1)!)
}

export interface Blocks {
  /**
   * By the index of the statement that opens it. One that nothing closes ends where the one around it does.
   */
  readonly blocks: ReadonlyMap<number, Block>
  /**
   * What does not match, by the index of the outermost block that it is in: a run that comes there ends. Each
   * with the index of the innermost block whose end is missing.
   */
  readonly faults: ReadonlyMap<
    number,
    readonly { readonly index: number; readonly fault: ScriptFaultError }[]
  >
}

interface Open {
  readonly index: number
  readonly opener: Opener
  readonly clauses: number[]
}

/** All blocks at once, in one pass: what `blockAt` finds for each, and more where something is missing. */
export function blocksOf(statements: readonly RawStatement[]): Blocks {
  const blocks = new Map<number, Block>()
  const found = new Map<number, { readonly index: number; readonly fault: ScriptFaultError }[]>()
  const open: Open[] = []
  const close = (end: number) => {
    const { index, clauses } = open.pop()!
    blocks.set(index, { clauses, end })
  }
  const report = ({ index }: Open, fault: ScriptFaultError) => {
    const outermost = open[0]!.index
    const before = found.get(outermost)
    if (before === undefined) found.set(outermost, [{ index, fault }])
    else before.push({ index, fault })
  }
  const counts: Record<string, number> = {}
  statements.forEach(({ head }, index) => {
    const innermost = open.at(-1)
    if (isOpener(head)) {
      open.push({ index, opener: head, clauses: [] })
      counts[CLOSERS[head]] = (counts[CLOSERS[head]] ?? 0) + 1
    } else if (innermost === undefined) return
    else if (isCloser(head)) {
      if (CLOSERS[innermost.opener] !== head) report(innermost, mismatch(innermost.opener, head))
      if ((counts[head] ?? 0) === 0) return
      for (let closed: ControlHead | undefined; closed !== head; ) {
        closed = CLOSERS[open.at(-1)!.opener]
        counts[closed]! -= 1
        close(index)
      }
    } else if (DIVIDERS[innermost.opener]?.includes(head)) innermost.clauses.push(index)
  })
  const last = open.at(-1)
  if (last !== undefined) report(last, unclosed(last.opener, last.opener))
  while (open.length > 0) close(statements.length)
  return { blocks, faults: found }
}

/** Whether a statement with this head opens a block. */
export function isOpener(head: string): head is Opener {
  return Object.hasOwn(CLOSERS, head)
}

/** Whether a statement with this head closes a block. */
export function isCloser(head: string): boolean {
  return Object.values<string>(CLOSERS).includes(head)
}

/** Whether this is the end or a part of a block that was never opened. */
export function isStray(head: string): boolean {
  return (
    head === 'then' || isCloser(head) || Object.values(DIVIDERS).some((dividers) => dividers.includes(head))
  )
}

const unclosed = (opener: Opener, missing: Opener) =>
  faults.controlMismatch(`${opener.toUpperCase()} has no ${CLOSERS[missing].toUpperCase()} that closes it`)

function mismatch(opener: Opener, closer: string) {
  return faults.controlMismatch(
    `${closer.toUpperCase()} stands where ${opener.toUpperCase()} needs ${CLOSERS[opener].toUpperCase()}`,
  )
}
