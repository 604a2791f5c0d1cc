import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { exerciseStore } from './store-contract.ts'
import type { StoreKind } from './store-kind.ts'

const MEMORY: StoreKind = {
  name: 'memory store',
  exclusive: true,
  notifiesAcrossProcesses: false,
  create: async () => {
    const store = new MemoryStore()
    return { open: async () => store, remove: () => store.close() }
  },
}

exerciseStore(MEMORY)
