/**
 * Answers whose texts are as long as scripts are: written piece by piece, because to escape a hostile one as
 * a whole would hold up the event loop.
 */
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'

const ANSWER_PIECE_CHARACTERS = 64 * 1024

/** The members as one JSON object; to be sent as application/json. */
export function jsonInPieces(members: Readonly<Record<string, string>>): Readable {
  return Readable.from(pieces(members), { objectMode: false, highWaterMark: ANSWER_PIECE_CHARACTERS })
}

async function* pieces(members: Readonly<Record<string, string>>): AsyncGenerator<string> {
  let before = '{'
  for (const [name, text] of Object.entries(members)) {
    yield `${before}${JSON.stringify(name)}:"`
    // A pair of surrogates that falls apart is written as two escapes, which are one character again.
    for (let at = 0; at < text.length; at += ANSWER_PIECE_CHARACTERS) {
      yield JSON.stringify(text.slice(at, at + ANSWER_PIECE_CHARACTERS)).slice(1, -1)
      await turn()
    }
    yield '"'
    before = ','
  }
  yield '}'
}
