/**
 * Quoting marks and comments, the same for the splitter, the lexer and the expander (LANGUAGE, sections 2 and
 * 2.1): a mark is closed by its partner, a doubled partner is one character of the content, and there are no
 * other escapes.
 */
const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }

/** The mark that closes `opening`; undefined when `opening` opens nothing. */
export function closingMark(opening: string): string | undefined {
  return Object.hasOwn(CLOSING, opening) ? CLOSING[opening] : undefined
}

/** Offset just behind the mark that closes the one at `open`; undefined when it is never closed. */
export function quoteEnd(text: string, open: number): number | undefined {
  const mark = closingMark(text.charAt(open))
  if (mark === undefined) return undefined
  let at = text.indexOf(mark, open + 1)
  while (at !== -1 && text.charAt(at + 1) === mark) at = text.indexOf(mark, at + 2)
  return at === -1 ? undefined : at + 1
}

/** The content of `quoted`, which starts with a mark and ends with its partner. */
export function unquoted(quoted: string): string {
  const mark = closingMark(quoted.charAt(0)) ?? ''
  return quoted.slice(1, -1).replaceAll(mark + mark, mark)
}

/** The content when one pair of marks encloses all of `text`, else `text` as it is. */
export function withoutQuotes(text: string): string {
  return enclosed(text) ? unquoted(text) : text
}

/** Does one pair of marks enclose all of `text`? */
export function enclosed(text: string): boolean {
  return text.length > 1 && quoteEnd(text, 0) === text.length
}

/**
 * Offset behind the comment that starts at `at`; undefined when there is none. An open block comment ends the
 * text.
 */
export function commentEnd(text: string, at: number): number | undefined {
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at)
    return end === -1 ? text.length : end
  }
  if (text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2)
    return end === -1 ? text.length : end + 2
  }
  return undefined
}

/** Offset of the first character from `at` on that is neither blank nor in a comment. */
export function skipBlank(text: string, at: number): number {
  let offset = at
  while (offset < text.length) {
    if (isBlank(text.charAt(offset))) offset += 1
    else {
      const end = commentEnd(text, offset)
      if (end === undefined) return offset
      offset = end
    }
  }
  return offset
}

export function isBlank(character: string): boolean {
  return character !== '' && (character <= ' ' || character === '\u00a0' || character === '\ufeff')
}

/** Offset behind the $(...) that starts at `at`, by parentheses alone; undefined when it never ends. */
export function expansionEnd(text: string, at: number): number | undefined {
  let depth = 0
  for (let offset = at + 1; offset < text.length; offset += 1) {
    const character = text.charAt(offset)
    if (character === '(') depth += 1
    else if (character === ')') {
      depth -= 1
      if (depth === 0) return offset + 1
    }
  }
  return undefined
}
