/** Who hears of changed data, and that their runs are saved in the commit of the change or not at all. */

import { describe, expect, it } from 'vitest'
import { adding, adopting, changing, newDataFile, removing } from '../../src/catalog/data-file-steps.ts'
import { publishing } from '../../src/catalog/stored-files.ts'
import { defined } from '../../src/core/defined.ts'
import { type AppId, newTimeUuid, type PublicationId, type ReloadId } from '../../src/core/ids.ts'
import type { App, DataFile, FilePlace, PlacedName } from '../../src/core/records.ts'
import type { DataReader } from '../../src/core/task/data-change.ts'
import type { TaskRun } from '../../src/core/task/run.ts'
import type { Task } from '../../src/core/task/task.ts'
import type { Change, DataFileView, Decided } from '../../src/store/port/change.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import type { ChangedMeanwhile } from '../../src/store/port/reloads.ts'
import { put, remove } from '../support/catalog.ts'
import { aSpace, OWNER_ID, SPACE_ID, seededRandom } from '../support/records.ts'
import { commandStep, completed, type Given, OTHER_TENANT, QUIET, TENANT_ID } from './store-records.ts'
import { tasksOf } from './task-records.ts'

const SPACE: FilePlace = { spaceId: SPACE_ID }
const PERSONAL: FilePlace = { ownerId: OWNER_ID }
const placed = (name: string, place: FilePlace = SPACE): PlacedName => ({ place, name })
const HEARS: Partial<Task> = { triggers: { data: { partial: false } } }
const DELAY_MS = 60_000

