/**
 * Splits XML that comes in pieces into tags and texts, for parts of workbooks, which are large and of a plain
 * form. Names are told without their prefix. It keeps no tree and no path, so depth costs nothing, and memory
 * is bounded by the longest tag or text. Document types are refused, so that no entity is expanded; what is
 * otherwise not well-formed is read as far as it makes sense.
 */

import { BLANK } from '../../script/value/character-codes.ts'

export interface XmlEvents {
  /** @param tag all between the marks, for `attributes`. An empty element is opened and closed. */
  readonly open: (name: string, tag: string) => void
  readonly close: (name: string) => void
  readonly text: (text: string) => void
}

/** The text is no XML, or beyond a bound. The message says what, as the end of a sentence. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

const TAG_MAX_CHARACTERS = 256 * 1024
const TEXT_MAX_CHARACTERS = 1024 * 1024

const LESS = '<'
const GREATER_CODE = 0x3e
const SLASH_CODE = 0x2f
const QUESTION_CODE = 0x3f
const EXCLAMATION_CODE = 0x21
const DOUBLE_QUOTE_CODE = 0x22
const APOSTROPHE_CODE = 0x27
const COLON_CODE = 0x3a
const INCOMPLETE = -1

/** Markup that is no element, with its end. The longest beginning stands first. */
const SPECIALS: readonly { readonly start: string; readonly end: string; readonly isText: boolean }[] = [
  { start: '<![CDATA[', end: ']]>', isText: true },
  { start: '<!--', end: '-->', isText: false },
  { start: '<?', end: '?>', isText: false },
]

export class XmlScanner {
  readonly #events: XmlEvents
  #held = ''

  constructor(events: XmlEvents) {
    this.#events = events
  }

  push(piece: string): void {
    const text = this.#held === '' ? piece : this.#held + piece
    let at = 0
    while (at < text.length) {
      const next = text.startsWith(LESS, at) ? this.#markup(text, at) : this.#content(text, at)
      if (next === INCOMPLETE) break
      at = next
    }
    this.#held = text.slice(at)
  }

  /** @throws XmlError if the text ends within a tag */
  end(): void {
    if (this.#held.includes(LESS)) throw new XmlError('it ends within a tag')
  }

  #content(text: string, at: number): number {
    const end = text.indexOf(LESS, at)
    if (end < 0) {
      if (text.length - at > TEXT_MAX_CHARACTERS) throw tooLongText()
      return INCOMPLETE
    }
    if (end - at > TEXT_MAX_CHARACTERS) throw tooLongText()
    this.#events.text(decodedEntities(text.slice(at, end)))
    return end
  }

  #markup(text: string, at: number): number {
    const second = text.charCodeAt(at + 1)
    if (second === EXCLAMATION_CODE || second === QUESTION_CODE) return this.#special(text, at)
    const end = tagEnd(text, at + 1)
    if (end === INCOMPLETE) return incompleteTag(text, at)
    if (second === SLASH_CODE) {
      this.#events.close(localName(text.slice(at + 2, end)))
      return end + 1
    }
    const isEmpty = text.charCodeAt(end - 1) === SLASH_CODE
    const tag = text.slice(at + 1, isEmpty ? end - 1 : end)
    const name = localName(tag)
    this.#events.open(name, tag)
    if (isEmpty) this.#events.close(name)
    return end + 1
  }

  #special(text: string, at: number): number {
    const special = SPECIALS.find(({ start }) => text.startsWith(start, at))
    if (special === undefined) {
      if (SPECIALS.some(({ start }) => start.startsWith(text.slice(at)))) return INCOMPLETE
      throw new XmlError('it has a document type')
    }
    const from = at + special.start.length
    const end = text.indexOf(special.end, from)
    if (end < 0) {
      if (special.isText && text.length - at > TEXT_MAX_CHARACTERS) throw tooLongText()
      return incompleteTag(text, at, TEXT_MAX_CHARACTERS)
    }
    if (special.isText) this.#events.text(text.slice(from, end))
    return end + special.end.length
  }
}

const tooLongText = () => new XmlError(`it has a text of more than ${TEXT_MAX_CHARACTERS} characters`)

function incompleteTag(text: string, at: number, maxCharacters = TAG_MAX_CHARACTERS): number {
  if (text.length - at > maxCharacters) {
    throw new XmlError(`it has a tag of more than ${maxCharacters} characters`)
  }
  return INCOMPLETE
}

/** Where the tag ends: a mark within quotes ends none. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === GREATER_CODE) return at
    if (code !== DOUBLE_QUOTE_CODE && code !== APOSTROPHE_CODE) continue
    at = text.indexOf(code === DOUBLE_QUOTE_CODE ? '"' : "'", at + 1)
    if (at < 0) return INCOMPLETE
  }
  return INCOMPLETE
}

function localName(tag: string): string {
  let end = 0
  let start = 0
  for (; end < tag.length; end++) {
    const code = tag.charCodeAt(end)
    if (code === COLON_CODE) start = end + 1
    else if (code <= BLANK) break
  }
  return tag.slice(start, end)
}

/** The attributes of a tag by their local names. */
export function attributes(tag: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name, double, single] of tag.matchAll(ATTRIBUTE)) {
    found.set(localName(name!), decodedEntities(double ?? single ?? ''))
  }
  return found
}

const ATTRIBUTE = /\s([^\s=<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

function decodedEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&([^;&\s]{1,16});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED.get(name) ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}
