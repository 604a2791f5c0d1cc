/** What starts runs beside a hand: events and schedules. */
import { describe, expect, test, vi } from 'vitest'
import { automationScene, rest, zones } from '../../test/support/automation-scene.ts'
import { put } from '../../test/support/catalog.ts'
import {
  AUTOMATION_ID,
  anApp,
  anAutomation,
  aSubscription,
  aUser,
  OWNER_ID,
  TENANT_ID,
} from '../../test/support/records.ts'
import type { Automation } from '../core/automation/automation.ts'
import { checkDocument } from '../core/automation/check-document.ts'
import {
  CHAIN_MAX,
  CHAINED_RUNS_AT_ONCE,
  CHAINED_RUNS_PER_MINUTE,
  WAITING_RUNS_MAX,
} from '../core/automation/limits.ts'
import type { AutomationId, UserId } from '../core/ids.ts'
import type { Reload } from '../core/reload.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../core/units.ts'
import { AUTOMATION_RUN_TYPE, FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import { queuedReload } from '../intake/accept.ts'

describe('events', () => {
  const trigger = { kind: 'event', eventTypes: [FINISHED_EVENT_TYPE] } as const
  const listening = (change: Partial<Automation> = {}): Partial<Automation> => ({
    document: { version: 1, trigger, steps: [] },
    heardUpTo: 0,
    ...change,
  })
  /** A reload of the app that somebody asked for, ended. */
  const happening = async (
    world: Awaited<ReturnType<typeof automationScene>>,
    change: Partial<Reload> = {},
  ) => {
    const { store, end, deps } = world
    const user = aUser({ id: OWNER_ID })
    const made = queuedReload(
      deps,
      { user, trigger: 'external', provenance: { authType: 'api_key' } },
      anApp({ ownerId: OWNER_ID }),
      deps.clock.now(),
    )
    await store.accept([{ reload: { ...made, ...change }, reloadsPerAppAndDay: 0 }])
    return end()
  }

  test('each starts one run with the event as its input, also those of before a start', async () => {
    const world = await automationScene([], listening())
    const { start, until, runs, read, store } = world
    const first = await happening(world)
    const loop = start()
    await until(async () => (await runs()).length === 1)
    const [run] = await runs()
    const [event] = await store.eventsOf(first.id)
    expect(await read(run!.id)).toMatchObject({
      cause: { kind: 'event', eventId: event!.id, eventType: FINISHED_EVENT_TYPE },
      chain: 1,
      input: { id: event!.id, data: { status: 'SUCCEEDED' } },
    })
    await loop.stop()
    await happening(world)
    start()
    await until(async () => (await runs()).length === 2)
    await happening(world)
    await until(async () => (await runs()).length === 3)
    await world.machine.pass(HOUR)
    expect(await runs()).toHaveLength(3)
  })

  test('that do not match, that the owner may not read, or of its own reloads start none', async () => {
    const node = { kind: 'compare', attribute: 'data.status', operator: 'eq', value: 'FAILED' } as const
    const filtered = { ...trigger, filter: { text: '', node } }
    const world = await automationScene(
      [],
      listening({ document: { version: 1, trigger: filtered, steps: [] } }),
    )
    const { start, store, runs, machine } = world
    const foreign = anAutomation({
      ...listening(),
      id: 'foreign' as AutomationId,
      ownerId: 'guest' as UserId,
    })
    const own = anAutomation({ ...listening(), id: 'own' as AutomationId })
    await put(store, { users: [aUser({ id: 'guest' as UserId })], automations: [foreign, own] })
    start()
    await happening(world, { resourceType: 'automate', resourceId: 'own' })
    await machine.pass(MINUTE)
    for (const id of [AUTOMATION_ID, foreign.id, own.id]) expect(await runs(id)).toEqual([])
    await happening(world)
    await machine.until(async () => (await runs(own.id)).length === 1)
    expect(await runs(foreign.id)).toEqual([])
  })

  test('the end of a run is one, with its deliveries; others may listen to it, the automation itself does not', async () => {
    const ends = { kind: 'event', eventTypes: [AUTOMATION_RUN_TYPE] } as const
    const own = listening({ document: { version: 1, trigger: ends, steps: [] } })
    const world = await automationScene([], own)
    const { store, start, ask, runs, read, ended, machine } = world
    const next = anAutomation({ ...own, id: 'next' as AutomationId })
    const subscription = aSubscription({
      eventTypes: [AUTOMATION_RUN_TYPE],
      level: 'user',
      ownerId: OWNER_ID,
    })
    await put(store, { automations: [next], subscriptions: [subscription] })
    start()
    const id = await ask()
    await ended(id)
    await machine.pass(MINUTE)
    const [woken] = (await runs(next.id)).filter(({ chain }) => chain === 2)
    expect(await read(woken!.id)).toMatchObject({ input: { data: { runId: id } } })
    const chains = (await Promise.all([AUTOMATION_ID, next.id].map(runs))).flat().map(({ chain }) => chain)
    expect(Math.max(...chains), 'they wake each other, until the chain ends').toBe(CHAIN_MAX + 1)
    const events = await store.eventsAfter(TENANT_ID, 0, 100)
    const first = events.filter(({ uniqueKey }) => uniqueKey === id)
    expect(first).toMatchObject([{ type: AUTOMATION_RUN_TYPE, body: { data: { status: 'finished' } } }])
    expect(await store.deliveriesOf(first[0]!.id)).toHaveLength(1)
  })

  test('a chain of automations that cause one another ends with the reason', async () => {
    const world = await automationScene([], listening())
    const { start, until, runs, read } = world
    start()
    const provenance = { authType: 'system', automationChain: CHAIN_MAX } as const
    await happening(world, { resourceType: 'automate', resourceId: 'another', provenance })
    await until(async () => (await runs()).length === 1)
    const [run] = await runs()
    expect(await read(run!.id)).toMatchObject({ state: 'failed', chain: CHAIN_MAX + 1, results: [] })
    expect(run!.error).toMatch('it goes round')
  })

  test('automations that hear one another begin no more runs than the rate of their tenant', async () => {
    const hearing = { kind: 'event', eventTypes: [AUTOMATION_RUN_TYPE] } as const
    const world = await automationScene([])
    const { store, start, ask, machine } = world
    const ids = ['a', 'b', 'c', 'd', 'e'].map((id) => id as AutomationId)
    for (const id of ids) {
      const document = { version: 1, trigger: hearing, steps: [] } as const
      await put(store, { automations: [anAutomation({ id, document, heardUpTo: 0, maxConcurrentRuns: 10 })] })
    }
    start()
    await ask()
    await machine.pass(3 * MINUTE)
    const begun = (await Promise.all(ids.map(world.runs))).flat().length
    expect(begun).toBeGreaterThan(CHAINED_RUNS_AT_ONCE)
    expect(begun).toBeLessThanOrEqual(CHAINED_RUNS_AT_ONCE + 3 * CHAINED_RUNS_PER_MINUTE)
  })

  test('beyond the room for runs wait in the log, and none is lost', async () => {
    const world = await automationScene(
      [rest],
      listening({ document: { version: 1, trigger, steps: [rest] } }),
    )
    const { store, start, ask, until, runs, machine } = world
    for (let asked = 0; asked < WAITING_RUNS_MAX; asked++) await ask()
    const made = [await happening(world), await happening(world)]
    const ids = await Promise.all(made.map(async ({ id }) => (await store.eventsOf(id))[0]!.id))
    const heard = async () =>
      (await runs()).flatMap(({ cause }) => (cause.kind === 'event' ? [cause.eventId] : []))
    start()
    await until(async () => (await heard()).length === 1)
    await machine.pass(HOUR / 2)
    expect(await heard(), 'no room for the second').toEqual(ids.slice(0, 1))
    const readings = vi.spyOn(store, 'eventsAfter')
    for (let more = 0; more < 20; more++) {
      made.push(await happening(world))
      await machine.pass(SECOND)
    }
    expect(readings, 'without room commits do not have the log read again').not.toHaveBeenCalled()
    await until(async () => (await heard()).length === 2)
    expect(await heard()).toEqual(ids)
  })
})

describe('a schedule', () => {
  const daily = (machine: { readonly ports: { readonly clock: { now(): number } } }): Partial<Automation> => {
    const now = machine.ports.clock.now()
    const checked = checkDocument(
      { workspace: { version: 1 }, schedules: [{ recurrence: 'FREQ=DAILY;BYHOUR=6;BYMINUTE=0;BYSECOND=0' }] },
      {
        now,
        zones,
        eventTypes: [],
        parseEventFilter: () => ({ kind: 'fault', position: 1, detail: '' }),
        urlFault: () => undefined,
        headerFaults: () => [],
        seal: () => undefined,
        sendsMail: false,
        sealUrl: () => undefined,
      },
    )
    if (checked.kind !== 'document') throw new Error(JSON.stringify(checked))
    return { document: checked.document }
  }

  test('starts a run at each instant; of those that were missed the latest in time, the others told', async () => {
    const world = await automationScene()
    const { store, automation, machine, start, until, runs } = world
    await put(store, { automations: [{ ...automation, ...daily(machine) }] })
    const loop = start()
    await until(async () => (await runs()).length === 2, 3 * DAY)
    expect((await runs()).map(({ state }) => state)).toEqual(['finished', 'finished'])
    expect(new Date(machine.ports.clock.now()).toISOString()).toMatch(/T06:00/)
    await loop.stop()
    await machine.pass(3 * DAY + MINUTE)
    const again = start()
    await until(async () => (await runs()).length === 4)
    const later = (await runs()).slice(2).sort((left, right) => left.key.localeCompare(right.key))
    expect(later).toMatchObject([
      { state: 'failed', error: expect.stringMatching(/^missed 2 times since/) },
      { state: expect.stringMatching(/queued|running|finished/) },
    ])
    await again.stop()
    await machine.pass(DAY + 2 * HOUR)
    start()
    await until(async () => (await runs()).length === 5)
    expect((await runs())[4], 'too late to be caught up').toMatchObject({ state: 'failed' })
  })
})
