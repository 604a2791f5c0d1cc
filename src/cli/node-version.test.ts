import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { NODE_FLOOR, nodeFault } from './node-version.ts'

it('is the floor that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(engines.node).toBe(`>=${NODE_FLOOR}`)
})

it.each(['18.20.4', '20.20.2', '22.19.0', '21.7.3'])('refuses %s and says what to do', (version) => {
  expect(nodeFault(version)).toMatch(/^needs Node\.js 22\.20 or later, and this is .*nodejs\.org$/)
})

it.each(['22.20.0', '22.23.1', '23.0.0', '24.21.0'])('runs on %s', (version) => {
  expect(nodeFault(version)).toBeUndefined()
})
