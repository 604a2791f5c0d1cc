/**
 * The kind of a statement according to its first words: all that splitting and the nesting of blocks need
 * to know before anything is expanded or parsed (LANGUAGE, sections 1 and 4).
 */
import { WORD_CHARACTER } from './lexer.ts'
import { expansionEnd, isBlank, quoteEnd } from './quote.ts'

export type ControlHead =
  | 'if'
  | 'elseif'
  | 'else'
  /** On a line of its own, without a block (P1). */
  | 'then'
  | 'end if'
  | 'for'
  | 'next'
  | 'do'
  | 'loop'
  | 'switch'
  | 'case'
  | 'default'
  | 'end switch'
  | 'sub'
  | 'end sub'
  | 'call'
  | 'exit'
  /** name = expression: a LET without the word, which ends with its line. */
  | 'assign'
  /** name: of the next LOAD, which does not stand right behind it. */
  | 'label'

export type Head =
  | ControlHead
  /** $(Include=...) or $(Must_Include=...) */
  | 'include'
  | 'set'
  /** Text up to the semicolon is taken as it is: TRACE, REM, SQL ... */
  | 'raw'
  /** STORE, whose path stands behind INTO. */
  | 'store'
  | 'regular'

/** The first words of statements that are not regular, in lower case. */
export const HEADS: ReadonlyMap<string, Head> = new Map<string, Head>([
  ['if', 'if'],
  ['elseif', 'elseif'],
  ['else', 'else'],
  ['then', 'then'],
  ['endif', 'end if'],
  ['end if', 'end if'],
  ['for', 'for'],
  ['next', 'next'],
  ['do', 'do'],
  ['loop', 'loop'],
  ['switch', 'switch'],
  ['case', 'case'],
  ['default', 'default'],
  ['endswitch', 'end switch'],
  ['end switch', 'end switch'],
  ['sub', 'sub'],
  ['endsub', 'end sub'],
  ['end sub', 'end sub'],
  ['call', 'call'],
  ['exit sub', 'exit'],
  ['exit for', 'exit'],
  ['exit do', 'exit'],
  ['exit script', 'exit'],
  ['set', 'set'],
  ['trace', 'raw'],
  ['rem', 'raw'],
  ['sql', 'raw'],
  ['select', 'raw'],
  ['qsl', 'raw'],
  ['directory', 'raw'],
  ['binary', 'raw'],
  ['execute', 'raw'],
  ['store', 'store'],
])

/**
 * Words that cannot name a variable, so that `=` behind them makes no assignment (LANGUAGE, section 2.3). Nor
 * does it behind words that take raw text: any text up to the semicolon is theirs.
 */
const NEVER_ASSIGNED: ReadonlySet<string> = new Set([
  'call',
  'case',
  'do',
  'elseif',
  'for',
  'if',
  'next',
  'sub',
  'switch',
])

