/** All planted bugs. */

import { BROKER_CANARIES } from './broker-canaries.ts'
import type { Canary } from './canary.ts'
import { DATA_CANARIES } from './data-canaries.ts'
import { DISK_CANARIES } from './disk-canaries.ts'
import { ENGINE_CANARIES } from './engine-canaries.ts'
import { EVENT_CANARIES } from './event-canaries.ts'
import { LEASE_CANARIES } from './lease-canaries.ts'
import { QUEUE_CANARIES } from './queue-canaries.ts'
import { STORE_CANARIES } from './store-canaries.ts'

export const CANARIES: readonly Canary[] = [
  ...QUEUE_CANARIES,
  ...LEASE_CANARIES,
  ...EVENT_CANARIES,
  ...DATA_CANARIES,
  ...ENGINE_CANARIES,
  ...DISK_CANARIES,
  ...STORE_CANARIES,
  ...BROKER_CANARIES,
]
