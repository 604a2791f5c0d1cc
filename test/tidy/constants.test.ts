import { expect, it } from 'vitest'
import { constantsWithTwoValues } from './constants.ts'
import { SourceTree, thisTree } from './source-tree.ts'

it('no constant of one name has two values', () => {
  expect(constantsWithTwoValues(thisTree())).toEqual([])
})

it('finds two values of one name, however they are written, and leaves one value written twice', () => {
  const tree = new SourceTree({
    'src/core/limits.ts': `export const LOG_MAX_BYTES = 16 * 1024 * 1024
const MINUTE_MS = 60_000
export const DAY_MS = 24 * 60 * MINUTE_MS
export const EOL = '\\n'
export const FIELDS = ['a']`,
    'src/engine/protocol.ts': `const KIB = 1024
export const LOG_MAX_BYTES = 8 * KIB * KIB
const DAY_MS = 86_400_000
const EOL = '\\r\\n'
const FIELDS = ['b']
const scope = () => { const MINUTE_MS = 1 }`,
    'src/engine/protocol.test.ts': 'const DAY_MS = 1',
  })
  expect(constantsWithTwoValues(tree)).toEqual([
    'LOG_MAX_BYTES is 16777216 in src/core/limits.ts, 8388608 in src/engine/protocol.ts',
    'EOL is "\\n" in src/core/limits.ts, "\\r\\n" in src/engine/protocol.ts',
  ])
})
