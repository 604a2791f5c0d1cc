import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { exerciseStore } from './store-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-store-'))
let made = 0
afterAll(() => rmSync(folder, { recursive: true }))

exerciseStore('the memory store', () => new MemoryStore())
exerciseStore('the SQLite store', () => SqliteStore.open(join(folder, `${++made}.db`)))
