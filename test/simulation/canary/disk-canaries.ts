/** Planted bugs of commits that the disk refuses. */
import type { Canary } from './canary.ts'

export const DISK_CANARIES: readonly Canary[] = [
  {
    name: 'answered-before-commit',
    plants: 'a reload is answered as accepted when that has run, whatever becomes of the commit',
    foundBy: ['acceptance-kept'],
    withinSeeds: 60,
    commit: { takeBack: (truth) => truth.takeBack(), refusedIsTold: (verb) => verb !== 'accept' },
  },
  {
    name: 'half-a-commit',
    plants: 'of a commit that is refused only the first record is taken back',
    foundBy: [
      'history-kept',
      'acceptance-kept',
      'attempts-numbered',
      'one-finished-event',
      'session-reach',
      'state-moves',
    ],
    withinSeeds: 20,
    commit: { takeBack: (truth) => truth.takeBack(1), refusedIsTold: () => true },
  },
  {
    name: 'torn-data-kept',
    plants: 'data that found the disk full counts as saved',
    foundBy: ['data-kept', 'end-is-true'],
    withinSeeds: 60,
    worker: (deps) => ({
      ...deps,
      sessions: {
        async acquire(size, withdrawn) {
          const session = await deps.sessions.acquire(size, withdrawn)
          const run: typeof session.run = async (...given) => {
            const end = await session.run(...given)
            if (end.kind !== 'crashed' || !end.message.includes('could not be saved')) return end
            return {
              ...end,
              kind: 'completed',
              engineTime: 0,
              fileBytes: 1,
              tables: [],
              reads: [],
              storedFiles: [],
            }
          }
          return Object.assign(Object.create(session), {
            size: session.size,
            run,
            interrupt: () => session.interrupt(),
            kill: () => session.kill(),
          })
        },
      },
    }),
  },
]
