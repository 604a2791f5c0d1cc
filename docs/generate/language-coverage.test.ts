import { expect, it } from 'vitest'
import { FUNCTIONS } from '../../src/script/function/functions.ts'
import { UNSUPPORTED_PREFIXES, UNSUPPORTED_STATEMENTS } from '../../src/script/parse/unsupported.ts'
import { languageCoverage, notUnderstood } from './language-coverage.ts'
import { LANGUAGE_ELEMENTS } from './language-elements.ts'

it.each(Object.values(LANGUAGE_ELEMENTS).flatMap((group) => [...group]))(
  'the sample of %s is taken, or refused because it is not supported',
  (_name, sample) => {
    for (const message of notUnderstood(sample)) expect(message).toMatch(/is not supported|Unknown statement/)
  },
)

it('what the parser refuses by name is missing', () => {
  const missing = languageCoverage(new Set()).flatMap((group) => group.missing)
  const named = [...UNSUPPORTED_STATEMENTS, ...UNSUPPORTED_PREFIXES]
  const elements = Object.values(LANGUAGE_ELEMENTS).flatMap((group) => group.map(([name]) => name))
  expect(named.filter((name) => elements.includes(name) && !missing.includes(name))).toEqual([])
})

it('counts every name once', () => {
  const some = new Set(FUNCTIONS.slice(0, 100).map(({ name }) => name))
  for (const { here, missing } of languageCoverage(some)) {
    expect(new Set([...here, ...missing]).size).toBe(here.length + missing.length)
  }
})
