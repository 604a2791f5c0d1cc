/** What is kept of a token that is shown once. */
import { createHash } from 'node:crypto'

/** SHA-256 of the whole token in lower-case hex. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}
