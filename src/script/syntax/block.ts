/**
 * Finds where a block ends and which clauses divide it, from the heads alone: skipped statements are never
 * parsed (P20).
 */
import { faults } from '../fault/fault.ts'
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
  throw faults.controlMismatch(
    `${outermost.toUpperCase()} has no ${CLOSERS[open.at(-1)!].toUpperCase()} that closes it`,
  )
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

function mismatch(opener: Opener, closer: string) {
  return faults.controlMismatch(
    `${closer.toUpperCase()} stands where ${opener.toUpperCase()} needs ${CLOSERS[opener].toUpperCase()}`,
  )
}
