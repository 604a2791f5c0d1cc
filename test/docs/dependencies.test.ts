/** The record of runtime dependencies (decision 0001) names each of package.json, at its major version. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

test('the record of runtime dependencies names every one at the version that is installed', () => {
  const { dependencies, peerDependencies } = JSON.parse(read('package.json'))
  const record = read('docs/decisions/0001-runtime-dependencies.md')
  const named = new Map<string, string>()
  for (const row of record.split('\n').filter((line) => line.startsWith('| `'))) {
    const cell = row.split('|')[1]!
    const packages = [...cell.matchAll(/`([^`]+)`(?: (\d+))?/g)]
    const last = packages.at(-1)?.[2]
    for (const [, name, major = last] of packages) named.set(name!, major!)
  }
  const installed = new Map<string, string>()
  for (const [name, range] of Object.entries<string>({ ...dependencies, ...peerDependencies })) {
    installed.set(name, /\d+/.exec(range)![0])
  }
  expect(Object.fromEntries([...named].sort())).toEqual(Object.fromEntries([...installed].sort()))
})
