/**
 * The version of this build, from the package's own package.json (two folders up, from src/ and from dist/
 * alike).
 */
import { readFileSync } from 'node:fs'

export const VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version
