/**
 * Which decoder a text file needs: its byte order mark decides, then the format of the LOAD, then UTF-8
 * (SEMANTICS E11). Decoders are strict: bytes that are invalid in the encoding are an error and never
 * replaced silently.
 */
import { faults } from '../../script/fault/fault.ts'

/** How much of a text file is read at a time. */
export const READ_BYTES = 256 * 1024

/** Names of the format specification; a code page comes as `cp1252`. */
export const ENCODINGS: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  cp65001: 'utf-8',
  unicode: 'utf-16le',
  cp1200: 'utf-16le',
  cp1201: 'utf-16be',
  ansi: 'windows-1252',
  mac: 'macintosh',
  cp10000: 'macintosh',
  cp866: 'ibm866',
  cp28591: 'iso-8859-1',
  cp28605: 'iso-8859-15',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  oem: 'cp437',
  cp437: 'cp437',
  cp850: 'cp850',
}

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
  encoding: string | undefined,
  start: Uint8Array,
): { decoder: Decoder; skip: number; name: string } {
  for (const [mark, name] of MARKS) {
    if (mark.every((byte, index) => start[index] === byte)) {
      return { decoder: makeDecoder(name, false), skip: mark.length, name }
    }
  }
  const name = encoding === undefined ? 'utf-8' : encodingName(encoding)
  if (name === undefined) {
    throw faults.wrongFormat(
      `Character set '${encoding}' is not supported: use utf8, unicode, ansi or a codepage`,
    )
  }
  return { decoder: makeDecoder(name, true), skip: 0, name }
}

/** Returns undefined for an unknown encoding. */
function encodingName(encoding: string): string | undefined {
  const windows = /^cp(874|125[0-8])$/.exec(encoding)
  return windows === null ? ENCODINGS[encoding] : `windows-${windows[1]}`
}

/**
 * A text that was read as Western European bytes, read by another code page; a text with other
 * characters is unchanged. Returns undefined for an unknown code page.
 */
export function recoded(text: string, codePage: number): string | undefined {
  const name = encodingName(`cp${codePage}`)
  if (name === undefined) return undefined
  const western = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  const bytes = [...text].map((character) => western.indexOf(character))
  return bytes.includes(-1) ? text : new TextDecoder(name).decode(Uint8Array.from(bytes))
}
