/**
 * Seen from the kernel: one sync of the log before each acknowledgement, and one for a whole commit group.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'reprise-fsync-'))
afterAll(() => rmSync(folder, { recursive: true }))

/**
 * Says `alone` after each of five acknowledged commits, and `group` after 64 callers of one turn were
 * acknowledged.
 */
const COMMITTING = `
  import { writeSync } from 'node:fs'
  import { SqliteStore } from '${new URL('../../src/store/sqlite/sqlite-store.ts', import.meta.url)}'
  import { aTenant } from '${new URL('../support/records.ts', import.meta.url)}'
  import { put } from '${new URL('../support/catalog.ts', import.meta.url)}'
  const store = SqliteStore.open(process.argv[1])
  const add = (id) => put(store, { tenants: [aTenant({ id })] })
  writeSync(1, 'opened')
  for (let i = 0; i < 5; i++) {
    await add('alone-' + i)
    writeSync(1, 'alone')
  }
  await Promise.all(Array.from({ length: 64 }, (_, i) => add('group-' + i)))
  writeSync(1, 'group')
  await store.close()`

const traced = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0

it.skipIf(!traced)('syncs before it acknowledges (needs a working strace)', () => {
  const trace = join(folder, 'trace.txt')
  const command = [process.execPath, '--input-type=module', '-e', COMMITTING, join(folder, 'data.db')]
  execFileSync('strace', ['-f', '-e', 'trace=fsync,fdatasync,write', '-o', trace, ...command])
  const calls = readFileSync(trace, 'utf8').matchAll(/(fsync|fdatasync)\(|write\(1, "(\w+)"/g)
  const heard = Array.from(calls, ([, sync, said]) => (sync === undefined ? said! : 'sync'))
  const acknowledged = heard.slice(heard.indexOf('opened') + 1, heard.indexOf('group') + 1)
  const alone = Array.from({ length: 5 }, () => ['sync', 'alone']).flat()
  expect(acknowledged.slice(-2)).toEqual(['sync', 'group'])
  // The first commit after opening also syncs the header of the log it begins.
  expect(acknowledged.join(' ').replace(/^sync sync /, 'sync ')).toBe([...alone, 'sync', 'group'].join(' '))
})
