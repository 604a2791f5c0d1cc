/** Guides name tests for what they claim, and pages for what they leave out: all of them are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/event/event-types.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GUIDES = join(ROOT, 'docs/guides')
const guides = readdirSync(GUIDES).filter((name) => name.endsWith('.md'))
const textOf = (guide: string) => readFileSync(join(GUIDES, guide), 'utf8')

test.each(guides)('every test and page that %s names is there', (guide) => {
  const text = textOf(guide)
  const tests = [...text.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, path]) => join(ROOT, path!))
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) =>
    resolve(dirname(join(GUIDES, guide)), path!),
  )
  expect([...tests, ...links].filter((path) => !existsSync(path))).toEqual([])
})

test('each claim of the comparison names a test', () => {
  const rows = textOf('receiving-events.md').split('shown by |\n')[1]!.trim().split('\n').slice(1)
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) expect(row).toMatch(/\| `[\w/.-]+\.test\.ts` \|$/)
})

test.each(guides)('every event type that %s names exists', (guide) => {
  const known = EVENT_TYPES.map(({ name }) => name)
  const named = [...textOf(guide).matchAll(/com\.(?:qlik|reprise)\.v1\.[a-z.-]+[a-z]/g)].map(([name]) => name)
  expect(named.filter((name) => !known.includes(name))).toEqual([])
})
