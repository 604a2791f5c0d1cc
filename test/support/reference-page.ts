/** Holds a generated page of docs/reference to what the code says; UPDATE_REFERENCE=1 writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'

/** @param name file name below docs/reference */
export function expectReferencePage(name: string, page: string): void {
  const url = new URL(`../../docs/reference/${name}`, import.meta.url)
  if (process.env.UPDATE_REFERENCE === '1') writeFileSync(url, page)
  expect(readFileSync(url, 'utf8'), `docs/reference/${name} is stale: run UPDATE_REFERENCE=1 npm test`).toBe(
    page,
  )
}
