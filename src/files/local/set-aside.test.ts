import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { SetAside } from './set-aside.ts'

const root = mkdtempSync(join(tmpdir(), 'reprise-aside-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('keeps what it took until its time is over, and touches nothing else', async () => {
  const folder = mkdtempSync(join(root, 'a-'))
  const aside = new SetAside(folder)
  for (const name of ['one', 'two', 'stays']) writeFileSync(join(folder, name), name)
  mkdirSync(join(folder, '.set-aside', 'of somebody'), { recursive: true })
  await aside.take(['one'], 1000)
  await aside.take(['two'], 2000)
  expect(await aside.deleteBefore(1000)).toBe(0)
  expect(await aside.deleteBefore(2000)).toBe(1)
  expect(readdirSync(join(folder, '.set-aside')).sort()).toEqual(['1970-01-01T00-00-02.000Z', 'of somebody'])
  expect(await aside.deleteBefore(Number.MAX_SAFE_INTEGER)).toBe(1)
  expect(readdirSync(join(folder, '.set-aside'))).toEqual(['of somebody'])
  expect(readdirSync(folder).sort()).toEqual(['.set-aside', 'stays'])
})

it('has nothing where nothing was taken', async () => {
  expect(await new SetAside(join(root, 'nowhere')).deleteBefore(Number.MAX_SAFE_INTEGER)).toBe(0)
})
