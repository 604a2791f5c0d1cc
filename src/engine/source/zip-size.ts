/**
 * The unpacked size of a zip file according to its directory: a small file may hold a very large one.
 */

const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const END_BYTES = 22
const COMMENT_MAX_BYTES = 0xffff
const ENTRY_BYTES = 46
/** Marks a size that is stored elsewhere, in the format for files over 4 GiB. */
const SIZE_ELSEWHERE = 0xffffffff

export interface ZipSize {
  readonly entries: number
  /** Total unpacked bytes of all entries; Infinity if the directory does not state them. */
  readonly bytes: number
}

/** Returns undefined if it is not a zip file, or damaged. */
export function zipSize(file: Uint8Array): ZipSize | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const end = endAt(view)
  if (end === undefined) return undefined
  const entries = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let bytes = 0
  for (let entry = 0; entry < entries; entry++) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE) return undefined
    const size = view.getUint32(at + 24, true)
    bytes += size === SIZE_ELSEWHERE ? Number.POSITIVE_INFINITY : size
    at +=
      ENTRY_BYTES +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true)
  }
  return { entries, bytes }
}

/** The record at the end of the file, before its comment. */
function endAt(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= Math.max(0, last - COMMENT_MAX_BYTES); at--) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at
  }
  return undefined
}
