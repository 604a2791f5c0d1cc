/**
 * The app whose data a script begins with: `BINARY app;` as its first statement (the help allows it nowhere
 * else). The service reads no more of a script than this head: the data is handed to the engine before the
 * script runs, which reaches no other app by itself.
 */

/** As it is written, without marks around it; undefined if the script begins with anything else. */
export function binaryApp(script: string): string | undefined {
  const start = skipComments(script)
  const word = script.slice(start, start + WORD.length)
  const behind = start + WORD.length
  if (word.toLowerCase() !== WORD || !/[\s["'`]/.test(script.charAt(behind))) return undefined
  const end = script.indexOf(';', behind)
  const written = script.slice(behind, end === -1 ? undefined : end).trim()
  return written === '' ? undefined : unmarked(written)
}

const WORD = 'binary'

/** Where the first statement begins. */
function skipComments(script: string): number {
  let at = 0
  for (;;) {
    while (/\s/.test(script.charAt(at))) at++
    const close = script.startsWith('//', at) ? '\n' : script.startsWith('/*', at) ? '*/' : undefined
    if (close === undefined) return at
    const end = script.indexOf(close, at + 2)
    if (end === -1) return script.length
    at = end + close.length
  }
}

const MARKS: Readonly<Record<string, string>> = { '[': ']', '"': '"', "'": "'", '`': '`' }

function unmarked(written: string): string {
  const close = MARKS[written.charAt(0)]
  const isMarked = close !== undefined && written.length > 1 && written.endsWith(close)
  return isMarked ? written.slice(1, -1).trim() : written
}
