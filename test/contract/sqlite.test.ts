import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { QUICK_FOLDER } from '../support/quick-folder.ts'
import { exerciseHistories } from './histories.ts'
import { exerciseStore } from './store-contract.ts'
import type { StoreKind } from './store-kind.ts'

const SQLITE: StoreKind = {
  name: 'SQLite store',
  exclusive: true,
  notifiesAcrossProcesses: false,
  create: async () => {
    const folder = await mkdtemp(join(QUICK_FOLDER, 'reprise-store-'))
    const store = SqliteStore.open(join(folder, 'reprise.db'))
    return {
      open: async () => store,
      remove: async () => {
        await store.close()
        await rm(folder, { recursive: true })
      },
    }
  },
}

exerciseStore(SQLITE)
exerciseHistories(SQLITE)