export function exerciseDataChanges(given: () => Given): void {
  const store = () => given().store
  const { task, waiting, aRun, started } = tasksOf(given)
  const random = seededRandom(7)
  const rules = () => ({
    clock: { now: () => given().now, monotonic: () => given().now },
    random,
    dataRefreshDelayMs: DELAY_MS,
  })

  const dataOf = (reads: readonly PlacedName[]): NonNullable<App['data']> => ({
    version: newTimeUuid(random, given().now),
    fileBytes: 1,
    engineTime: 1,
    tables: [],
    reads,
  })
  const appThatRead = (...reads: readonly PlacedName[]) => given().app({ data: dataOf(reads) })
  const reader = async (
    read: PlacedName | readonly PlacedName[],
    change: Partial<Task> = {},
  ): Promise<Task> => {
    const app = await appThatRead(...[read].flat())
    return task({ ...HEARS, appId: app.id, ...change })
  }

  const about = <Answer>(
    file: Pick<DataFile, 'id'>,
    step: (view: DataFileView) => Decided<Answer>,
    wanted?: PlacedName,
  ): Change<Answer> => ({
    kind: 'data-file',
    tenantId: TENANT_ID,
    id: file.id,
    step,
    ...defined({ wanted }),
  })
  const aFile = (name: string, place = SPACE) =>
    newDataFile(rules(), { tenantId: TENANT_ID, ownerId: OWNER_ID, place }, name)
  const looking = async (...files: readonly PlacedName[]): Promise<readonly DataReader[]> => {
    const [seen] = await store().change([about(aFile('x'), (view) => ({ answer: view.dataReaders(files) }))])
    return seen!
  }
  const tasksThatHear = async (...files: readonly PlacedName[]) =>
    (await looking(...files)).map((one) => one.task)
  const uploaded = async (name: string, place: FilePlace = SPACE) => {
    const file = aFile(name, place)
    await store().change([about(file, adding(rules(), file), placed(name, place))])
    return file
  }
  const runsOf = ({ id }: Task): Promise<TaskRun[]> =>
    everyRow(store(), 'taskRuns', { tenantId: TENANT_ID }).then((rows) =>
      rows.filter((run) => run.taskId === id),
    )

  describe('a step that changes data files', () => {
    it('is shown the tasks whose apps read them, by name or mask and place', async () => {
      const named = await reader(placed('in/a.csv'))
      const masked = await reader([placed('in/*.csv'), placed('other.csv')])
      const both = await reader([placed('in/a.csv'), placed('in/?.csv')])
      const personal = await reader(placed('in/a.csv', PERSONAL))
      expect(await looking(placed('in/a.csv'))).toMatchObject([
        { task: named, reads: [placed('in/a.csv')], waiting: [] },
        { task: masked, reads: [placed('in/*.csv')] },
        { task: both },
      ])
      const [, , reads] = (await looking(placed('in/a.csv'))).map((one) => one.reads)
      expect(reads).toHaveLength(2)
      expect(reads).toEqual(expect.arrayContaining([placed('in/a.csv'), placed('in/?.csv')]))
      expect(await tasksThatHear(placed('in/bb.csv'))).toEqual([masked])
      expect(await tasksThatHear(placed('in/a.csv', PERSONAL))).toEqual([personal])
      expect(await tasksThatHear(placed('other.csv'), placed('in/a.csv', PERSONAL))).toEqual([
        masked,
        personal,
      ])
      expect(await tasksThatHear(placed('IN/a.csv'), placed('in/a/b.csv'))).toEqual([])
    })

    it('is shown no task that is off, replaced, of another trigger or tenant, or gone', async () => {
      const file = placed('a.csv')
      await reader(file, { enabled: false })
      await reader(file, { migrated: true })
      await reader(file, { triggers: {} })
      const gone = await reader(file)
      await remove(store(), TENANT_ID, { tasks: [gone.id] })
      const ofGoneApp = await reader(file)
      await remove(store(), TENANT_ID, { apps: [ofGoneApp.appId] })
      const foreign = await given().app({ tenantId: OTHER_TENANT, data: dataOf([file]) })
      await task({ ...HEARS, appId: foreign.id, tenantId: OTHER_TENANT })
      expect(await looking(file)).toEqual([])
    })

    it('is shown what the last success read, and not what those before did', async () => {
      const { reload, app } = await given().running()
      const one = await task({ ...HEARS, appId: app.id })
      expect(await looking(placed('a.csv'))).toEqual([])
      const saves = (data: App['data']) => ({ crashedOnMaxSize: app.crashedOnMaxSize, ...defined({ data }) })
      const step = commandStep({ kind: 'end-attempt', end: completed(reload) }, given().now)
      await store().transition([
        {
          reloadId: reload.id,
          step: (view) => {
            const saving = step(view)
            return 'refused' in saving ? saving : { ...saving, app: saves(dataOf([placed('a.csv')])) }
          },
        },
      ])
      expect(await tasksThatHear(placed('a.csv'))).toEqual([one])
      const now = (await store().app(TENANT_ID, app.id))!
      await put(store(), { apps: [{ ...now, name: 'renamed' }] })
      expect(await tasksThatHear(placed('a.csv'))).toEqual([one])
      await put(store(), { apps: [{ ...now, data: dataOf([placed('b.csv')]) }] })
      expect(await tasksThatHear(placed('a.csv'))).toEqual([])
      expect(await tasksThatHear(placed('b.csv'))).toEqual([one])
    })

    it('is shown the runs of a task that wait, the keys it had, and the run that made a reload', async () => {
      const one = await reader(placed('a.csv'))
      const over = await waiting(one, { state: 'missed', reason: 'late', endedAt: given().now })
      const [first, second] = [await waiting(one), await waiting(one)]
      const [seen] = await looking(placed('a.csv'))
      expect(seen!.waiting).toEqual([first, second])
      expect([over.key, first.key, 'none'].map((key) => seen!.hadRun(key))).toEqual([true, true, false])
      const { reload, run } = await started(await task())
      const [found] = await store().change([
        about(aFile('x'), (view) => ({
          answer: [reload.id, 'none' as ReloadId].map((id) => view.runOf(id)),
        })),
      ])
      expect(found).toEqual([run, undefined])
    })
  })

  it('a step that ends a reload is shown what changed of files that the app reads for the first time', async () => {
    const { reload, app } = await given().running()
    const one = await task({ ...HEARS, appId: app.id })
    await task({ appId: app.id })
    await uploaded('before.csv')
    const since = given().now + 5
    given().wait(5)
    await uploaded('meanwhile.csv')
    await uploaded('other.csv')
    const reads = ['before.csv', 'meanwhile.csv', 'none.csv', '*.csv'].map((name) => placed(name))
    const seen: ChangedMeanwhile[] = []
    const looking = (asked: readonly PlacedName[]) =>
      store().transition([
        {
          reloadId: reload.id,
          step: (view) => {
            seen.push(view.changedMeanwhile(asked, since))
            return { refused: 'only looking' }
          },
        },
      ])
    await looking(reads)
    await looking([placed('meanwhile.csv', PERSONAL)])
    await remove(store(), TENANT_ID, { tasks: [one.id] })
    await looking(reads)
    const files = [placed('meanwhile.csv')]
    expect(seen).toMatchObject([
      { files, readers: [{ task: one, reads: files, waiting: [] }] },
      { files: [], readers: [] },
      { files: [], readers: [] },
    ])
  })

  describe('a run because of changed data', () => {
    it('is saved with an upload, its replacement and its move to a name that was read, and never with a removal', async () => {
      const one = await reader(placed('a.csv'))
      const file = await uploaded('a.csv')
      const [run] = await runsOf(one)
      expect(run).toMatchObject({
        state: 'waiting',
        notBefore: given().now + DELAY_MS,
        cause: { kind: 'data', files: [placed('a.csv')], count: 1, through: [] },
      })
      const waitsAfter = async (step: (view: DataFileView) => Decided<unknown>, wanted?: PlacedName) => {
        await put(store(), {
          taskRuns: (await runsOf(one)).map((each) => ({ ...each, ...OVER, endedAt: given().now })),
        })
        await store().change([about(file, step, wanted)])
        return (await runsOf(one)).filter(({ state }) => state === 'waiting').length
      }
      const move = async (name: string, bytes?: number) => {
        const seen = (await store().dataFile(TENANT_ID, file.id))!
        const to = { seen, place: SPACE, name, movedBy: OWNER_ID, ...defined({ bytes }) }
        return waitsAfter(changing(rules(), to), placed(name))
      }
      expect(await move('a.csv')).toBe(0)
      expect(await move('a.csv', 7)).toBe(1)
      expect(await move('b.csv')).toBe(0)
      expect(await move('b.csv', 7)).toBe(0)
      expect(await move('a.csv')).toBe(1)
      expect(await waitsAfter(removing)).toBe(0)
    })

    it('waits for a whole folder that moved', async () => {
      const one = await reader([placed('new/*.csv'), placed('new/deep/c.csv')])
      const folder = await uploaded('old/')
      for (const name of ['old/a.csv', 'old/b.csv', 'old/deep/c.csv']) await uploaded(name)
      const seen = (await store().dataFile(TENANT_ID, folder.id))!
      const to = { seen, place: SPACE, name: 'new/', movedBy: OWNER_ID }
      await store().change([about(folder, changing(rules(), to), placed('new/'))])
      expect(await runsOf(one)).toMatchObject([{ cause: { count: 3 } }])
    })

    it('is one for all changes that come before it begins', async () => {
      const one = await reader(placed('*.csv'))
      for (const name of ['a.csv', 'b.csv', 'c.csv']) await uploaded(name)
      expect(await runsOf(one)).toMatchObject([{ cause: { count: 3, files: [{}, {}, {}] } }])
    })

    it('is not saved when the change is not', async () => {
      const one = await reader(placed('a.csv'))
      const file = aFile('a.csv')
      const both = [
        about(file, adding(rules(), file), placed('a.csv')),
        about(aFile('x'), () => {
          throw new Error('the second one fails')
        }),
      ]
      await expect(store().change<unknown>(both)).rejects.toThrow('the second one fails')
      expect([await store().dataFile(TENANT_ID, file.id), await runsOf(one)]).toEqual([undefined, []])
    })

    it('is saved with the outcome of the reload that stored, and told', async () => {
      await put(store(), { spaces: [aSpace()] })
      const one = await reader(placed('a.csv'))
      const { reload, app } = await given().running()
      const notices: unknown[] = []
      const forget = store().onCommit((notice) => notices.push(notice))
      const file = { ...placed('a.csv'), content: 'of a', bytes: 1 }
      const id = '00000000-0000-4000-8000-000000000001' as PublicationId
      const publication = { id, tenantId: TENANT_ID, reloadId: reload.id, files: [file] }
      const through = ['app-0' as AppId, app.id]
      const end = { kind: 'end-attempt', end: completed(reload) } as const
      await store().transition([
        {
          reloadId: reload.id,
          stored: [file],
          step: (view) => {
            const stores = publishing(rules(), app, publication, view.stores!, through)
            if (typeof stores === 'string') return { refused: stores }
            const saving = commandStep(end, given().now)(view)
            return 'refused' in saving ? saving : { ...saving, stores }
          },
        },
      ])
      expect(await runsOf(one)).toMatchObject([{ cause: { files: [placed('a.csv')], through } }])
      await expect.poll(() => notices).toContainEqual({ ...QUIET, ...(notices[0] as object), tasks: true })
      forget()
    })

    it('is saved with what a reload stored at once, and names the apps that led to it', async () => {
      const one = await reader(placed('a.csv'))
      const { reload, run } = await started(await task())
      const files = [placed('z.csv')]
      const cause = { kind: 'data', files, count: 1, through: ['app-0' as AppId] } as const
      await put(store(), { taskRuns: [{ ...run, cause }] })
      const file = aFile('a.csv')
      const by = { appId: reload.appId, reloadId: reload.id }
      await store().change([about(file, adopting(rules(), file, 5, by), placed('a.csv'))])
      expect(await runsOf(one)).toMatchObject([{ cause: { through: ['app-0', reload.appId] } }])
    })

    it('is not made for an app that closes a circle, but told once', async () => {
      const one = await reader(placed('a.csv'))
      const circle = [{ id: 'reload' as ReloadId, appId: 'b' as AppId }]
      const file = aFile('a.csv')
      const through = aRun(one, {
        cause: { kind: 'data', files: [], count: 1, through: [one.appId] },
        state: 'running',
        startedAt: given().now,
        reloadId: circle[0]!.id,
      })
      await put(store(), { taskRuns: [through] })
      const by = { appId: circle[0]!.appId, reloadId: circle[0]!.id }
      for (const bytes of [1, 2, 3]) {
        await store().change([about(file, adopting(rules(), file, bytes, by), placed('a.csv'))])
      }
      const told = (await runsOf(one)).filter(({ id }) => id !== through.id)
      expect(told).toMatchObject([{ key: 'circle:b', state: 'waiting', notBefore: given().now }])
    })
  })
}

const OVER = { state: 'missed', reason: 'late' } as const
