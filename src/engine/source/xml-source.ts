/**
 * Rows of a table in XML (xmlSimple): `table is [a/b/c]` makes a row of each element at that path, the root
 * element without it. Its fields are its attributes and, by their paths below it, the texts and attributes of
 * the elements within: `id`, `name`, `address/city`, `address/type`; its own text is `c%Table`. An element
 * that stands more than once in a row is a table of its own and no field. What stands behind the root is not
 * read, so that the header of a QVD is XML, too.
 *
 * Strict and streamed: no entity is expanded, document types are refused, and depth, names and texts have
 * bounds.
 */
import { open } from 'node:fs/promises'
import sax from 'sax'
import { faults } from '../../script/fault/fault.ts'
import { hashText } from '../../script/value/hash-text.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import { trimBlanks } from '../../script/value/trim-blanks.ts'
import type { Value } from '../../script/value/value.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { DOCUMENT_DEPTH_MAX, recordSource, type SourceRecord, TABLE_KEY_BYTES } from './record-source.ts'
import { decoderFor, encodingNamed, READ_BYTES } from './text-encoding.ts'

const TAG_ATTRIBUTES_MAX = 10_000
const ELEMENT_MAX_CHARACTERS = 16 * 1024 * 1024
/** A declaration of the character set stands this early. */
const DECLARATION_BYTES = 256

export interface XmlTable {
  /** Path of its rows; absent: the root element. */
  readonly table: string | undefined
  /** Where neither a byte order mark nor the file itself tells it. */
  readonly encoding: string | undefined
  /** Names in the LOAD: keys of an element above are `%Key_name_` and digits. */
  readonly asked: readonly string[]
}

/** A document that is read piece by piece until `piece` returns false. */
type Document = (piece: (text: string) => boolean) => Promise<void>

/** @param checkInterrupted throws when the run is to end */
export function xmlFileSource(
  { real, shown }: { readonly real: string; readonly shown: string },
  table: XmlTable,
  settings: Settings,
  checkInterrupted: () => void,
): Promise<RowSource> {
  const document: Document = async (piece) => {
    const file = await open(real, 'r')
    try {
      const buffer = Buffer.allocUnsafe(READ_BYTES)
      let { bytesRead } = await file.read(buffer, 0, READ_BYTES, 0)
      const start = buffer.subarray(0, bytesRead)
      const { decoder, skip, name } = decoderFor(declaredSet(start) ?? encodingNamed(table.encoding), start)
      let from = skip
      for (let position = bytesRead; ; position += bytesRead) {
        checkInterrupted()
        // No XML holds a NUL: that of a QVD ends there.
        const nul = /^utf-16/.test(name) ? -1 : buffer.subarray(0, bytesRead).indexOf(0)
        const end = nul < 0 ? bytesRead : nul
        const last = bytesRead === 0 || nul >= 0
        const text = textOf(() => decoder.decode(buffer.subarray(from, end), { stream: !last }), name)
        if (!piece(text) || last) return
        from = 0
        bytesRead = (await file.read(buffer, 0, READ_BYTES, position)).bytesRead
      }
    } finally {
      await file.close()
    }
  }
  return xmlSource([document], table, settings, `file '${shown}'`)
}

/** Each text is a document of its own. @param shown for faults */
export const xmlTextSource = (
  texts: readonly string[],
  table: XmlTable,
  settings: Settings,
  shown: string,
): Promise<RowSource> =>
  xmlSource(
    texts.map((text) => async (piece) => {
      piece(text)
    }),
    table,
    settings,
    shown,
  )

function xmlSource(
  documents: readonly Document[],
  table: XmlTable,
  settings: Settings,
  shown: string,
): Promise<RowSource> {
  const interpret = textInterpreter(settings)
  const repeated = new Set<string>()
  return recordSource(
    {
      async each(record) {
        let wanted = true
        for (const [index, document] of documents.entries()) {
          if (!wanted) return
          const reading = new XmlReading(table, `${shown} ${index}`, repeated, (texts) => {
            const values = new Map<string, Value>()
            for (const [name, text] of texts) {
              values.set(name, interpret(settings.verbatim ? text : trimBlanks(text)))
            }
            wanted = record(values satisfies SourceRecord)
            return wanted
          })
          try {
            await document((text) => reading.push(text))
            reading.end()
          } catch (error) {
            if (!(error instanceof NoXmlError)) throw error
            throw faults.wrongFormat(`The ${shown} cannot be read as XML: ${error.message}`)
          }
        }
      },
      isDropped: (name) => [...repeated].some((path) => name === path || name.startsWith(`${path}/`)),
    },
    shown,
  )
}

/** The message says what is wrong, as the end of a sentence. */
class NoXmlError extends Error {
  override readonly name = 'NoXmlError'
}

function textOf(decode: () => string, name: string): string {
  try {
    return decode()
  } catch {
    throw new NoXmlError(`it is not text in ${name}`)
  }
}

