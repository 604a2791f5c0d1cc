/**
 * Bytes and texts of the character sets. Which one a text file has: its byte order mark decides, then the
 * format of the LOAD, then UTF-8, and Windows-1252 for a file that is not UTF-8 (SEMANTICS E11). Both ways
 * are strict: what is invalid in a character set is an error and never replaced silently.
 */
import { isUtf8 } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import { characterSet, unknownCharacterSet } from '../../script/format/character-set.ts'

/** How much of a text file is read at a time. */
export const READ_BYTES = 256 * 1024

const MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
]

/** The upper half of the DOS code pages, which the platform does not support. */
const DOS_PAGES: ReadonlyMap<string, string> = new Map([
  [
    'cp437',
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ],
  [
    'cp850',
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
  ],
])

export interface Decoder {
  /** @throws TypeError for bytes that are invalid in the encoding */
  decode(bytes: Uint8Array, options?: { readonly stream?: boolean }): string
}

function makeDecoder(name: string, ignoreBOM: boolean): Decoder {
  const page = DOS_PAGES.get(name)
  if (page === undefined) return new TextDecoder(name, { fatal: true, ignoreBOM })
  const characters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('') + page
  return { decode: (bytes) => Array.from(bytes, (byte) => characters.charAt(byte)).join('') }
}

/**
 * `start` is the beginning of the file, at least three bytes if it has them. `skip`: bytes of the byte order
 * mark.
 */
export function decoderFor(
  named: string | undefined,
  start: Uint8Array,
): { decoder: Decoder; skip: number; name: string } {
  for (const [mark, name] of MARKS) {
    if (mark.every((byte, index) => start[index] === byte)) {
      return { decoder: makeDecoder(name, false), skip: mark.length, name }
    }
  }
  const name = named ?? 'utf-8'
  return { decoder: makeDecoder(name, true), skip: 0, name }
}

/**
 * @param shown the file, for the fault
 * @throws ScriptFaultError when what is read is not of the character set
 */
export function decoded(
  decode: () => string,
  shown: string,
  set: string,
  remedy = 'name its character set',
): string {
  try {
    return decode()
  } catch {
    throw faults.wrongFormat(`File '${shown}' is not text in ${set}: ${remedy}`)
  }
}

/** What CHARACTER_SETS calls that of a format. @throws ScriptFaultError for one that is not known */
export const encodingNamed = (encoding: string | undefined): string | undefined =>
  encoding === undefined ? undefined : knownSet(encoding)

function knownSet(encoding: string): string {
  const name = characterSet(encoding)
  if (name === undefined) throw unknownCharacterSet(encoding)
  return name
}

/** Whether a file is UTF-8 from a byte on, or says by its byte order mark what it is. */
export async function isUtf8File(file: FileHandle, from: number): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  let held = 0
  for (let position = from; ; ) {
    const { bytesRead } = await file.read(buffer, held, READ_BYTES - held, position)
    const filled = buffer.subarray(0, held + bytesRead)
    const isStart = position === from
    if (isStart && MARKS.some(([mark]) => mark.every((byte, index) => filled[index] === byte))) return true
    const end = bytesRead === 0 ? filled.length : wholeCharacters(filled)
    if (!isUtf8(filled.subarray(0, end))) return false
    if (bytesRead === 0) return true
    buffer.copyWithin(0, end, filled.length)
    held = filled.length - end
    position += bytesRead
  }
}

/** Where the last character begins that may go on behind the bytes, or their end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/**
 * A text that was read as Western European bytes, read by another code page; a text with other
 * characters is unchanged. Returns undefined for an unknown code page.
 */
export function recoded(text: string, codePage: number): string | undefined {
  const name = characterSet(`cp${codePage}`)
  if (name === undefined) return undefined
  const western = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  const bytes = [...text].map((character) => western.indexOf(character))
  return bytes.includes(-1) ? text : new TextDecoder(name).decode(Uint8Array.from(bytes))
}

/** A character that a character set does not have. */
export class UnencodableError extends Error {
  override readonly name = 'UnencodableError'
  readonly character: string

  constructor(character: string) {
    super(`no byte for ${character}`)
    this.character = character
  }
}

export interface Encoder {
  /** What a file begins with. */
  readonly mark: string
  /** @throws UnencodableError */
  readonly encode: (text: string) => Buffer
}

/**
 * The platform decodes only: bytes are found by decoding all that one to three bytes may stand for.
 * Undefined: a character set whose bytes change their meaning on the way, or that has longer ones.
 */
export function encoderFor(encoding = 'utf8'): Encoder | undefined {
  const name = knownSet(encoding)
  if (name === 'utf-8') return { mark: BYTE_ORDER_MARK, encode: (text) => Buffer.from(text) }
  if (name === 'utf-16le') return { mark: BYTE_ORDER_MARK, encode: (text) => Buffer.from(text, 'utf16le') }
  if (name === 'utf-16be') {
    return { mark: BYTE_ORDER_MARK, encode: (text) => Buffer.from(text, 'utf16le').swap16() }
  }
  if (name === 'iso-2022-jp' || name === 'gb18030') return undefined
  const codes = new Map<string, Buffer>()
  const add = (...bytes: number[]) => {
    const character = decoder(Uint8Array.from(bytes))
    if (character !== undefined && !codes.has(character)) codes.set(character, Buffer.from(bytes))
  }
  const decoder = characterDecoder(name)
  for (let first = 0; first < 256; first++) if (!isUnusedControl(name, first)) add(first)
  if (MULTI_BYTE.has(name)) {
    for (let first = 0x81; first < 0xff; first++) {
      for (let second = 0x40; second < 0xff; second++) add(first, second)
    }
    if (name === 'euc-jp') {
      for (let second = 0xa1; second < 0xff; second++) {
        for (let third = 0xa1; third < 0xff; third++) add(0x8f, second, third)
      }
    }
  }
  return {
    mark: '',
    encode: (text) =>
      Buffer.concat(
        Array.from(text, (character) => {
          const bytes = codes.get(character)
          if (bytes === undefined) throw new UnencodableError(character)
          return bytes
        }),
      ),
  }
}

const BYTE_ORDER_MARK = '\ufeff'
const MULTI_BYTE: ReadonlySet<string> = new Set(['shift_jis', 'gbk', 'euc-kr', 'big5', 'euc-jp'])

/** Undefined where the bytes are not one character. */
function characterDecoder(name: string): (bytes: Uint8Array) => string | undefined {
  const decoder = makeDecoder(name, true)
  return (bytes) => {
    try {
      const text = decoder.decode(bytes)
      return [...text].length === 1 ? text : undefined
    } catch {
      return undefined
    }
  }
}

/** The platform reads some parts of ISO 8859 as Windows has them, with more characters than they have. */
const isUnusedControl = (name: string, byte: number): boolean =>
  name.startsWith('iso-8859-') && byte >= 0x80 && byte < 0xa0
