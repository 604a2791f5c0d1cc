/** Planted bugs of app data and of what an engine session is given. */
import { defined } from '../../../src/core/defined.ts'
import type { EngineSession, SessionWork } from '../../../src/engine/engine-session.ts'
import type { WorkerDeps } from '../../../src/worker/worker.ts'
import { later } from './apart.ts'
import { type Canary, overriding } from './canary.ts'

export const DATA_CANARIES: readonly Canary[] = [
  {
    name: 'blind-discard',
    plants: 'after a lost answer the worker does not see that the app points at its data, and deletes it',
    foundBy: ['data-kept'],
    withinSeeds: 90,
    store: (store) => overriding(store, { app: async () => undefined }),
  },
  {
    name: 'pointer-apart',
    plants: 'the app points at its new data in a second transaction after the outcome',
    foundBy: ['data-with-outcome'],
    withinSeeds: 3,
    store: (store, world) =>
      later(store, world, ({ app, ...rest }) =>
        app?.data === undefined
          ? { now: { ...rest, ...defined({ app }) } }
          : { now: rest, after: ({ reload }) => ({ reload, app }) },
      ),
  },
  {
    name: 'old-data-deleted-early',
    plants: 'the old data is deleted when the new file is whole, before the attempt is settled',
    foundBy: ['data-kept'],
    withinSeeds: 40,
    worker: (deps, world) =>
      running(deps, async (session, work, report) => {
        const end = await session.run(work, report)
        if (end.kind === 'completed' && work.dataBefore !== undefined) world.engines.delete(work.dataBefore)
        return end
      }),
  },
  {
    name: 'written-in-place',
    plants: 'a partial reload works in the file that the app points at',
    foundBy: ['session-reach', 'data-kept'],
    withinSeeds: 40,
    worker: (deps) =>
      running(deps, (session, work, report) =>
        session.run(work.partial ? { ...work, dataAfter: work.dataBefore ?? work.dataAfter } : work, report),
      ),
  },
  {
    name: 'lost-data-passed-over',
    plants: 'a partial reload of an app whose data file is lost starts from nothing',
    foundBy: ['data-before-whole'],
    withinSeeds: 60,
    worker: (deps, world) =>
      running(deps, (session, { dataBefore, ...work }, report) => {
        const isThere = dataBefore !== undefined && world.engines.files.has(dataBefore)
        return session.run(isThere ? { ...work, dataBefore } : work, report)
      }),
  },
  {
    name: 'works-mixed-up',
    plants: 'a session is given the script of the app that ran before',
    foundBy: ['session-reach'],
    withinSeeds: 5,
    worker: (deps) => {
      let last: SessionWork | undefined
      return running(deps, (session, work, report) => {
        const script = last?.script ?? work.script
        last = work
        return session.run({ ...work, script }, report)
      })
    },
  },
  {
    name: 'connections-kept',
    plants: 'connections are looked up once and given to every app after',
    foundBy: ['session-reach'],
    withinSeeds: 5,
    worker: (deps) => {
      let known: ReturnType<WorkerDeps['connectionsFor']> | undefined
      return {
        ...deps,
        connectionsFor: (app, askedBy) => {
          known ??= deps.connectionsFor(app, askedBy)
          return known
        },
      }
    },
  },
]

/** The worker's sessions run something else than they were asked to. */
function running(
  deps: WorkerDeps,
  run: (
    session: EngineSession,
    ...given: Parameters<EngineSession['run']>
  ) => ReturnType<EngineSession['run']>,
): WorkerDeps {
  return {
    ...deps,
    sessions: {
      async acquire(size, withdrawn) {
        const session = await deps.sessions.acquire(size, withdrawn)
        return {
          size: session.size,
          run: (work, report) => run(session, work, report),
          interrupt: () => session.interrupt(),
          kill: () => session.kill(),
        }
      },
    },
  }
}