/** The character set that the XML declaration names, by the names of the platform. */
function declaredSet(start: Buffer): string | undefined {
  const head = start.toString('latin1', 0, DECLARATION_BYTES)
  const name = /^\s*<\?xml\b[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/i.exec(head)?.[1]
  if (name === undefined) return undefined
  // What can be read so is no UTF-16, whatever it says.
  if (/^utf-16/i.test(name)) return undefined
  try {
    return new TextDecoder(name).encoding
  } catch {
    throw new NoXmlError(`its character set '${name}' is not known`)
  }
}

class XmlReading {
  readonly #parser = sax.parser(true, {})
  readonly #path: readonly string[]
  /** Fields of keys that the LOAD asks for, with their elements. */
  readonly #keys: readonly (readonly [field: string, element: string])[]
  readonly #document: string
  readonly #repeated: Set<string>
  readonly #row: (texts: ReadonlyMap<string, string>) => boolean
  /** Elements that are open, with how many of each name were before at that place. */
  readonly #open: string[] = []
  readonly #ordinals: number[] = []
  #elements = 0
  /** Of the row that is open. */
  #texts: Map<string, string> | undefined
  readonly #seen = new Set<string>()
  /** The element that is open has neither elements nor attributes. */
  #isEmpty = false
  #attributes = 0
  #isDone = false
  #fault: NoXmlError | undefined

  constructor(
    { table, asked }: XmlTable,
    document: string,
    repeated: Set<string>,
    row: (texts: ReadonlyMap<string, string>) => boolean,
  ) {
    this.#path = table === undefined ? [] : table.split('/').filter((name) => name !== '')
    this.#document = document
    this.#repeated = repeated
    this.#row = row
    this.#keys = asked.flatMap((field) => {
      const element = KEY.exec(field)?.[1]
      return element === undefined ? [] : [[field, element] as const]
    })
    const parser = this.#parser
    parser.onerror = (error) => this.#fail(error.message.split('\n')[0]!.toLowerCase())
    parser.ondoctype = () => this.#fail('it has a document type')
    parser.onattribute = () => {
      if (++this.#attributes > TAG_ATTRIBUTES_MAX)
        this.#fail(`a tag has more than ${TAG_ATTRIBUTES_MAX} attributes`)
    }
    parser.onopentag = ({ name, attributes }) => this.#opened(name, attributes as Record<string, string>)
    parser.ontext = (text) => this.#add(text)
    parser.oncdata = (text) => this.#add(text)
    parser.onclosetag = () => this.#closed()
  }

  /** False: no more is wanted. */
  push(text: string): boolean {
    if (!this.#isDone) this.#parser.write(text)
    if (this.#fault !== undefined) throw this.#fault
    return !this.#isDone
  }

  end(): void {
    if (!this.#isDone) throw new NoXmlError('it ends within its root element, or has none')
  }

  /** What stands behind the root is none of it. */
  #fail(message: string): void {
    if (!this.#isDone) this.#fault ??= new NoXmlError(message)
  }

  get #isBroken(): boolean {
    return this.#isDone || this.#fault !== undefined
  }

  #opened(name: string, attributes: Record<string, string>): void {
    if (this.#isBroken) return
    this.#attributes = 0
    this.#isEmpty = Object.keys(attributes).length === 0
    this.#open.push(name)
    this.#ordinals.push(this.#elements++)
    if (this.#open.length > DOCUMENT_DEPTH_MAX) {
      this.#fail(`its elements are nested more than ${DOCUMENT_DEPTH_MAX} deep`)
      return
    }
    if (this.#texts === undefined && this.#isRow()) this.#begin()
    else if (this.#texts !== undefined) {
      const place = this.#place()
      if (this.#seen.has(place)) this.#repeated.add(place)
      this.#seen.add(place)
    }
    const texts = this.#texts
    if (texts === undefined) return
    const place = this.#place()
    for (const [key, value] of Object.entries(attributes)) {
      texts.set(place === '' ? key : `${place}/${key}`, value)
    }
  }

  #isRow(): boolean {
    if (this.#path.length === 0) return this.#open.length === 1
    return this.#open.length === this.#path.length && this.#path.every((name, at) => name === this.#open[at])
  }

  #begin(): void {
    this.#texts = new Map()
    this.#seen.clear()
    for (const [field, name] of this.#keys) {
      const at = this.#open.lastIndexOf(name)
      if (at >= 0)
        this.#texts.set(field, hashText(`${this.#document} ${this.#ordinals[at]}`, TABLE_KEY_BYTES))
    }
  }

  /** Below the row; the row itself is ''. */
  #place(): string {
    return this.#open.slice(Math.max(1, this.#path.length)).join('/')
  }

  #add(text: string): void {
    const texts = this.#texts
    if (this.#isBroken || texts === undefined) return
    const place = this.#place()
    const field = place === '' ? `${this.#open.at(-1)}%Table` : place
    const before = texts.get(field) ?? ''
    if (before === '' && text.trim() === '') return
    if (before.length + text.length > ELEMENT_MAX_CHARACTERS) {
      this.#fail(`it has a text of more than ${ELEMENT_MAX_CHARACTERS} characters`)
    } else texts.set(field, before + text)
  }

  #closed(): void {
    if (this.#isBroken) return
    const texts = this.#texts
    if (texts !== undefined) {
      const place = this.#place()
      if (place === '') {
        this.#texts = undefined
        if (!this.#row(texts)) this.#isDone = true
      } else if (!texts.has(place) && this.#isEmpty) texts.set(place, '')
    }
    this.#isEmpty = false
    this.#open.pop()
    this.#ordinals.pop()
    if (this.#open.length === 0) this.#isDone = true
  }
}

/** Keys link the tables of a file: of which element, and digits of the engine that wrote the script. */
const KEY = /^%Key_(.+?)(?:_[0-9A-F]{8,})?$/
