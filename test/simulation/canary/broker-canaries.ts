/** Planted bugs of what goes to a broker. */
import { SimApiError } from '../broker.ts'
import type { Canary } from './canary.ts'

export const BROKER_CANARIES: readonly Canary[] = [
  {
    name: 'window-trusted',
    plants: 'events are published without a condition: the ids that the stream remembers for a while must do',
    foundBy: ['stored-once'],
    withinSeeds: 60,
    publish: (publish) => (publishing) => publish({ ...publishing, lastSubjectSequence: undefined }),
  },
  {
    name: 'full-passed-over',
    plants: 'an event counts as stored that the stream had no room for',
    foundBy: ['delivered-arrived'],
    withinSeeds: 40,
    publish: (publish) => (publishing) =>
      publish(publishing).catch((error: unknown) => {
        if (error instanceof SimApiError && error.code === 10077) return 0
        throw error
      }),
  },
]
