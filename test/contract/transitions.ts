import { describe, expect, it } from 'vitest'
import type {
  AssignmentId,
  DataVersion,
  EventId,
  LeaseToken,
  ReloadId,
  ScriptVersionId,
} from '../../src/core/ids.ts'
import type { Space, SpaceAssignment, User } from '../../src/core/records.ts'
import type { ReloadView, Saving } from '../../src/store/port/reloads.ts'
import type { CommitNotice } from '../../src/store/port/store.ts'
import { put, putScript, remove } from '../support/catalog.ts'
import { SPACE_ID, USER_ID } from '../support/records.ts'
import {
  aDelivery,
  aSubscription,
  commandStep,
  completed,
  finishedEvent,
  type Given,
  QUIET,
  START_MS,
  subscriptionId,
  TENANT_ID,
} from './store-records.ts'

export function exerciseTransitions(given: () => Given): void {
  const step = (reloadId: ReloadId, saving: (view: ReloadView) => Saving) =>
    given().store.transition([{ reloadId, step: saving }])

  describe('transition', () => {
    it('shows a step the reload, its open attempt, app, tenant and enabled subscriptions', async () => {
      const enabled = aSubscription({ id: subscriptionId(1) })
      await put(given().store, { subscriptions: [enabled] })
      await put(given().store, { subscriptions: [aSubscription({ id: subscriptionId(2), enabled: false })] })
      const { reload, attempt, app } = await given().running()
      const views: ReloadView[] = []
      const [answer] = await given().store.transition([
        {
          reloadId: reload.id,
          step: (view) => {
            views.push(view)
            return { refused: 'only looking' }
          },
        },
      ])
      expect(answer).toEqual({ kind: 'refused', refusal: { refused: 'only looking' }, reload })
      const tenant = await given().store.tenant(TENANT_ID)
      const changedMeanwhile = expect.any(Function)
      expect(views).toEqual([{ reload, attempt, app, tenant, changedMeanwhile, subscriptions: [enabled] }])
    })

    it('shows who may read the app when a subscription of user level listens, and only then', async () => {
      const { store } = given()
      const user: User = {
        id: USER_ID,
        tenantId: TENANT_ID,
        subject: 'ann',
        name: 'Ann',
        roles: [],
        status: 'active',
        createdAt: START_MS,
        updatedAt: START_MS,
      }
      const made = { tenantId: TENANT_ID, createdAt: START_MS, createdBy: USER_ID, updatedAt: START_MS }
      const space: Space = {
        ...made,
        id: SPACE_ID,
        name: 'S',
        description: '',
        type: 'shared',
        ownerId: USER_ID,
      }
      const member = { type: 'user', assigneeId: USER_ID, roles: ['consumer'], spaceId: SPACE_ID } as const
      const assignment: SpaceAssignment = {
        ...made,
        ...member,
        id: '65aa00112233445566770001' as AssignmentId,
      }
      await put(store, { users: [user] })
      await put(store, { spaces: [space] })
      await put(store, { assignments: [assignment] })
      const app = await given().app({ spaceId: SPACE_ID })
      const personal = await given().app()
      const seen: ReloadView['readers'][] = []
      const look = (reloadId: ReloadId) =>
        store.transition([
          {
            reloadId,
            step: (view) => {
              seen.push(view.readers)
              return { refused: 'only looking' }
            },
          },
        ])
      const inSpace = await given().queued({ appId: app.id })
      const own = await given().queued({ appId: personal.id })
      await look(inSpace.id)
      await put(store, { subscriptions: [aSubscription({ level: 'user', ownerId: USER_ID })] })
      await look(inSpace.id)
      await look(own.id)
      expect(seen).toEqual([
        undefined,
        { users: [user], space, assignments: [assignment] },
        { users: [user], assignments: [] },
      ])
    })

    it('shows subscriptions as they are after every change of them', async () => {
      const seen: string[][] = []
      const look = async (reloadId: ReloadId) =>
        given().store.transition([
          {
            reloadId,
            step: (view) => {
              seen.push(view.subscriptions.map((row) => row.name))
              return { refused: 'only looking' }
            },
          },
        ])
      const { id } = await given().queued()
      await look(id)
      await put(given().store, { subscriptions: [aSubscription({ id: subscriptionId(1), name: 'a' })] })
      await look(id)
      await put(given().store, { subscriptions: [aSubscription({ id: subscriptionId(1), name: 'b' })] })
      await look(id)
      await remove(given().store, TENANT_ID, { subscriptions: [subscriptionId(1)] })
      await look(id)
      expect(seen).toEqual([[], ['a'], ['b'], []])
    })

    it('saves outcome, attempt, data pointer, event and deliveries together', async () => {
      const listening = (n: number) => aSubscription({ id: subscriptionId(n), createdAt: START_MS + n })
      await put(given().store, { subscriptions: [listening(1), listening(2)] })
      const { reload, app } = await given().running()
      const answer = await given().wait(100).end(reload)
      const { store } = given()
      expect(answer).toEqual({ kind: 'saved', reload: await store.reload(TENANT_ID, reload.id) })
      expect(answer).toMatchObject({ reload: { state: 'SUCCEEDED', endedAt: given().now } })
      expect(await store.attempts(reload.id)).toMatchObject([
        { number: 1, closed: { at: given().now, end: { kind: 'completed' }, durationMs: 12.5 } },
      ])
      expect(await store.app(TENANT_ID, app.id)).toMatchObject({ data: { version: `${reload.id}.duckdb` } })
      expect(await store.referencedDataVersions()).toEqual([`${reload.id}.duckdb`])
      const [event, ...others] = await store.eventsOf(reload.id)
      expect(others).toEqual([])
      expect(await store.event(TENANT_ID, event!.id)).toEqual(event)
      expect((await store.deliveriesOf(event!.id)).map((row) => row.subscriptionId)).toEqual([
        subscriptionId(1),
        subscriptionId(2),
      ])
      expect(await store.activeReloadOf(TENANT_ID, reload.appId)).toBeUndefined()
    })

    it('saves nothing at all when one part cannot be saved', async () => {
      const { reload, app } = await given().running()
      const doubled = step(reload.id, (view) => {
        const end = commandStep({ kind: 'end-attempt', end: completed(reload) }, given().now)(view) as Saving
        return { ...end, events: [...end.events!, { ...end.events![0]!, id: 'another' as EventId }] }
      })
      await expect(doubled).rejects.toThrow()
      const { store } = given()
      expect(await store.reload(TENANT_ID, reload.id)).toEqual(reload)
      expect(await store.eventsOf(reload.id)).toEqual([])
      expect(await store.app(TENANT_ID, app.id)).toEqual(app)
      expect((await store.attempts(reload.id))[0]).not.toHaveProperty('closed')
      expect(await given().end(reload)).toMatchObject({ kind: 'saved' })
    })

    it('takes back the whole batch when one step throws, and not what others asked for', async () => {
      const [one, two, three] = [await given().running(), await given().running(), await given().running()]
      const { store, now } = given()
      const ending = (id: ReloadId) => ({
        reloadId: id,
        step: commandStep({ kind: 'end-attempt', end: completed({ id }) }, now),
      })
      const failing = store.transition([
        ending(one.reload.id),
        {
          reloadId: two.reload.id,
          step: () => {
            throw new Error('a bug of ours')
          },
        },
      ])
      const other = store.transition([ending(three.reload.id)])
      await expect(failing).rejects.toThrow('a bug of ours')
      expect(await other).toMatchObject([{ kind: 'saved' }])
      const stateOf = async (id: ReloadId) => (await store.reload(TENANT_ID, id))?.state
      expect([await stateOf(one.reload.id), await stateOf(three.reload.id)]).toEqual([
        'RELOADING',
        'SUCCEEDED',
      ])
      expect(await store.counts()).toMatchObject({ queued: 0, running: 2 })
    })

    it('refuses a write under a lease that is not held, and does not call its step', async () => {
      const first = await given().running()
      await given().end(first.reload, { kind: 'lost' })
      const [second] = await given().wait(60_000).claim()
      let called = false
      const late = (fence: LeaseToken) =>
        given().store.transition([
          {
            reloadId: first.reload.id,
            fence,
            step: (view) => {
              called = true
              return { reload: view.reload }
            },
          },
        ])
      expect(await late(first.attempt.leaseToken)).toEqual([{ kind: 'fenced' }])
      await given().end(second!.reload)
      expect(await late(second!.attempt.leaseToken), 'after the outcome').toEqual([{ kind: 'fenced' }])
      expect(called).toBe(false)
    })

    it('answers unknown for a reload that is not there', async () => {
      const [answer] = await step('nowhere' as ReloadId, (view) => ({ reload: view.reload }))
      expect(answer).toEqual({ kind: 'unknown' })
    })

    it('steps of one batch see what the steps before them saved', async () => {
      const { reload } = await given().running()
      const end = commandStep({ kind: 'end-attempt', end: completed(reload) }, given().now)
      const answers = await given().store.transition([
        { reloadId: reload.id, step: end },
        { reloadId: reload.id, step: end },
      ])
      expect(answers).toMatchObject([{ kind: 'saved' }, { refusal: { refused: 'already-ended' } }])
    })

    it('requeue puts the reload back with its counters, and frees the slot', async () => {
      const { reload } = await given().running()
      const told: CommitNotice[] = []
      given().store.onCommit((changed) => told.push(changed))
      await given().end(reload, { kind: 'crashed', message: 'boom' })
      const after = await given().store.reload(TENANT_ID, reload.id)
      expect(after).toMatchObject({ state: 'QUEUED', requeuesTotal: 1, requeuesWithErrors: 1, attempts: 1 })
      expect(after).not.toHaveProperty('lease')
      expect(await given().store.counts()).toMatchObject({ queued: 1, running: 0 })
      expect(told).toMatchObject([{ queued: true, events: false }])
    })

    it('marks the app, and a new script clears the marks', async () => {
      const { reload, app } = await given().running({ sizeIndex: 2 })
      await given().end(reload, { kind: 'out-of-memory' })
      const { store } = given()
      const marks = async () => (await store.app(TENANT_ID, app.id))?.crashedOnMaxSize
      expect(await marks()).toEqual({ full: true, partial: false })
      const script = { id: 's' as ScriptVersionId, appId: app.id, tenantId: TENANT_ID, script: '' }
      await putScript(store, { ...script, message: '', modifierId: app.ownerId, modifiedAt: 0 })
      expect(await marks()).toEqual({ full: false, partial: false })
    })

    it('settles a reload whose app was removed meanwhile', async () => {
      const { reload } = await given().running()
      await given().apply(reload, { kind: 'cancel' }, undefined)
      await remove(given().store, TENANT_ID, { apps: [reload.appId] })
      expect(await given().end(reload, { kind: 'canceled' })).toMatchObject({ reload: { state: 'CANCELED' } })
      expect(await given().store.eventsOf(reload.id)).toHaveLength(1)
    })

    it('tells that a cancel and that events and deliveries are there', async () => {
      await put(given().store, { subscriptions: [aSubscription()] })
      const { reload } = await given().running()
      const told: CommitNotice[] = []
      given().store.onCommit((changed) => told.push(changed))
      await given().apply(reload, { kind: 'cancel' }, undefined)
      await given().end(reload, { kind: 'canceled' })
      expect(told).toEqual([
        { ...QUIET, canceling: true },
        { ...QUIET, queued: true, events: true, deliveries: true, ended: true },
      ])
    })
  })

  describe('an invariant that a step breaks throws and saves nothing', () => {
    const ended = async () => {
      const { reload } = await given().running()
      await given().end(reload)
      return (await given().store.reload(TENANT_ID, reload.id))!
    }
    const broken: readonly (readonly [string, () => Promise<unknown>])[] = [
      [
        'an outcome never changes',
        async () => step((await ended()).id, ({ reload }) => ({ reload: { ...reload, state: 'FAILED' } })),
      ],
      [
        'an ended reload is not queued again',
        async () =>
          step((await ended()).id, ({ reload: { endedAt: _gone, ...reload } }) => ({
            reload: { ...reload, state: 'QUEUED' },
          })),
      ],
      [
        'attempt numbers have no gaps',
        async () => {
          const { id } = await given().queued()
          return step(id, (view) => skipped(view, 2))
        },
      ],
      [
        'at most one attempt is open',
        async () => {
          const { reload } = await given().running()
          return step(reload.id, ({ reload, attempt }) => ({
            reload: { ...reload, attempts: 2 },
            attempt: { ...attempt!, number: 2 },
          }))
        },
      ],
      [
        'a lease is held exactly while RELOADING or CANCELING',
        async () => {
          const { reload } = await given().running()
          return step(reload.id, ({ reload: { lease: _gone, ...reload } }) => ({ reload }))
        },
      ],
      [
        'no attempt stays open when the reload is queued again',
        async () => {
          const { reload } = await given().running()
          return step(reload.id, ({ reload: { lease: _gone, ...reload } }) => ({
            reload: { ...reload, state: 'QUEUED' },
          }))
        },
      ],
      [
        'a reload keeps its app',
        async () => {
          const { id } = await given().queued()
          const { id: appId } = await given().app()
          return step(id, ({ reload }) => ({ reload: { ...reload, appId } }))
        },
      ],
      [
        'one event of a type per reload',
        async () => {
          const reload = await ended()
          const id = 'second' as EventId
          return step(reload.id, () => ({ reload, events: [finishedEvent(reload, given().now, { id })] }))
        },
      ],
      [
        'one delivery per event and subscription',
        async () => {
          const reload = await ended()
          const [event] = await given().store.eventsOf(reload.id)
          const delivery = aDelivery(event!, subscriptionId(1), given().now)
          return step(reload.id, () => ({
            reload,
            deliveries: [delivery, { ...delivery, id: 'b' as never }],
          }))
        },
      ],
      [
        'a delivery is of an event that is there',
        async () => {
          const reload = await given().queued()
          const event = finishedEvent(reload, given().now)
          return step(reload.id, () => ({ reload, deliveries: [aDelivery(event, subscriptionId(1), 1)] }))
        },
      ],
    ]
    it.each(broken)('%s', async (_rule, breaking) => {
      await expect(breaking()).rejects.toThrow()
    })

    it('the data of a failed attempt is not pointed at', async () => {
      const { reload, app } = await given().running()
      await given().end(reload)
      const before = await given().store.app(TENANT_ID, app.id)
      const again = await given().running({ appId: app.id })
      const fault = { engineErrorCode: 11002, message: 'm', line: 1, statement: 's' }
      await given().end(again.reload, { kind: 'script-error', fault })
      expect(await given().store.app(TENANT_ID, app.id)).toEqual({ ...before, failing: true })
      expect(before?.data?.version).toBe(`${reload.id}.duckdb` as DataVersion)
    })
  })
}

function skipped({ reload }: ReloadView, number: number): Saving {
  const lease = 'lease' as LeaseToken
  return {
    reload: { ...reload, state: 'RELOADING', attempts: number, lease },
    attempt: {
      reloadId: reload.id,
      number,
      leaseToken: lease,
      workerId: 'w' as never,
      leaseExpiresAt: 1,
      openedAt: 1,
      sizeIndex: 0,
      session: {},
    },
  }
}