const INCLUDE = /\$\(\s*(?:must_)?include\s*=/iy
const FIRST_WORD = /[\p{L}_][\p{L}\p{N}_]*(?![\p{L}\p{M}\p{N}_.%$#@])/uy
const SECOND_WORD = /[^\S\n]+(if|sub|switch|script|for|do)(?![\p{L}\p{M}\p{N}_.%$#@])/iuy

/** Does `$(Include=...)` or `$(Must_Include=...)` stand at `at`? */
export const isInclude = (text: string, at: number): boolean => matchAt(INCLUDE, text, at) !== undefined

/** The head of the statement whose first character (no blank, no comment) is at `at`. */
export function headAt(text: string, at: number): Head {
  if (isInclude(text, at)) return 'include'
  const word = matchAt(FIRST_WORD, text, at)?.[0].toLowerCase()
  if (isAssignment(text, at) && (word === undefined || canBeAssigned(word))) return 'assign'
  if (word === undefined) return 'regular'
  const second = matchAt(SECOND_WORD, text, at + word.length)?.[1]?.toLowerCase()
  return HEADS.get(`${word} ${second}`) ?? HEADS.get(word) ?? 'regular'
}

/** Whether a statement that begins with this word and `=` is an assignment. @param word in lower case */
export const canBeAssigned = (word: string): boolean => !NEVER_ASSIGNED.has(word) && HEADS.get(word) !== 'raw'

/** The words that a prefix of LOAD may begin with, in lower case. */
export const PREFIX_WORDS = [
  'mapping',
  'noconcatenate',
  'concatenate',
  'first',
  'sample',
  'buffer',
  'left',
  'right',
  'inner',
  'outer',
  'join',
  'keep',
  'add',
  'replace',
  'merge',
  'crosstable',
  'intervalmatch',
  'generic',
  'hierarchy',
  'hierarchybelongsto',
] as const

export type PrefixWord = (typeof PREFIX_WORDS)[number]

/** Whether a LOAD may begin with this word: itself or a prefix. @param word in lower case */
export const startsLoad = (word: string): boolean =>
  word === 'load' || PREFIX_WORDS.some((each) => each === word)

/** Beside LOADs: a definition that has its name so, and what is refused by its own name. */
const LABELLED: ReadonlySet<string> = new Set(
  'declare sql select direct semantic info bundle image_size'.split(' '),
)

/** Whether the label before the statement at `at` is a part of that statement, as far as its text tells. */
export function takesLabel(text: string, at: number): boolean {
  const word = matchAt(FIRST_WORD, text, at)?.[0].toLowerCase()
  if (word === undefined) return text.startsWith('$(', at) && headAt(text, at) === 'regular'
  return (startsLoad(word) || LABELLED.has(word)) && headAt(text, at) !== 'assign'
}

const STATEMENT_WORDS: ReadonlySet<string> = new Set(
  (
    'let drop rename qualify unqualify alias map unmap nullasvalue nullasnull autonumber tag untag comment section ' +
    'force sleep connect disconnect'
  ).split(' '),
)

/** Whether the word at `at` looks like the first of a statement: people forget semicolons. */
export function beginsStatement(text: string, at: number): boolean {
  const word = matchAt(FIRST_WORD, text, at)?.[0].toLowerCase() ?? ''
  return startsLoad(word) || STATEMENT_WORDS.has(word) || headAt(text, at) !== 'regular'
}

/** Whether the statement at `at` is only a remark, unless its word is a label. */
export const isRemark = (text: string, at: number): boolean => REMARK.test(text.slice(at, at + 6))

const REMARK = /^(?:rem|trace)(?![\p{L}\p{M}\p{N}_.%$#@])/iu

/** Whether quotes are characters like others behind the word. */
export const takesText = (head: Head): boolean => head === 'set' || head === 'raw' || head === 'include'

export function isControl(head: Head): head is ControlHead {
  return head !== 'include' && head !== 'set' && head !== 'raw' && head !== 'store' && head !== 'regular'
}

/** Offset behind the colon of the label at `at`; undefined when there is no label. */
export function labelEnd(text: string, at: number): number | undefined {
  const name = nameEnd(text, at)
  if (name === at) return undefined
  const colon = skipLineBlank(text, name)
  return text.charAt(colon) === ':' ? colon + 1 : undefined
}

function isAssignment(text: string, at: number): boolean {
  const name = nameEnd(text, at)
  return name > at && text.charAt(skipLineBlank(text, name)) === '='
}

/** Behind a name at `at`: a quoted one, or word characters and expansions. `at` itself when none is there. */
function nameEnd(text: string, at: number): number {
  const quoted = quoteEnd(text, at)
  if (quoted !== undefined) return quoted
  let end = at
  while (end < text.length) {
    if (text.startsWith('$(', end)) end = expansionEnd(text, end) ?? text.length
    else if (WORD_CHARACTER.test(String.fromCodePoint(text.codePointAt(end)!))) {
      end += text.codePointAt(end)! > 0xffff ? 2 : 1
    } else break
  }
  return end
}

function skipLineBlank(text: string, at: number): number {
  let offset = at
  while (isBlank(text.charAt(offset)) && text.charAt(offset) !== '\n') offset += 1
  return offset
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
